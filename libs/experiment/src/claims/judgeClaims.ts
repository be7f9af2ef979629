import type { ClaimDeclaration } from '../files/fileSchemas.ts';
import type { ClaimResult } from '../records/table.ts';
import {
  estimate,
  KERNEL_PREFIX,
  probabilityOf,
  type RowScores,
  type Samples,
  samplesOf,
  type ScoreOf,
} from '../statistics/scoreStatistics.ts';
import {
  holmAdjusted,
  type Interval,
  sampleSizeNeeded,
  SAMPLE_SIZE_LIMIT,
} from '../statistics/student.ts';
import { type Expression, parseRule, type Rule, scoresOf } from './parseRule.ts';

/** Level of every test. */
const LEVEL = 0.05;

/**
 * The verdicts on the claims of one experiment.
 *
 * A rule is read as `margin > limit`: the limit is the side that holds no score, else 0 with the
 * right side moved over. The margin gets a 95 % interval (`samplesOf` says over what, `estimate`
 * how). The claim is reproduced when the whole interval satisfies the rule, not reproduced when
 * none of it does. A rule `abs(x) < d` is judged on the interval of x, with its sign: reproduced
 * inside (-d, d), not reproduced wholly outside.
 *
 * Claims of one family are confirmatory: their two-sided p of (margin - limit) are adjusted for the
 * size of the family by Holm's method, and one with an adjusted p above 0.05 is undecided. The
 * family is as large as it was declared; a claim that cannot be tested counts with p = 1.
 *
 * With one seed nothing is known about the chance of training, so a claim about a trained method
 * stays undecided, unless it says `about: trained-models`: then it is about these models on such
 * volumes.
 *
 * @param claims - As the experiment file declares them.
 * @param rows - Scores of the rows that are done.
 */
export function judgeClaims(
  claims: readonly ClaimDeclaration[],
  rows: readonly RowScores[],
): ClaimResult[] {
  const judged = claims.map((claim) => judge(claim, rows));
  const families = new Set(claims.flatMap(({ family }) => family ?? []));
  for (const family of families) {
    const members = claims.flatMap((claim, i) => (claim.family === family ? [i] : []));
    const adjusted = holmAdjusted(members.map((i) => judged[i].p ?? 1));
    members.forEach((i, j) => {
      judged[i] = corrected(judged[i], adjusted[j]);
    });
  }
  return judged;
}

/** A claim of a family by its adjusted p. */
function corrected(result: ClaimResult, adjusted: number): ClaimResult {
  if (result.p === null) return result;
  const known = { ...result, pAdjusted: adjusted };
  if (adjusted <= LEVEL || result.verdict === 'undecided') return known;
  const note = 'decided alone, not after the correction for its family';
  return { ...known, verdict: 'undecided', note };
}

function judge(claim: ClaimDeclaration, rows: readonly RowScores[]): ClaimResult {
  const { id, text, rule: ruleText, kind, family = null, about } = claim;
  const rule = parseRule(ruleText, `claim ${id}`);
  const head = { ...{ id, text, rule: ruleText, kind, family }, verdict: 'undecided' as const };
  const none = { value: null, low: null, high: null, p: null, pAdjusted: null, seedsNeeded: null };
  const names = [...new Set(scoresOf(rule).map(({ row }) => row))];
  const missing = names.filter(
    (name) => !rows.some((row) => row.id === name && row.runs.length > 0),
  );
  if (missing.length > 0) {
    return { ...head, ...none, note: `no results for ${missing.join(', ')}` };
  }

  const used = rows.filter((row) => names.includes(row.id));
  const test = testOf(rule);
  const samples = withoutIdle(
    rule,
    samplesOf(used, (score) => evaluate(test.margin, score), about),
  );
  const isCommon = samples.seeds.length + samples.volumes.length > 0;
  if (!isCommon) {
    return { ...head, ...none, note: 'the rows have no seed or no test volume in common' };
  }
  const { mean: value, low, high, n, over, volumes } = estimate(samples);
  if (!Number.isFinite(value)) {
    return { ...head, ...none, note: 'a score is missing or not finite' };
  }
  const counts = { n, over, ...(volumes === undefined ? {} : { volumes }) };
  const known = { ...head, ...none, value, low, high, ...counts };
  if (low === null || high === null) {
    return { ...known, note: 'one seed and one volume give no interval' };
  }
  if (samples.seeds.length === 1 && used.some(({ trained }) => trained)) {
    return { ...known, note: 'n too small: one seed says nothing about the chance of training' };
  }
  const verdict = test.verdictOn({ low, high });
  const limit = test.limitNear(value);
  const p = probabilityOf(samples, limit) ?? null;
  const seedsNeeded = verdict === 'undecided' ? seedsThatDecide(samples, limit) : null;
  return { ...known, verdict, p, seedsNeeded };
}

/**
 * What a claim is about in one value for each seed only, a kernel, has no values over volumes.
 */
function withoutIdle(rule: Rule, samples: Samples): Samples {
  const isKernel = scoresOf(rule).every(({ metric }) => metric.startsWith(KERNEL_PREFIX));
  return isKernel ? { ...samples, volumes: [] } : samples;
}

/**
 * How many seeds would decide at the observed spread; null where there is one seed or none, and
 * where the test volumes, of which more seeds give no more, leave it open by themselves.
 */
function seedsThatDecide({ seeds, volumes }: Samples, limit: number): ClaimResult['seedsNeeded'] {
  if (seeds.length < 2) return null;
  const ofVolumes = probabilityOf({ seeds: [], volumes }, limit);
  if (ofVolumes !== undefined && ofVolumes > LEVEL) return null;
  return sampleSizeNeeded(seeds, limit) ?? `more than ${SAMPLE_SIZE_LIMIT}`;
}

/** How a margin is judged. */
interface MarginTest {
  readonly margin: Expression;
  readonly verdictOn: (interval: Interval) => ClaimResult['verdict'];
  /** The limit that a margin of this value is nearest to. */
  readonly limitNear: (value: number) => number;
}

function testOf(rule: Rule): MarginTest {
  const { left, comparison, right } = facingLeft(rule);
  const isConstant = !holdsScore(right);
  const limit = isConstant ? evaluate(right, () => NaN) : 0;
  const holds = (value: number): boolean => {
    if (comparison === '>') return value > limit;
    if (comparison === '>=') return value >= limit;
    return comparison === '<' ? value < limit : value <= limit;
  };
  const verdictOn = ({ low, high }: Interval): ClaimResult['verdict'] => {
    if (holds(low) && holds(high)) return 'reproduced';
    return holds(low) || holds(high) ? 'undecided' : 'not reproduced';
  };
  if (isConstant && left.kind === 'absolute') {
    return {
      margin: left.operand,
      verdictOn: (interval) => verdictOn(sizesOf(interval)),
      limitNear: (value) => (value < 0 ? -limit : limit),
    };
  }
  const margin: Expression = isConstant ? left : { kind: 'binary', operator: '-', left, right };
  return { margin, verdictOn, limitNear: () => limit };
}

/** The rule with its scores on the left where only the right has any: `1 < a` is `a > 1`. */
function facingLeft(rule: Rule): Rule {
  if (holdsScore(rule.left)) return rule;
  const turned = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' } as const;
  return { left: rule.right, comparison: turned[rule.comparison], right: rule.left };
}

function holdsScore(expression: Expression): boolean {
  const nothing: Expression = { kind: 'number', value: 0 };
  return scoresOf({ left: expression, comparison: '>', right: nothing }).length > 0;
}

/** The smallest and the largest size of the numbers in an interval. */
function sizesOf({ low, high }: Interval): Interval {
  const [one, other] = [Math.abs(low), Math.abs(high)];
  return { low: low <= 0 && high >= 0 ? 0 : Math.min(one, other), high: Math.max(one, other) };
}

function evaluate(expression: Expression, score: ScoreOf): number {
  const inner = (operand: Expression): number => evaluate(operand, score);
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'score':
      return score(expression.metric, expression.row);
    case 'negate':
      return -inner(expression.operand);
    case 'absolute':
      return Math.abs(inner(expression.operand));
    case 'binary': {
      const [left, right] = [inner(expression.left), inner(expression.right)];
      if (expression.operator === '+') return left + right;
      if (expression.operator === '-') return left - right;
      return expression.operator === '*' ? left * right : left / right;
    }
  }
}
