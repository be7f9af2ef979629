import type { RenderedChart } from '../charts/renderChart.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { chartFigure } from './chartFigure.ts';
import {
  describeCommit,
  describeMachine,
  formatDuration,
  sectionHead,
  type FigureFrame,
} from './frame.ts';
import { averageTable } from './averageTable.ts';
import { discriminatorTable } from './discriminatorTable.ts';
import { kernelTable, runTable, selectionTable } from './runTables.ts';

/** The charts of the training, drawn. */
export interface TrainingFigures {
  readonly validation: readonly RenderedChart[];
  readonly losses: readonly RenderedChart[];
  readonly furtherValidation: readonly RenderedChart[];
}

/** The training runs: curves, cost and provenance of each. */
export function trainingSection(runs: readonly RunInput[], figures: TrainingFigures): Html | null {
  if (runs.length === 0) return null;
  const frame: FigureFrame = { reference: 'Training', made: null };
  return html`<section id="training" aria-labelledby="training-title">
    ${sectionHead('training', 'Behind the tables', 'Training')}
    <p class="lede">
      ${runs.length === 1 ? 'One run' : `${runs.length} runs`},
      ${formatDuration(runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0))} of
      training in all. An adversarial loss does not measure the quality of the images; the scores of
      the validation volumes do.
    </p>
    ${curves('Scores of the validation volumes', figures.validation, frame)}
    ${folded('Losses', figures.losses, frame)}
    ${curves('Runs of variants: scores of the validation volumes', figures.furtherValidation, {
      ...frame,
      reference: 'Training of variants',
    })}
    <h3>Run by run</h3>
    ${tableToUnfold(`Updates, parameters, time and memory (${runs.length})`, runTable(runs))}
    ${tableToUnfold('Choice of weights', selectionTable(runs))}
    ${tableToUnfold('Moving average of the weights', averageTable(runs))}
    ${tableToUnfold('Discriminators', discriminatorTable(runs))}
    ${tableToUnfold('Learned blur kernels', kernelTable(runs))}
    <details class="made fold" id="training-made">
      <summary>How each run was made</summary>
      <dl>
        ${runs.map(
          ({ record: { id, provenance } }) =>
            html`<div>
              <dt>${id}</dt>
              <dd>
                <code>${provenance.command}</code>, ${provenance.createdAt}, commit
                ${describeCommit(provenance)}, ${describeMachine(provenance)}
              </dd>
            </div>`,
        )}
      </dl>
    </details>
  </section>`;
}

/** A table to unfold; null without one. */
function tableToUnfold(title: string, table: Html | null): Html | null {
  return table === null
    ? null
    : html`<details class="fold">
        <summary>${title}</summary>
        ${table}
      </details>`;
}

/** Charts that are shown at once; further ones are folded. */
const SHOWN = 2;

function curves(title: string, charts: readonly RenderedChart[], frame: FigureFrame): Html | null {
  if (charts.length === 0) return null;
  return html`<h3>${title}</h3>
    <p class="note">Thick: the mean over the seeds; thin: single runs.</p>
    <div class="charts">${charts.slice(0, SHOWN).map((chart) => chartFigure(chart, frame))}</div>
    ${folded('Further curves', charts.slice(SHOWN), frame)}`;
}

/** Charts to unfold. */
function folded(title: string, charts: readonly RenderedChart[], frame: FigureFrame): Html | null {
  return charts.length === 0
    ? null
    : html`<details class="fold">
        <summary>${title} (${charts.length})</summary>
        <div class="charts">${charts.map((chart) => chartFigure(chart, frame))}</div>
      </details>`;
}
