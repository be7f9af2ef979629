import type { RenderedChart } from '../charts/renderChart.ts';
import { dataLink, packedScript, toCsv } from '../html/embed.ts';
import { html, trusted, type Html } from '../html/html.ts';
import { selfLink, type FigureFrame } from './frame.ts';

/** A chart with its text alternative, its numbers as a table, and a button to explore it. */
export function chartFigure(chart: RenderedChart, { reference, made }: FigureFrame): Html {
  const { id, title, summary, svg, table, vega, name } = chart;
  return html`<figure class="chart-figure" id="${id}">
    <figcaption>${title} ${selfLink(id, title)}</figcaption>
    <div class="chart">${trusted(svg)}</div>
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
