import type { RenderedChart } from '../charts/renderChart.ts';
import { formatBytes, formatCount, formatDuration } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { chartFigure } from './chartFigure.ts';
import { describeCommit, describeMachine } from './provenanceLine.ts';

/** The charts of the training, drawn. */
export interface TrainingFigures {
  readonly validation: readonly RenderedChart[];
  readonly losses: readonly RenderedChart[];
}

/** What the training runs did: curves, cost, provenance of each run. */
export function trainingSection(runs: readonly RunInput[], figures: TrainingFigures): Html | null {
  if (runs.length === 0) return null;
  return html`<section id="training" aria-labelledby="training-title">
    <p class="eyebrow">Behind the tables</p>
    <h2 id="training-title">Training</h2>
    <p class="lede">
      ${runs.length === 1 ? 'One run' : `${runs.length} runs`},
      ${formatDuration(runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0))} of training in all.
      Losses of adversarial training do not tell quality; the validation scores do.
    </p>
    ${curves('On the validation volumes', figures.validation)} ${curves('Losses', figures.losses)}
    <h3>Runs</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Training runs">
      <table class="plain">
        <thead>
          <tr>
            ${['Run', 'Status', 'Updates', 'Weights of update', 'Parameters', 'Training', 'Inference', 'Peak memory', 'Commit', 'Machine', 'Command'].map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${runs.map(runRow)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function curves(title: string, charts: readonly RenderedChart[]): Html | null {
  return charts.length === 0
    ? null
    : html`<h3>${title}</h3>
        <div class="charts">${charts.map(chartFigure)}</div>`;
}

function runRow({ record, metrics }: RunInput): Html {
  const { provenance, parameterCounts } = record;
  const parameters = Object.values(parameterCounts).reduce((sum, count) => sum + count, 0);
  const status = record.status === 'failed' ? `failed: ${record.error ?? 'no reason given'}` : record.status;
  const unreadable =
    metrics === null ? 'no metrics' : metrics.unreadable > 0 ? `${metrics.unreadable} unreadable` : '';
  return html`<tr>
    <th scope="row">${record.id}</th>
    <td>${status}${unreadable === '' ? null : html`<span class="note">${unreadable}</span>`}</td>
    <td>${formatCount(record.settings.training.updates)}</td>
    <td>${record.selectedUpdate === null ? '–' : formatCount(record.selectedUpdate)}</td>
    <td>${formatCount(parameters)}</td>
    <td>${formatDuration(record.trainingSeconds)}</td>
    <td>${formatDuration(record.inferenceSeconds)}</td>
    <td>${formatBytes(provenance.peakMemoryBytes)}</td>
    <td>${describeCommit(provenance)}</td>
    <td class="wide">${describeMachine(provenance)}</td>
    <td><code>${provenance.command}</code></td>
  </tr>`;
}
