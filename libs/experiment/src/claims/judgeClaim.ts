import { createRandomStream, mean } from '@blurcycle/core';
import type { ClaimDeclaration } from '../files/fileSchemas.ts';
import type { ClaimResult } from '../records/table.ts';
import {
  bootstrapInterval,
  type Interval,
  type RowScores,
  type RunScores,
  studentInterval,
} from '../statistics/scoreStatistics.ts';
import { type Expression, parseRule, type Rule, scoresOf } from './parseRule.ts';

/**
 * The verdict of a claim.
 *
 * The rule is read as `margin > limit`: the limit is its right side where that holds no score, else
 * 0 with the right side moved over. Two intervals of the margin are made, both paired: Student's t
 * over seeds (each seed's margin, from its means over volumes), and a bootstrap over volumes (the
 * same volumes of every row, means over seeds). The interval of the claim reaches from the lower of
 * the low ends to the higher of the high ends, because either source of chance alone can overturn a
 * result. The claim is reproduced when the whole interval satisfies the rule, not reproduced when
 * none of it does.
 *
 * With one seed nothing is known about the chance of training, so a claim about a trained method
 * stays undecided, unless it says `about: trained-models`: then it is about these models on such
 * volumes, and the bootstrap alone decides. The input row has no seed; a claim about nothing else
 * is decided over volumes.
 *
 * @param claim - As the experiment file declares it.
 * @param rows - Scores of the rows that are done.
 * @param seed - Seed of the bootstrap. @defaultValue 0
 */
export function judgeClaim(
  claim: ClaimDeclaration,
  rows: readonly RowScores[],
  seed = 0,
): ClaimResult {
  const { id, text, rule: ruleText } = claim;
  const rule = parseRule(ruleText, `claim ${id}`);
  const undecided = (note: string, known: Partial<ClaimResult> = {}): ClaimResult => ({
    ...{ id, text, rule: ruleText, verdict: 'undecided', value: null, low: null, high: null, note },
    ...known,
  });

  const needed = [...new Set(scoresOf(rule).map(({ row }) => row))];
  const missing = needed.filter(
    (name) => !rows.some((row) => row.id === name && row.runs.length > 0),
  );
  if (missing.length > 0) return undecided(`no results for ${missing.join(', ')}`);
  const used = rows.filter((row) => needed.includes(row.id));
  const seeds = commonSeeds(used);
  if (seeds.length === 0) return undecided('the rows have no seed in common');
  const volumes = commonVolumes(used);
  if (volumes.length === 0) return undecided('the rows have no test volume in common');

  const { margin, limit } = marginOf(rule);
  const evaluate = (ofSeeds: readonly (number | null)[], ofVolumes: readonly string[]): number =>
    evaluateExpression(margin, (metric, row) => meanScore(used, metric, row, ofSeeds, ofVolumes));
  const value = evaluate(seeds, volumes);
  if (!Number.isFinite(value)) return undecided('a score is missing or not finite');

  const stream = createRandomStream(seed, `bootstrap/${id}`);
  const overVolumes = bootstrapInterval(
    volumes.length,
    (items) =>
      evaluate(
        seeds,
        items.map((item) => volumes[item]),
      ),
    stream,
  );
  const trained = seeds[0] !== null && claim.about !== 'trained-models';
  const overSeeds = trained
    ? studentInterval(seeds.map((one) => evaluate([one], volumes)))
    : undefined;
  const interval = hull(overVolumes, overSeeds);
  if (interval === undefined)
    return undecided('one seed and one volume give no interval', { value });
  if (trained && overSeeds === undefined) {
    return undecided('n too small: one seed says nothing about the chance of training', {
      value,
      ...interval,
    });
  }
  return {
    id,
    text,
    rule: ruleText,
    verdict: verdictOf(rule, interval, limit),
    value,
    ...interval,
  };
}

function verdictOf(
  { comparison }: Rule,
  { low, high }: Interval,
  limit: number,
): ClaimResult['verdict'] {
  const holds = (value: number): boolean => {
    if (comparison === '>') return value > limit;
    if (comparison === '>=') return value >= limit;
    return comparison === '<' ? value < limit : value <= limit;
  };
  if (holds(low) && holds(high)) return 'reproduced';
  return holds(low) || holds(high) ? 'undecided' : 'not reproduced';
}

function hull(a: Interval | undefined, b: Interval | undefined): Interval | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/**
 * What is compared with a number: the left side, or the difference where both sides hold scores.
 */
function marginOf(rule: Rule): { margin: Expression; limit: number } {
  const constant = scoresOf({ ...rule, left: { kind: 'number', value: 0 } }).length === 0;
  if (constant) return { margin: rule.left, limit: evaluateExpression(rule.right, () => NaN) };
  return {
    margin: { kind: 'binary', operator: '-', left: rule.left, right: rule.right },
    limit: 0,
  };
}

function evaluateExpression(
  expression: Expression,
  score: (metric: string, row: string) => number,
): number {
  const inner = (operand: Expression): number => evaluateExpression(operand, score);
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

/** Seeds that every trained row has; `[null]` when no row is trained. */
function commonSeeds(rows: readonly RowScores[]): readonly (number | null)[] {
  const trained = rows.filter((row) => row.runs.every(({ seed }) => seed !== null));
  if (trained.length === 0) return [null];
  const [first, ...others] = trained.map((row) => row.runs.map(({ seed }) => seed));
  return first.filter((seed) => others.every((list) => list.includes(seed)));
}

function commonVolumes(rows: readonly RowScores[]): readonly string[] {
  const [first, ...others] = rows
    .flatMap((row) => [...row.runs])
    .map(({ volumes }) => volumes.map(({ volume }) => volume));
  return first.filter((volume) => others.every((list) => list.includes(volume)));
}

function meanScore(
  rows: readonly RowScores[],
  metric: string,
  rowId: string,
  seeds: readonly (number | null)[],
  volumes: readonly string[],
): number {
  const runs = rows.find(({ id }) => id === rowId)?.runs ?? [];
  const ofSeed = (seed: number | null): RunScores | undefined =>
    runs.find((run) => run.seed === null || run.seed === seed);
  return mean(
    seeds.map((seed) => {
      const scores = new Map(ofSeed(seed)?.volumes.map((entry) => [entry.volume, entry.scores]));
      return mean(volumes.map((volume) => scores.get(volume)?.[metric] ?? NaN));
    }),
  );
}
