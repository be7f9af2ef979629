import { mean } from '@blurcycle/core';
import type { VolumeScores } from '@blurcycle/experiment';
import { formatDifference, formatNumber } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { shownMetric } from '../model/metrics.ts';

/** Metrics of the table. */
const SHOWN = ['psnr', 'psnrRegistered', 'ssim'] as const;

/**
 * Test scores by the last weights and by their moving average, one row for each run that has both;
 * null if none has.
 */
export function averageTable(runs: readonly RunInput[]): Html | null {
  const both = runs.flatMap(({ record: { id, beside }, scores }) =>
    beside === undefined || scores === null ? [] : [{ id, beside, scores }],
  );
  if (both.length === 0) return null;
  const columns = SHOWN.map((name) => ({ name, ...shownMetric(name) }));
  return html`<p class="note">
      Scores of the test volumes by the last weights and by their moving average. Predictions are
      made by the weights that are named, the others are scored beside them.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Moving average of the weights">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col" class="words">Run</th>
            <th scope="col" class="words">Predictions by</th>
            ${columns.map(({ label, unit }) => {
              const title = unit === null ? label : `${label} (${unit})`;
              return html`<th scope="col">${title}, last</th>
                <th scope="col">average</th>
                <th scope="col">difference</th>`;
            })}
          </tr>
        </thead>
        <tbody>
          ${both.map(({ id, beside, scores }) => {
            const [last, average] =
              beside.weights === 'last' ? [beside.scores, scores] : [scores, beside.scores];
            return html`<tr>
              <th scope="row">${id}</th>
              <td class="words">${beside.weights === 'last' ? 'average' : 'selected weights'}</td>
              ${columns.map(({ name, digits }) => cells(meanOf(last, name), meanOf(average, name), digits))}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
}

function meanOf(scores: readonly VolumeScores[], metric: string): number | null {
  const values = scores.map((entry) => (metric in entry.scores ? entry.scores[metric] : NaN));
  const value = values.length === 0 ? NaN : mean(values);
  return Number.isNaN(value) ? null : value;
}

function cells(last: number | null, average: number | null, digits: number): Html {
  const show = (value: number | null): string =>
    value === null ? '–' : formatNumber(value, digits);
  const difference =
    last === null || average === null ? '–' : formatDifference(average - last, digits);
  return html`<td>${show(last)}</td>
    <td>${show(average)}</td>
    <td>${difference}</td>`;
}
