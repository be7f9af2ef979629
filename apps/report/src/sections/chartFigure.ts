import type { RenderedChart } from '../charts/renderChart.ts';
import { TEXT_SIZE } from '../charts/chart.ts';
import { dataLink, packedScript, toCsv } from '../html/embed.ts';
import { html, trusted, type Html } from '../html/html.ts';
import { selfLink, type FigureFrame } from './frame.ts';

/** A chart with its text alternative, its numbers as a table, and a button to explore it. */
export function chartFigure(chart: RenderedChart, { reference, made }: FigureFrame): Html {
  const { id, title, summary, svg, table, vega, name, isWide } = chart;
  return html`<figure class="chart-figure${isWide === true ? ' wide' : ''}" id="${id}">
    <figcaption>${title} ${selfLink(id, title)}</figcaption>
    <div
      class="chart ${leastWidth(svg)}"
      tabindex="0"
      role="region"
      aria-label="${reference}, chart: ${title}"
    >
      ${trusted(svg)}
    </div>
    <div class="tools">
      <button type="button" class="explore" aria-pressed="false" hidden>Explore</button
      >${dataLink('CSV', `${name}.csv`, 'text/csv', toCsv(table.columns, table.rows))}
    </div>
    <details class="data">
      <summary>Numbers</summary>
      <p class="note">${summary}</p>
      <div
        class="scroll tall"
        tabindex="0"
        role="region"
        aria-label="${reference}, numbers behind: ${title}"
      >
        <table class="plain">
          <thead>
            <tr>
              ${table.columns.map((column) => html`<th scope="col">${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${table.rows.map(
              (row) =>
                html`<tr>
                  ${row.map((value) => html`<td>${value}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
    ${made} ${packedScript('vega-spec', vega)}
  </figure>`;
}

/** Smallest size of text in a chart on any screen, in px. */
const SMALLEST_TEXT = 11;
/** Step of the classes below, in px. */
const STEP = 20;
const WIDEST = 1400;

/** Class of a drawing that is not shrunk until its text is unreadable: it scrolls instead. */
function leastWidth(svg: string): string {
  const width = Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const least = (width * SMALLEST_TEXT) / TEXT_SIZE;
  return `least-${Math.min(WIDEST, STEP * Math.ceil(least / STEP))}`;
}

/** CSS rules of those classes. */
export function leastWidthRules(): string {
  const rules: string[] = [];
  for (let width = STEP; width <= WIDEST; width += STEP) {
    rules.push(`.least-${width}>svg{min-width:${width}px}`);
  }
  return `@media screen{${rules.join('')}}`;
}
