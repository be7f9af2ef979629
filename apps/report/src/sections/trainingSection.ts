import type { RenderedChart } from '../charts/renderChart.ts';
import type { RunRecord } from '@blurcycle/experiment';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatList,
  formatSignificant,
} from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { chartFigure } from './chartFigure.ts';
import { describeCommit, describeMachine } from './provenanceLine.ts';
import { sectionHead } from './sectionHead.ts';

/** The charts of the training, drawn. */
export interface TrainingFigures {
  readonly validation: readonly RenderedChart[];
  readonly losses: readonly RenderedChart[];
}

const RUN_COLUMNS = [
  'Run',
  'Status',
  'Updates',
  'Weights of update',
  'Parameters',
  'Training',
  'Memory',
  'Commit',
] as const;

/** What the training runs did: curves, cost, provenance of each run. */
export function trainingSection(runs: readonly RunInput[], figures: TrainingFigures): Html | null {
  if (runs.length === 0) return null;
  const made = madeByRuns(runs.map(({ record }) => record));
  return html`<section id="training" aria-labelledby="training-title">
    ${sectionHead('training', 'Behind the tables', 'Training')}
    <p class="lede">
      ${runs.length === 1 ? 'One run' : `${runs.length} runs`},
      ${formatDuration(runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0))} of training in all.
      Losses of adversarial training do not tell quality; the validation scores do.
    </p>
    ${curves('On the validation volumes', figures.validation, made)} ${curves('Losses', figures.losses, made)}
    <h3>Runs</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Training runs">
      <table class="plain">
        <thead>
          <tr>
            ${RUN_COLUMNS.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${runs.map(runRow)}
        </tbody>
      </table>
    </div>
    <details class="made" id="training-made">
      <summary><span class="made-label">How each run was made</span></summary>
      <dl>
        ${runs.map(
          ({ record: { id, provenance } }) =>
            html`<div>
              <dt>${id}</dt>
              <dd>
                <code>${provenance.command}</code>, ${provenance.createdAt}, ${describeMachine(provenance)}
              </dd>
            </div>`,
        )}
      </dl>
    </details>
    ${learnedKernels(runs)}
  </section>`;
}

function curves(title: string, charts: readonly RenderedChart[], made: Html): Html | null {
  return charts.length === 0
    ? null
    : html`<h3>${title}</h3>
        <div class="charts">${charts.map((chart) => chartFigure(chart, made))}</div>`;
}

/** The line below a chart of many runs: what they have in common, and where the record of each stands. */
function madeByRuns(records: readonly RunRecord[]): Html {
  const distinct = (values: readonly string[]): string => formatList([...new Set(values)].sort());
  const seeds = [...new Set(records.map(({ seed }) => seed))].sort((a, b) => a - b);
  return html`<p class="made-brief">
    <a href="#training-made">How each run was made</a> ${records.length} × <code>blurcycle train</code>,
    commit ${distinct(records.map(({ provenance }) => describeCommit(provenance)))},
    ${seeds.length === 1 ? 'seed' : 'seeds'} ${formatList(seeds.map(String))},
    ${formatDuration(records.reduce((sum, { trainingSeconds }) => sum + trainingSeconds, 0))} in all,
    ${distinct(records.map(({ provenance: { cpu } }) => cpu.model))}
  </p>`;
}

function runRow({ record, metrics }: RunInput): Html {
  const { provenance, parameterCounts } = record;
  const parameters = Object.values(parameterCounts).reduce((sum, count) => sum + count, 0);
  const unreadable =
    metrics === null ? 'no metrics' : metrics.unreadable > 0 ? `${metrics.unreadable} unreadable` : '';
  return html`<tr>
    <th scope="row">${record.id}</th>
    <td>
      ${record.status}${[unreadable, record.error ?? ''].filter((note) => note !== '').map((note) => html`<span class="note">${note}</span>`)}
    </td>
    <td>${formatCount(record.settings.training.updates)}</td>
    <td>${record.selectedUpdate === null ? '–' : formatCount(record.selectedUpdate)}</td>
    <td>${formatCount(parameters)}</td>
    <td>${formatDuration(record.trainingSeconds)}</td>
    <td>${formatBytes(provenance.peakMemoryBytes)}</td>
    <td>${describeCommit(provenance)}</td>
  </tr>`;
}

/** What the learned blur kernels are like, one column for each run that learned one. */
function learnedKernels(runs: readonly RunInput[]): Html | null {
  const learned = runs.flatMap(({ record: { id, kernel } }) => (kernel === null ? [] : [{ id, kernel }]));
  if (learned.length === 0) return null;
  const names = [...new Set(learned.flatMap(({ kernel }) => Object.keys(kernel)))];
  return html`<h3>Learned blur kernels</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Learned blur kernels">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Property</th>
            ${learned.map(({ id }) => html`<th scope="col">${id}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${names.map(
            (name) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${learned.map(
                  ({ kernel }) => html`<td>${name in kernel ? formatSignificant(kernel[name]) : '–'}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
