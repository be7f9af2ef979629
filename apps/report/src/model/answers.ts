import type { ClaimResult, Table, TableRow } from '@blurcycle/experiment';
import { formatCount, formatList, formatNumber } from '../html/format.ts';
import type { ExperimentInput, RunInput } from '../inputs/readResults.ts';
import { claimAnchor } from './claims.ts';

/** A question that a reader comes with, and what the results say. */
export interface Answer {
  readonly question: string;
  readonly answer: string;
  /** Anchor of the numbers behind it. */
  readonly behind: string;
}

type Judged = Pick<ExperimentInput, 'id' | 'table'>;
type Counted = { readonly record: Pick<RunInput['record'], 'id' | 'method' | 'parameterCounts'> };

/** Methods that are not trained; all but the blind one are told the PSF. */
const CLASSICAL: readonly string[] = [
  'richardson-lucy',
  'rl-tv',
  'wiener',
  'blind-richardson-lucy',
];

/** Answers to three questions, of those that the results say something about. */
export function answerQuestions(
  experiments: readonly Judged[],
  runs: readonly Counted[],
): readonly Answer[] {
  return [
    kernelAnswer(experiments, runs),
    psfAnswer(experiments),
    classicalAnswer(experiments),
  ].filter((answer) => answer !== undefined);
}

function kernelAnswer(
  experiments: readonly Judged[],
  runs: readonly Counted[],
): Answer | undefined {
  const found = findClaim(experiments, 'psnr(proposed) - psnr(cyclegan) > 0');
  if (found === undefined) return undefined;
  const { claim, value, paper, table } = found;
  const lead = {
    reproduced: 'Yes',
    'not reproduced': 'No',
    undecided: `Undecided${value > 0 ? ', but on average yes' : ''}`,
  }[claim.verdict];
  const side = value < 0 ? 'below' : 'above';
  return {
    question: 'Does one blur kernel do the job of the second network?',
    answer:
      `${lead}: ${parametersSaved(runs)}it ends ${decibels(Math.abs(value))} ${side} the conventional cycleGAN ` +
      `(${intervalOf(claim)}${paper})${failures(table)}.`,
    behind: found.behind,
  };
}

/** Trainings that end below what they start from, of both methods: the mean hides them. */
function failures({ rows }: Table): string {
  const valuesOf = (method: string): readonly number[] =>
    rows.find(({ id }) => id === method)?.ours?.psnr?.values ?? [];
  const input = valuesOf('input');
  const clauses = (
    [
      ['cyclegan', 'conventional one'],
      ['proposed', 'one with a blur kernel'],
    ] as const
  ).flatMap(([method, name]) => {
    const values = valuesOf(method);
    const failed = values.filter((psnr, seed) => psnr < (input[seed] ?? -Infinity)).length;
    const trainings = values.length === 1 ? 'training' : 'trainings';
    return failed === 0
      ? []
      : [`; in ${failed} of ${values.length} ${trainings} the ${name} ends below its input`];
  });
  return clauses.join('');
}

/** The parameters of the kernel, and of the second network that it replaces. */
function parametersSaved(runs: readonly Counted[]): string {
  const countOf = (method: string): number | undefined =>
    runs.find(({ record }) => record.method === method && record.id === `${method}-s0`)?.record
      .parameterCounts.blurGenerator;
  const [network, kernel] = [countOf('cyclegan'), countOf('proposed')];
  if (network === undefined || kernel === undefined) return '';
  return `with ${formatCount(kernel)} parameters instead of ${formatCount(network)} `;
}

function psfAnswer(experiments: readonly Judged[]): Answer | undefined {
  const found = findClaim(experiments, 'psnr(non-blind) - psnr(proposed) > 0');
  if (found === undefined) return undefined;
  const { claim, value, paper } = found;
  const gain = value < 0 ? `Nothing: ${decibels(-value)} less` : `${decibels(value)} more`;
  const open = claim.verdict === 'undecided' && value >= 0 ? ' on average, undecided' : '';
  return {
    question: 'What does knowing the PSF give?',
    answer: `${gain} than the blind method${open} (${intervalOf(claim)}${paper}).`,
    behind: found.behind,
  };
}

function classicalAnswer(experiments: readonly Judged[]): Answer | undefined {
  const compared = experiments.find(
    ({ table: { rows, conditions } }) =>
      conditions === undefined &&
      rows.some(({ method, ours }) => CLASSICAL.includes(method) && ours !== null) &&
      rows.some(({ method, paper }) => method === 'proposed' && paper !== null),
  );
  if (compared === undefined) return undefined;
  const { rows } = compared.table;
  const scored = rows.flatMap((row) => {
    const psnr = row.ours?.psnr?.mean;
    return psnr === undefined ? [] : [{ ...row, psnr }];
  });
  const [best] = scored
    .filter(({ method }) => CLASSICAL.includes(method))
    .sort((a, b) => b.psnr - a.psnr);
  const against = ['proposed', 'non-blind'].flatMap((method) => {
    const row = scored.find(({ id }) => id === method);
    if (row === undefined) return [];
    const difference = best.psnr - row.psnr;
    const side = difference < 0 ? 'below' : 'above';
    return [`${decibels(Math.abs(difference))} ${side} ${asName(row)}`];
  });
  const trained = scored.filter(({ runs }) => runs.length > 0);
  const better = trained.filter(({ psnr }) => psnr > best.psnr);
  const all = trained.length;
  const rest =
    better.length === 0
      ? `no trained method of ${all} is better`
      : `${better.length} of ${all} trained methods ${better.length === 1 ? 'is' : 'are'} better`;
  const told = best.method === 'blind-richardson-lucy' ? '' : ', which is told the PSF,';
  return {
    question: 'Where does classical deconvolution stand?',
    answer: `${best.label.replace(/, known PSF$/, '')}${told} reaches ${decibels(best.psnr)}: ${formatList(against)}; ${rest}.`,
    behind: compared.id,
  };
}

/** `“Proposed, blind”`. */
function asName({ label }: Pick<TableRow, 'label'>): string {
  return `“${label}”`;
}

/** A claim with a value, the paper's difference in words, and its anchor. */
interface FoundClaim {
  readonly claim: ClaimResult;
  readonly value: number;
  readonly paper: string;
  readonly behind: string;
  readonly table: Table;
}

/** The claim with a rule of the form `psnr(a) - psnr(b) > 0`, in the first table that judges it. */
function findClaim(experiments: readonly Judged[], rule: string): FoundClaim | undefined {
  for (const { id, table } of experiments) {
    const claim = table.claims.find((one) => one.rule === rule);
    if (claim?.value === undefined || claim.value === null) continue;
    const behind = claimAnchor(id, claim.id);
    return { claim, value: claim.value, paper: paperDifference(table, rule), behind, table };
  }
  return undefined;
}

/** `; the paper: 0.38 dB`; nothing where the paper prints no scores of both rows. */
function paperDifference({ rows }: Table, rule: string): string {
  const [first, second] = [...rule.matchAll(/psnr\(([^)]+)\)/g)].map(
    ([, name]) => rows.find(({ id }) => id === name)?.paper?.psnr,
  );
  if (first === undefined || second === undefined) return '';
  return `; the paper: ${decibels(first - second)}`;
}

function intervalOf({ low, high, n, over }: ClaimResult): string {
  if (low === null || high === null) return 'one seed, no interval';
  const count = n === undefined || over === undefined ? '' : ` over ${n} ${over}`;
  return `95 % interval ${formatNumber(low, 2)} to ${formatNumber(high, 2)} dB${count}`;
}

function decibels(value: number): string {
  return `${formatNumber(value, 2)} dB`;
}
