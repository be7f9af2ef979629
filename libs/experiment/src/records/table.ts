import { findMetric, METRIC_NAMES } from '@blurcycle/metrics/registry';
import { z } from 'zod';
import { parseRule, scoresOf } from '../claims/parseRule.ts';
import { provenanceSchema } from './records.ts';

/** A mean with its interval. */
const scoreSummarySchema = z.strictObject({
  mean: z.number(),
  /** 95 % limits; null for a single value. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Number of values. */
  n: z.int().positive(),
  /** What the values are: means of seeds, or single volumes where there is one seed or none. */
  over: z.enum(['seeds', 'volumes']),
  values: z.array(z.number()).readonly(),
});

const tableRowSchema = z.strictObject({
  /** Together with the condition it names the row. */
  id: z.string(),
  /** Id of the condition that the row was tested under, where the experiment has conditions. */
  condition: z.string().optional(),
  label: z.string(),
  method: z.string(),
  paper: z.strictObject({ psnr: z.number(), ssim: z.number() }).nullable(),
  status: z.enum(['done', 'failed', 'missing']),
  /** Why the row is not done, or that its results are stale. */
  note: z.string().optional(),
  /** Settings that this row alone has. */
  overrides: z.record(z.string(), z.unknown()).optional(),
  /** Ids of the runs behind the row. */
  runs: z.array(z.string()).readonly(),
  /** Metric name to summary; null when no run is done. */
  ours: z.record(z.string(), scoreSummarySchema).nullable(),
});

const claimResultSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  rule: z.string(),
  verdict: z.enum(['reproduced', 'not reproduced', 'undecided']),
  /**
   * What the rule compares with its limit, and the 95 % interval of that; null where it cannot be
   * told.
   */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Why it is undecided. */
  note: z.string().optional(),
});

/** What rows were tested on instead of data like those that the models were trained on. */
const tableConditionSchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  /**
   * Settings of the data set that differ, as `noise.averageSnrDb`; none for the data of the
   * training.
   */
  test: z.record(z.string(), z.unknown()),
});

/** `table.json` of an experiment. */
export const tableSchema = z.strictObject({
  experiment: z.string(),
  title: z.string(),
  place: z.string(),
  profile: z.string(),
  /** Rows of one condition stand together, in the order of the conditions. */
  rows: z.array(tableRowSchema).readonly(),
  /** Left out where there are none. */
  conditions: z.array(tableConditionSchema).readonly().optional(),
  claims: z.array(claimResultSchema).readonly(),
  provenance: provenanceSchema,
});

/** A mean with its interval. */
export type ScoreSummary = z.infer<typeof scoreSummarySchema>;
/** What rows of a table were tested on. */
export type TableCondition = z.infer<typeof tableConditionSchema>;
/** One row of a table. */
export type TableRow = z.infer<typeof tableRowSchema>;
/** A claim with its verdict. */
export type ClaimResult = z.infer<typeof claimResultSchema>;
/** A table as it stands in `table.json`. */
export type Table = z.infer<typeof tableSchema>;

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
function formatSummary(summary: ScoreSummary, digits: number): string {
  const { mean, low, high } = summary;
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
      label: row.label,
      status: row.ours?.[metric] === undefined ? absentScore(row) : row.status,
      metric,
      paper: paperValue(row, metric) ?? '',
      mean: row.ours?.[metric]?.mean ?? '',
      low: row.ours?.[metric]?.low ?? '',
      high: row.ours?.[metric]?.high ?? '',
      n: row.ours?.[metric]?.n ?? '',
      over: row.ours?.[metric]?.over ?? '',
    })),
  );
  return `${from(lines).toCSV()}\n`;
}

/** The table as Markdown, paper beside ours, then the claims; reads well in a terminal too. */
export async function tableToMarkdown(table: Table): Promise<string> {
  const { from } = await import('arquero');
  const conditionOf = (row: TableRow): string =>
    table.conditions?.find(({ id }) => id === row.condition)?.label ?? '';
  const columns = tableColumns(table);
  const rows = table.rows.map((row) => ({
    ...(table.conditions === undefined ? {} : { 'tested on': conditionOf(row) }),
    method: row.note === undefined ? row.label : `${row.label} ${MARK}`,
    ...Object.fromEntries(columns.flatMap((metric) => cells(row, metric))),
    n: countOf(row),
  }));
  const claims = table.claims.map(({ text, verdict, value, low, high, note }) => ({
    claim: text,
    verdict: note === undefined ? verdict : `${verdict} (${note})`,
    value:
      value === null
        ? ''
        : formatSummary({ mean: value, low, high, n: 1, over: 'seeds', values: [] }, 4),
  }));
  const parts = [
    `# ${table.place}: ${table.title}`,
    `Profile \`${table.profile}\`. In brackets the 95 % interval: over seeds where there are several, else over test volumes.`,
  ];
  if (rows.length > 0) parts.push(align(from(rows).toMarkdown()));
  if (claims.length > 0) parts.push('## Claims', align(from(claims).toMarkdown()));
  const notes = [
    ...new Set(
      table.rows.flatMap(({ label, note }) =>
        note === undefined ? [] : [`- ${MARK} ${label}: ${note}`],
      ),
    ),
  ];
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
  return summary === undefined ? '' : `${summary.n} ${summary.over}`;
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
        .split('|')
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
