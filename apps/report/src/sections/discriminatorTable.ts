import { DISCRIMINATOR_SCALES } from '@blurcycle/core';
import { idleFindings, summarizeDiscriminators, type Discriminator } from '@blurcycle/experiment';
import { formatNumber } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';

/**
 * Loss and spread of every discriminator at each scale, one row for each, and which of them idle;
 * null if no log has any.
 */
export function discriminatorTable(runs: readonly RunInput[]): Html | null {
  const judged = runs.flatMap(({ record: { id, settings }, metrics }) =>
    summarizeDiscriminators(metrics?.losses ?? [], settings.training.ganLoss).map((one) => ({
      id,
      one,
    })),
  );
  if (judged.length === 0) return null;
  return html`<p class="note">
      Means over the second half of the training. Spread: standard deviation of the scores. Idle:
      part of the training in which the least-squares loss is within 0.005 of 0.25, that of
      guessing; bold where it is half or more.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Discriminators">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col" class="words">Run</th>
            <th scope="col" class="words">Volumes</th>
            ${COLUMNS.map(([column]) => html`<th scope="col">${column}</th>`)}
            <th scope="col">Idle</th>
          </tr>
        </thead>
        <tbody>
          ${judged.map(({ id, one }) => row(id, one))}
        </tbody>
      </table>
    </div>`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** A column and what it shows of a scale. */
const COLUMNS = DISCRIMINATOR_SCALES.flatMap((scale) => [
  [`Loss, ${scale}`, scale, 'loss'] as const,
  [`Spread, ${scale}`, scale, 'spread'] as const,
]);

function row(id: string, one: Discriminator): Html {
  const { domain, scales, idle } = one;
  const isIdle = idleFindings([one]).length > 0;
  return html`<tr>
    <th scope="row">${id}</th>
    <td class="words">${domain}</td>
    ${COLUMNS.map(([, scale, quantity]) => {
      const value = scales.find((found) => found.scale === scale)?.[quantity] ?? null;
      return html`<td>${value === null ? '–' : formatNumber(value, 3)}</td>`;
    })}
    <td>${idle === null ? '–' : isIdle ? html`<b>${percent(idle)}</b>` : percent(idle)}</td>
  </tr>`;
}
