import type { FactsBlock } from '@blurcycle/experiment';
import { axisTitle } from '../html/axisTitle.ts';
import { dataLink, toCsv } from '../html/dataLink.ts';
import { formatFact } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { FigureFrame } from './figureFrame.ts';

/** A table of facts, its numbers to the right and its words to the left. */
export function factsFigure(block: FactsBlock, { place, made }: FigureFrame): Html {
  const { id, title, columns, rows, note } = block;
  const titles = columns.map(axisTitle);
  const sides = columns.map((_, i) =>
    rows.some((row) => typeof row[i] === 'string') ? 'text' : 'number',
  );
  const cell = (value: string | number | null, column: number): Html => {
    const text = value === null ? '–' : typeof value === 'number' ? formatFact(value) : value;
    return column === 0
      ? html`<th scope="row">${text}</th>`
      : html`<td class="${sides[column]}">${text}</td>`;
  };
  return html`<figure class="facts-figure">
    <div class="scroll" tabindex="0" role="region" aria-label="${place}, ${title}">
      <table class="plain fact-table">
        <caption>
          ${title}
        </caption>
        <thead>
          <tr>
            ${titles.map((column, i) => html`<th scope="col" class="${i === 0 ? 'text' : sides[i]}">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map(cell)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${note === undefined ? null : html`<p class="note">${note}</p>`}
    <div class="tools">
      ${dataLink(
        'CSV',
        `${id}.csv`,
        'text/csv',
        toCsv(
          titles,
          rows.map((row) => row.map((value) => value ?? '')),
        ),
      )}
    </div>
    ${made}
  </figure>`;
}
