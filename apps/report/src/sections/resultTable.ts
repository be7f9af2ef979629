import { capitalize } from '@blurcycle/core';
import {
  idleFindings,
  absentScore,
  type ScoreSummary,
  type Table,
  tableColumns,
  type TableRow,
} from '@blurcycle/experiment';
import { axisTitle, formatDifference, formatList, formatNumber } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import { groupRows } from '../model/groups.ts';
import { shownMetric } from '../model/metrics.ts';

/** A metric of the table and the heads of its columns. */
interface Column {
  readonly metric: string;
  readonly heads: readonly ('paper' | 'ours' | 'difference' | 'n')[];
}

/** Metrics that the paper prints values of. */
const PRIMARY: readonly string[] = ['psnr', 'ssim'];
const PAPER_HEADS = ['paper', 'ours', 'difference'] as const;

/** Notes on rows, each once, in the order of their first row. */
function rowNotes(rows: readonly TableRow[]): readonly string[] {
  return [...new Set(rows.flatMap(notesOf))];
}

/** Why a row is not what it should be, and which of its discriminators idle. */
function notesOf({ note, ours, discriminators = [] }: TableRow): readonly string[] {
  return [...(note === undefined || ours === null ? [] : [note]), ...idleFindings(discriminators)];
}

/**
 * The paper's scores with ours beside them, grouped by condition; beside them registration and what
 * decides a claim; and all metrics to unfold.
 */
export function resultTable(table: Table): Html {
  const hasPaper = table.rows.some(({ paper }) => paper !== null);
  const columns = tableColumns(table).map((metric): Column => {
    if (!PRIMARY.includes(metric)) return { metric, heads: ['ours'] };
    // The number of values is the same for both: it stands once, behind the first.
    const count = metric === PRIMARY[0] ? (['n'] as const) : [];
    return { metric, heads: [...(hasPaper ? PAPER_HEADS : (['ours'] as const)), ...count] };
  });
  const notes = rowNotes(table.rows);
  const count = columns.reduce((sum, { heads }) => sum + heads.length, 1);
  const groups = groupRows(table).map(
    ({ condition, rows }) =>
      html`<tbody>
        ${
          condition === undefined
            ? null
            : html`<tr class="condition">
                <th colspan="${count}" scope="rowgroup">${condition.label}</th>
              </tr>`
        }
        ${rows.map((row) => resultRow(row, columns, hasPaper, notes))}
      </tbody>`,
  );
  return html`<p class="note table-note">
      ${hasPaper ? 'The paper’s values beside ours: mean' : 'The paper gives no scores here; ours are the mean'}
      over the test volumes and seeds, with the 95 % interval.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="${table.place}, scores">
      <table class="results ${hasPaper ? 'beside-paper' : 'ours-alone'}">
        <thead>
          <tr>
            <th rowspan="2" scope="col">Method</th>
            ${columns.map(
              ({ metric, heads }) =>
                html`<th colspan="${heads.length}" scope="colgroup" class="group">
                  ${axisTitle(shownMetric(metric))}
                </th>`,
            )}
          </tr>
          <tr>
            ${columns.map(({ metric, heads }) =>
              heads.map(
                (head, i) =>
                  html`<th scope="col" class="${metric} ${i === 0 ? 'first' : ''}">${head}</th>`,
              ),
            )}
          </tr>
        </thead>
        ${groups}
      </table>
    </div>
    ${
      notes.length === 0
        ? null
        : html`<ol class="footnotes">
            ${notes.map((note) => html`<li>${footnote(note)}</li>`)}
          </ol>`
    }
    ${furtherMetrics(table)}`;
}

/** A note; of a long one, which names many runs, their names, and the rest to unfold. */
function footnote(note: string): Html {
  const named = [...note.matchAll(/(\S+) is (stale|missing|failed)/g)];
  if (named.length < 2) return html`${capitalize(note)}.`;
  const states = [...new Set(named.map(([, , state]) => state))].map((state) => {
    const runs = named.filter((one) => one[2] === state).map(([, run]) => run);
    return `${state}: ${formatList(runs)}`;
  });
  return html`<details>
    <summary>${capitalize(states.join('; '))}</summary>
    ${capitalize(note)}.
  </details>`;
}

function resultRow(
  row: TableRow,
  columns: readonly Column[],
  hasPaper: boolean,
  notes: readonly string[],
): Html {
  const isOurs = hasPaper && row.paper === null;
  const head = html`<th scope="row">
    ${row.label}${notesOf(row).map(
      (note, i) =>
        html`<sup
          ><span class="hidden-words">note </span
          >${i === 0 ? '' : ', '}${notes.indexOf(note) + 1}</sup
        >`,
    )}${isOurs ? html`<span class="note">not in the paper</span>` : null}
  </th>`;
  return html`<tr
    data-method="${row.method}"
    class="${[isOurs ? 'extra' : '', row.ours === null ? 'absent' : ''].join(' ').trim()}"
  >
    ${head}${columns.map((column) => cells(row, column))}
  </tr>`;
}

/** The cells of one metric; the first holds its name for narrow screens, which list metrics. */
function cells(row: TableRow, { metric, heads }: Column): Html {
  const { label, digits } = shownMetric(metric);
  const summary = row.ours?.[metric];
  const paper = metric === 'psnr' || metric === 'ssim' ? row.paper?.[metric] : undefined;
  if (!PRIMARY.includes(metric)) {
    const score = summary === undefined ? '–' : withInterval(summary, digits);
    const text = row.ours !== null && summary === undefined ? absentScore(row) : score;
    return html`<td class="first ours alone" data-metric="${label}">${text}</td>`;
  }
  const hasPaper = heads.includes('paper');
  const printed = paper === undefined ? '–' : formatNumber(paper, digits);
  const paperCell = html`<td class="first" data-metric="${label}">${printed}</td>`;
  if (summary === undefined) {
    return html`${hasPaper ? paperCell : null}
      <td
        class="reason ${hasPaper ? '' : 'first'}"
        colspan="${heads.length - (hasPaper ? 1 : 0)}"
        data-metric="${label}"
      >
        ${row.ours === null ? reason(row) : absentScore(row)}
      </td>`;
  }
  const ours = withInterval(summary, digits);
  const count = heads.includes('n') ? html`<td>${countOf(summary)}</td>` : null;
  if (!hasPaper) {
    return html`<td class="first ours" data-metric="${label}">${ours}</td>
      ${count}`;
  }
  return html`${paperCell}
    <td class="ours">${ours}</td>
    <td>${paper === undefined ? '–' : formatDifference(summary.mean - paper, digits)}</td>
    ${count}`;
}

function reason({ status, note }: TableRow): Html {
  const fallback = status === 'failed' ? 'the run failed' : 'not run yet';
  return html`<span class="tag">${status}</span> ${note ?? fallback}`;
}

function countOf({ n, over, volumes }: ScoreSummary): Html {
  const thing = n === 1 ? over.slice(0, -1) : over;
  const shared = volumes === undefined ? '' : ` × ${volumes} volumes`;
  return html`${n} <span class="unit">${thing}${shared}</span>`;
}

/** Every metric of a table with the values behind each mean, to unfold. */
function furtherMetrics(table: Table): Html | null {
  const done = table.rows.filter((row) => row.ours !== null);
  const names = [...new Set(done.flatMap(({ ours }) => Object.keys(ours ?? {})))];
  if (names.length === 0) return null;
  return html`<details class="data">
    <summary>All metrics, with the individual values</summary>
    <p class="note">
      Mean with its 95 % interval; below it the values that it averages (${valuesOver(done)}).
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
  reference: readonly string[],
  caption: string | undefined,
): Html {
  const name = [...reference.filter((part) => part !== ''), 'all metrics'].join(', ');
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
                ${axisTitle(shownMetric(metric))}<span class="note">${whichIsBetter(metric)}</span>
              </th>
              ${rows.map((row) => metricCell(row, metric))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function whichIsBetter(metric: string): string {
  const { better } = shownMetric(metric);
  return better === undefined ? '' : `${better} is better`;
}

function metricCell(row: TableRow, metric: string): Html {
  const summary = row.ours?.[metric];
  const { digits } = shownMetric(metric);
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
  if (over.size > 1) return 'one per seed for trained methods, one per volume for the others';
  return over.has('seeds') ? 'one per seed' : 'one per test volume';
}

/** The mean and half its 95 % interval; the limits themselves if it is asymmetric. */
function withInterval({ mean, low, high }: ScoreSummary, digits: number): Html {
  const value = html`<b>${formatNumber(mean, digits)}</b>`;
  if (low === null || high === null) return value;
  const [below, above] = [mean - low, high - mean];
  if (Math.abs(below - above) < 0.5 * 10 ** -digits) {
    return html`${value} <span class="interval">± ${formatNumber(above, digits)}</span>`;
  }
  return html`${value}
    <span class="interval">[${formatNumber(low, digits)}, ${formatNumber(high, digits)}]</span>`;
}
