import type { ClaimResult, TableRow } from '@blurcycle/experiment';
import { formatSignificant } from '../html/format.ts';
import type { ReportInputs } from '../inputs/readResults.ts';
import { claimMetric } from '../model/claims.ts';
import { shownMetric } from '../model/metrics.ts';

/** What a paper may say: the words of each value of the records, by its key. */
export type RecordNumbers = ReadonlyMap<string, string>;

/**
 * Every number of the tables, claims and settings of a profile:
 *
 * - `table1#proposed.psnr.mean`, also `low`, `high`, `n`, `paper`; under a condition
 *   `fig8#proposed@snr-10.psnr.mean`;
 * - `table1#claim.order.value`, also `low`, `high`, `n`, `verdict`;
 * - `proposed-s0#settings.training.updates`, and every other number of the settings of a run.
 */
export function recordNumbers({
  experiments,
  runs,
}: Pick<ReportInputs, 'experiments' | 'runs'>): RecordNumbers {
  const found = new Map<string, string>();
  for (const { id, table } of experiments) {
    for (const row of table.rows) addRow(found, id, row);
    for (const claim of table.claims) addClaim(found, id, claim);
  }
  for (const { record } of runs) addSettings(found, `${record.id}#settings`, record.settings);
  return found;
}

/** The key of a row: its id, with its condition where it has one. */
export function rowKey(experiment: string, { id, condition }: TableRow): string {
  return `${experiment}#${id}${condition === undefined ? '' : `@${condition}`}`;
}

function addRow(found: Map<string, string>, experiment: string, row: TableRow): void {
  const key = rowKey(experiment, row);
  for (const [metric, { mean, low, high, n }] of Object.entries(row.ours ?? {})) {
    const { digits } = shownMetric(metric);
    add(found, `${key}.${metric}.mean`, mean, digits);
    add(found, `${key}.${metric}.low`, low, digits);
    add(found, `${key}.${metric}.high`, high, digits);
    add(found, `${key}.${metric}.n`, n, 0);
  }
  for (const [metric, value] of Object.entries(row.paper ?? {})) {
    add(found, `${key}.${metric}.paper`, value, shownMetric(metric).digits);
  }
}

function addClaim(found: Map<string, string>, experiment: string, claim: ClaimResult): void {
  const key = `${experiment}#claim.${claim.id}`;
  const { digits } = claimMetric(claim);
  add(found, `${key}.value`, claim.value, digits);
  add(found, `${key}.low`, claim.low, digits);
  add(found, `${key}.high`, claim.high, digits);
  add(found, `${key}.n`, claim.n ?? null, 0);
  found.set(`${key}.verdict`, claim.verdict);
}

/** Typographic signs as one types them, so that Markdown and LaTeX can hold them. */
function add(found: Map<string, string>, key: string, value: number | null, digits: number): void {
  if (value !== null && Number.isFinite(value)) found.set(key, value.toFixed(digits));
}

function addSettings(found: Map<string, string>, key: string, value: unknown): void {
  if (typeof value === 'number') found.set(key, formatSignificant(value, 6).replace('\u2212', '-'));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) addSettings(found, `${key}.${name}`, part);
  }
}
