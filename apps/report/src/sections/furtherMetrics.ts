import { METRICS, type Table, type TableRow } from '@blurcycle/experiment';
import { axisTitle } from '../html/axisTitle.ts';
import { formatNumber } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import { groupRows } from '../model/groupRows.ts';
import { withInterval } from './withInterval.ts';

/** Every metric of a table, and the single values behind each mean, to unfold. */
export function furtherMetrics(table: Table): Html | null {
  const done = table.rows.filter((row) => row.ours !== null);
  const names = [...new Set(done.flatMap(({ ours }) => Object.keys(ours ?? {})))];
  if (names.length === 0) return null;
  return html`<details class="data">
    <summary>All metrics, with the single values</summary>
    <p class="note">
      Mean with its 95 % interval; below it the values that it is the mean of (${valuesOver(done)}).
    </p>
    ${groupRows(table).map(({ condition, rows }) => {
      const shown = rows.filter((row) => row.ours !== null);
      if (shown.length === 0) return null;
      return metricsTable(names, shown, [table.place, condition?.label ?? ''], condition?.label);
    })}
  </details>`;
}

function metricsTable(
  names: readonly string[],
  rows: readonly TableRow[],
  place: readonly string[],
  caption: string | undefined,
): Html {
  const name = [...place.filter((part) => part !== ''), 'all metrics'].join(', ');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
    <table class="plain">
      ${
        caption === undefined
          ? null
          : html`<caption>
              ${caption}
            </caption>`
      }
      <thead>
        <tr>
          <th scope="col">Metric</th>
          ${rows.map(({ label }) => html`<th scope="col">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          (metric) =>
            html`<tr>
              <th scope="row">
                ${axisTitle(METRICS[metric] ?? { label: metric, unit: null })}<span class="note"
                  >${METRICS[metric]?.better ?? 'higher'} is better</span
                >
              </th>
              ${rows.map((row) => metricCell(row, metric))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function metricCell(row: TableRow, metric: string): Html {
  const summary = row.ours?.[metric];
  const digits = METRICS[metric]?.digits ?? 4;
  if (summary === undefined) return html`<td>–</td>`;
  return html`<td>
    ${withInterval(summary, digits)}<span class="values"
      >${summary.values.map((value) => formatNumber(value, digits)).join('  ')}</span
    >
  </td>`;
}

function valuesOver(rows: readonly TableRow[]): string {
  const over = new Set(
    rows.flatMap(({ ours }) => Object.values(ours ?? {}).map((summary) => summary.over)),
  );
  if (over.size > 1) return 'means of seeds for trained methods, single volumes for the rest';
  return over.has('seeds') ? 'means of seeds' : 'single test volumes';
}
