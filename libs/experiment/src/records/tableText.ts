import { findMetric, METRIC_NAMES } from '@blurcycle/metrics/registry';
import { parseRule, scoresOf } from '../claims/parseRule.ts';
import { idleFindings } from '../statistics/discriminators.ts';
import type { ClaimResult, ScoreSummary, Table, TableRow } from './table.ts';
import { CLAIM_KINDS, describeTallies } from './tallyClaims.ts';

/**
 * What marks a row that a reader must not take at face value: stale, incomplete, or from a dirty
 * tree.
 */
const MARK = '†';
/** Metrics of the paper, which prints values of them. */
const PAPER_METRICS: readonly string[] = ['psnr', 'ssim'];
/**
 * Shown wherever a row has it: the PSNR of methods that know neither scale nor place, and what
 * stands in for the paper's two where no truth is known.
 */
const SHOWN_IF_THERE: readonly string[] = ['psnrRegistered', 'dataResidual'];

/** What stands for a score against a truth that is not known. */
const NO_TRUTH = 'no truth';

/**
 * The metrics that are columns of a table: the paper's two, those that decide one of its claims,
 * and of the PSNR after registration and the residual those that a row has. Registration stands
 * beside the plain PSNR, further ones follow in the order of the registry.
 */
export function tableColumns({ rows, claims }: Pick<Table, 'rows' | 'claims'>): readonly string[] {
  const decisive = claims.flatMap(({ rule }) => scoresOf(parseRule(rule)));
  const there = SHOWN_IF_THERE.filter((name) =>
    rows.some(({ ours }) => ours?.[name] !== undefined),
  );
  const shown = new Set(['psnr', ...there, 'ssim', ...decisive.map(({ metric }) => metric)]);
  const order = [...new Set(['psnr', 'psnrRegistered', ...METRIC_NAMES])];
  return order.filter((name) => shown.has(name));
}

/** `22.31 [22.05, 22.57]`; without limits where there is a single value. */
function formatSummary(
  { mean, low, high }: Pick<ScoreSummary, 'mean' | 'low' | 'high'>,
  digits: number,
): string {
  if (low === null || high === null) return mean.toFixed(digits);
  return `${mean.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** One line for every row and metric, for `table.csv`: paper beside ours with its interval. */
export async function tableToCsv(table: Table): Promise<string> {
  const { from } = await import('arquero');
  const lines = table.rows.flatMap((row) =>
    metricsOf([row]).map((metric) => ({
      row: row.id,
      ...(table.conditions === undefined ? {} : { condition: row.condition ?? '' }),
      label: inertCell(row.label),
      status: row.ours?.[metric] === undefined ? absentScore(row) : row.status,
      metric,
      paper: paperValue(row, metric) ?? '',
      mean: row.ours?.[metric]?.mean ?? '',
      low: row.ours?.[metric]?.low ?? '',
      high: row.ours?.[metric]?.high ?? '',
      n: row.ours?.[metric]?.n ?? '',
      over: overWhat(row.ours?.[metric]),
    })),
  );
  return `${from(lines).toCSV()}\n`;
}

/** Text that a spreadsheet takes for text: what begins like a formula gets an apostrophe. */
function inertCell(text: string): string {
  return /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
}

/** The table as Markdown, paper beside ours, then the claims; reads well in a terminal too. */
export async function tableToMarkdown(table: Table): Promise<string> {
  const { from } = await import('arquero');
  const toMarkdown = (lines: readonly Record<string, string>[]): string =>
    align(from(lines).toMarkdown());
  const conditionOf = (row: TableRow): string =>
    table.conditions?.find(({ id }) => id === row.condition)?.label ?? '';
  const columns = tableColumns(table);
  const rows = table.rows.map((row) => ({
    ...(table.conditions === undefined ? {} : { 'tested on': conditionOf(row) }),
    method: row.note === undefined ? row.label : `${row.label} ${MARK}`,
    ...Object.fromEntries(columns.flatMap((metric) => cells(row, metric))),
    n: countOf(row),
  }));
  const claims = table.claims.map(claimCells);
  const parts = [
    `# ${table.place}: ${table.title}`,
    `Profile \`${table.profile}\`. In brackets the 95 % interval by Student's t: over seeds where there are several (and over test volumes, too, where all seeds share them), else over test volumes.`,
  ];
  if (rows.length > 0) parts.push(toMarkdown(rows));
  if (claims.length > 0) {
    parts.push('## Claims', describeTallies(table.claims).join(' '));
    if (table.claims.some(({ kind }) => kind !== undefined)) parts.push(HOW_JUDGED);
    parts.push(toMarkdown(claims));
  }
  const discriminators = unique(table.rows.flatMap(discriminatorCells));
  if (discriminators.length > 0)
    parts.push('## Discriminators', DISCRIMINATORS, toMarkdown(discriminators));
  const notes = unique(
    table.rows.flatMap(({ label, note, discriminators: judges = [] }) => [
      ...(note === undefined ? [] : [`- ${MARK} ${label}: ${note}`]),
      ...idleFindings(judges).map((finding) => `- ${label}: ${finding}`),
    ]),
  );
  if (notes.length > 0) parts.push('## Notes', notes.join('\n'));
  const { gitCommit, gitDirty } = table.provenance;
  if (gitDirty === true)
    parts.push(`${MARK} Made from uncommitted changes to commit ${gitCommit}.`);
  return `${parts.join('\n\n')}\n`;
}

/** Head and text of the cells of a metric: for the paper's, its value beside ours. */
function cells(row: TableRow, metric: string): [head: string, text: string][] {
  const { label = metric, unit = null, digits = 4 } = findMetric(metric) ?? {};
  const head = unit === null ? label : `${label} ${unit}`;
  const text = ours(row, metric, digits);
  if (!PAPER_METRICS.includes(metric)) return [[head, text]];
  return [
    [`${head}, paper`, paperValue(row, metric)?.toFixed(digits) ?? ''],
    [`${head}, ours`, text],
  ];
}

function ours(row: TableRow, metric: string, digits: number): string {
  const summary = row.ours?.[metric];
  return summary === undefined ? absentScore(row) : formatSummary(summary, digits);
}

/**
 * Why a row lacks a score: it has none at all, no truth is known, or the metric came later than the
 * results.
 */
export function absentScore({ ours: scores, status }: TableRow): string {
  if (scores === null) return status;
  return scores['psnr'] === undefined ? NO_TRUTH : 'not scored';
}

function countOf(row: TableRow): string {
  const summary = Object.values(row.ours ?? {}).at(0);
  return summary === undefined ? '' : formatCount(summary);
}

/** `4 volumes`; `5 seeds x 4 volumes` where seeds share them. */
function formatCount({ n, over, volumes }: Pick<ScoreSummary, 'n' | 'over' | 'volumes'>): string {
  return volumes === undefined ? `${n} ${over}` : `${n} ${over} x ${volumes} volumes`;
}

function overWhat(summary: ScoreSummary | undefined): string {
  if (summary === undefined) return '';
  return summary.volumes === undefined ? summary.over : `${summary.over} and volumes`;
}

const DISCRIMINATORS =
  'Loss and standard deviation of the scores at each scale, means over the second half of the training and the runs; idle: part of the training with a least-squares loss within 0.005 of guessing, 0.25.';

/** One line for each discriminator of a row. */
function discriminatorCells({ label, discriminators = [] }: TableRow): Record<string, string>[] {
  return discriminators.map(({ domain, scales, idle }) => ({
    ...{ method: label, volumes: domain },
    ...Object.fromEntries(
      scales.flatMap(({ scale, loss, spread }) => [
        [`loss, ${scale}`, loss.toFixed(3)],
        [`spread, ${scale}`, spread?.toFixed(3) ?? ''],
      ]),
    ),
    idle: idle === null ? '' : `${Math.round(100 * idle)} %`,
  }));
}

/** Each value once: rows under several conditions have the same runs. */
function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

const HOW_JUDGED =
  'A confirmatory claim belongs to a family that was declared before the runs, and is decided by its p after the correction for the family (Holm); all others are exploratory: nothing corrects for how many there are. The last column is how many seeds would decide with 80 % power at the spread seen here.';

function claimCells(claim: ClaimResult): Record<string, string> {
  const { text, kind, family, verdict, value, low, high, note, n, over, volumes } = claim;
  const told = note === undefined ? verdict : `${verdict} (${note})`;
  const shown = value === null ? '' : formatSummary({ mean: value, low, high }, 4);
  if (kind === undefined) return { claim: text, verdict: told, value: shown };
  return {
    claim: text,
    kind: CLAIM_KINDS[kind].word,
    test: family === null || family === undefined ? 'exploratory' : `confirmatory: ${family}`,
    verdict: told,
    value: shown,
    n: n === undefined || over === undefined ? '' : formatCount({ n, over, volumes }),
    p: formatProbability(claim.p),
    'p, corrected': formatProbability(claim.pAdjusted),
    'seeds that would decide': String(claim.seedsNeeded ?? ''),
  };
}

/** `0.013`; `< 0.001` below that. */
function formatProbability(p: number | null | undefined): string {
  if (p === null || p === undefined) return '';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

function paperValue(row: TableRow, metric: string): number | undefined {
  return metric === 'psnr' || metric === 'ssim' ? row.paper?.[metric] : undefined;
}

/** The paper's two metrics and all others that a row has, known ones first and in their order. */
function metricsOf(rows: readonly TableRow[]): readonly string[] {
  const found = new Set([...PAPER_METRICS, ...rows.flatMap((row) => Object.keys(row.ours ?? {}))]);
  const known = METRIC_NAMES.filter((metric) => found.has(metric));
  return [...known, ...[...found].filter((metric) => !known.includes(metric)).sort()];
}

/** Pads the cells of a Markdown table to equal widths. */
function align(markdown: string): string {
  const lines = markdown
    .trim()
    .split('\n')
    .map((line) =>
      line
        // A pipe inside a cell stands behind a backslash.
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const widths = lines[0].map((_, column) =>
    Math.max(3, ...lines.map((cells) => cells[column].length)),
  );
  return lines
    .map((cells, index) => {
      const padded = cells.map((cell, column) =>
        index === 1 ? '-'.repeat(widths[column]) : cell.padEnd(widths[column]),
      );
      return `| ${padded.join(' | ')} |`;
    })
    .join('\n');
}
