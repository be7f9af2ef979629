import { METRICS, NO_TRUTH } from './metrics.ts';
import type { ScoreSummary, Table, TableRow } from './table.ts';

/**
 * What marks a row that a reader must not take at face value: stale, incomplete, or from a dirty
 * tree.
 */
const MARK = '†';
/** Stands in for the paper's two where no truth is known. */
const RESIDUAL = METRICS['dataResidual'];

/** `22.31 [22.05, 22.57]`; without limits where there is a single value. */
export function formatSummary(summary: ScoreSummary, digits: number): string {
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
      status: row.ours !== null && row.ours[metric] === undefined ? NO_TRUTH : row.status,
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
  const hasResidual = table.rows.some((row) => row.ours?.['dataResidual'] !== undefined);
  const rows = table.rows.map((row) => ({
    ...(table.conditions === undefined ? {} : { 'tested on': conditionOf(row) }),
    method: row.note === undefined ? row.label : `${row.label} ${MARK}`,
    'PSNR dB, paper': row.paper?.psnr.toFixed(2) ?? '',
    'PSNR dB, ours': ours(row, 'psnr'),
    'SSIM, paper': row.paper?.ssim.toFixed(4) ?? '',
    'SSIM, ours': ours(row, 'ssim'),
    ...(hasResidual ? { [RESIDUAL.label]: ours(row, 'dataResidual') } : {}),
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

function ours(row: TableRow, metric: string): string {
  const summary = row.ours?.[metric];
  if (summary === undefined) return row.ours === null ? row.status : NO_TRUTH;
  return formatSummary(summary, METRICS[metric].digits);
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
  const found = new Set(['psnr', 'ssim', ...rows.flatMap((row) => Object.keys(row.ours ?? {}))]);
  const known = Object.keys(METRICS).filter((metric) => found.has(metric));
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
