import { METRICS, type ScoreSummary, type Table, type TableRow } from '@blurcycle/experiment';
import { formatDifference, formatNumber } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';

const PRIMARY = ['psnr', 'ssim'] as const;

/** The paper's table with ours beside it. */
export function resultTable(table: Table): Html {
  const heads = PRIMARY.map((metric) => ({ metric, title: metricTitle(metric) }));
  return html`<p class="note table-note">
      The paper's values beside ours: mean over the test volumes and seeds.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="${table.place}, scores">
      <table class="results">
        <thead>
          <tr>
            <th rowspan="2" scope="col">Method</th>
            ${heads.map(({ title }) => html`<th colspan="4" scope="colgroup" class="group">${title}</th>`)}
          </tr>
          <tr>
            ${heads.map(
              () =>
                html`<th scope="col" class="first">paper</th>
                  <th scope="col">ours</th>
                  <th scope="col">difference</th>
                  <th scope="col">n</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${table.rows.map(resultRow)}
        </tbody>
      </table>
    </div>
    ${furtherMetrics(table)}`;
}

function metricTitle(metric: string): string {
  const { label, unit } = METRICS[metric] ?? { label: metric, unit: null };
  return unit === null ? label : `${label} (${unit})`;
}

function resultRow(row: TableRow): Html {
  const head = html`<th scope="row">
    ${row.label}${row.note === undefined || row.ours === null ? null : html`<span class="note">${row.note}</span>`}
  </th>`;
  if (row.ours === null) {
    const reason = row.note ?? (row.status === 'failed' ? 'the run failed' : 'not run yet');
    return html`<tr class="absent">
      ${head}${PRIMARY.map(
        (metric) =>
          html`<td class="first">${printed(row, metric)}</td>
            <td colspan="3" class="reason"><span class="tag">${row.status}</span> ${reason}</td>`,
      )}
    </tr>`;
  }
  return html`<tr>
    ${head}${PRIMARY.map((metric) => cells(row, metric))}
  </tr>`;
}

function printed({ paper }: TableRow, metric: (typeof PRIMARY)[number]): string {
  return paper === null ? '–' : formatNumber(paper[metric], METRICS[metric].digits);
}

function cells(row: TableRow, metric: (typeof PRIMARY)[number]): Html {
  const summary = row.ours?.[metric];
  const { digits } = METRICS[metric];
  if (summary === undefined) {
    return html`<td class="first">${printed(row, metric)}</td>
      <td>–</td>
      <td>–</td>
      <td>–</td>`;
  }
  const difference = row.paper === null ? '–' : formatDifference(summary.mean - row.paper[metric], digits);
  return html`<td class="first">${printed(row, metric)}</td>
    <td class="ours">${withInterval(summary, digits)}</td>
    <td>${difference}</td>
    <td>${countOf(summary)}</td>`;
}

function countOf({ n, over }: ScoreSummary): Html {
  const thing = n === 1 ? over.slice(0, -1) : over;
  return html`${n} <span class="unit">${thing}</span>`;
}

/** The mean and half its 95 % interval; the limits themselves where the interval is lopsided. */
function withInterval({ mean, low, high }: ScoreSummary, digits: number): Html {
  const value = html`<b>${formatNumber(mean, digits)}</b>`;
  if (low === null || high === null) return value;
  const [below, above] = [mean - low, high - mean];
  if (Math.abs(below - above) < 0.5 * 10 ** -digits) {
    return html`${value} <span class="interval">± ${formatNumber(above, digits)}</span>`;
  }
  return html`${value}
    <span class="interval">[${formatNumber(low, digits)}, ${formatNumber(high, digits)}]</span>`;
}

/** Every other metric, and the single values behind each mean. */
function furtherMetrics({ rows, place }: Table): Html | null {
  const done = rows.filter((row) => row.ours !== null);
  const names = [...new Set(done.flatMap(({ ours }) => Object.keys(ours ?? {})))];
  if (names.length === 0) return null;
  const cell = (row: TableRow, name: string): Html => {
    const summary = row.ours?.[name];
    const digits = METRICS[name]?.digits ?? 4;
    if (summary === undefined) return html`<td>–</td>`;
    return html`<td>
      ${withInterval(summary, digits)}<span class="values"
        >${summary.values.map((value) => formatNumber(value, digits)).join('  ')}</span
      >
    </td>`;
  };
  return html`<details class="data">
    <summary>All metrics, with the single values</summary>
    <p class="note">
      Mean with its 95 % interval; below it the values that it is the mean of (${valuesOver(done)}).
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="${place}, all metrics">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            ${done.map(({ label }) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${names.map(
            (name) =>
              html`<tr>
                <th scope="row">
                  ${metricTitle(name)}<span class="note">${METRICS[name]?.better ?? 'higher'} is better</span>
                </th>
                ${done.map((row) => cell(row, name))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function valuesOver(rows: readonly TableRow[]): string {
  const over = new Set(rows.flatMap(({ ours }) => Object.values(ours ?? {}).map((summary) => summary.over)));
  if (over.size > 1) return 'means of seeds for trained methods, single volumes for the rest';
  return over.has('seeds') ? 'means of seeds' : 'single test volumes';
}
