import type { RunRecord } from '@blurcycle/experiment';
import type { RenderedChart } from '../charts/renderChart.ts';
import { formatBytes, formatCount, formatDuration, formatList } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { splitRuns } from '../model/groups.ts';
import { chartFigure } from './chartFigure.ts';
import { describeCommit, describeMachine, type FigureFrame, sectionHead } from './frame.ts';
import { kernelTable, selectionTable } from './runTables.ts';

/** The charts of the training, drawn. */
export interface TrainingFigures {
  readonly validation: readonly RenderedChart[];
  readonly losses: readonly RenderedChart[];
  readonly furtherValidation: readonly RenderedChart[];
}

const RUN_COLUMNS = [
  ['Run', 'words'],
  ['Status', 'words'],
  ['Updates', 'number'],
  ['Weights of update', 'number'],
  ['Parameters', 'number'],
  ['Training', 'number'],
  ['Memory', 'number'],
  ['Commit', 'words'],
] as const;

/** What the training runs did: curves, cost, provenance of each run. */
export function trainingSection(runs: readonly RunInput[], figures: TrainingFigures): Html | null {
  if (runs.length === 0) return null;
  const { main, further } = splitRuns(runs);
  const frame = (shown: readonly RunInput[]): FigureFrame => ({
    place: 'Training',
    made: madeByRuns(shown.map(({ record }) => record)),
  });
  return html`<section id="training" aria-labelledby="training-title">
    ${sectionHead('training', 'Behind the tables', 'Training')}
    <p class="lede">
      ${runs.length === 1 ? 'One run' : `${runs.length} runs`},
      ${formatDuration(runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0))} of
      training in all. Losses of adversarial training do not tell quality; the validation scores do.
    </p>
    ${curves('On the validation volumes', figures.validation, frame(main))}
    ${curves('Losses', figures.losses, frame(main))}
    ${curves(
      'Runs with settings of their own, on the validation volumes',
      figures.furtherValidation,
      frame(further),
      html`Their losses, which have scales of their own, stand in
        <code>runs/&lt;run&gt;/metrics.jsonl</code>.`,
    )}
    <h3>Runs</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Training runs">
      <table class="plain">
        <thead>
          <tr>
            ${RUN_COLUMNS.map(([column, kind]) => html`<th scope="col" class="${kind}">${column}</th>`)}
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
                <code>${provenance.command}</code>, ${provenance.createdAt},
                ${describeMachine(provenance)}
              </dd>
            </div>`,
        )}
      </dl>
    </details>
    ${selectionTable(runs)} ${kernelTable(runs)}
  </section>`;
}

function curves(
  title: string,
  charts: readonly RenderedChart[],
  frame: FigureFrame,
  note: Html | null = null,
): Html | null {
  return charts.length === 0
    ? null
    : html`<h3>${title}</h3>
        ${note === null ? null : html`<p class="note">${note}</p>`}
        <div class="charts">${charts.map((chart) => chartFigure(chart, frame))}</div>`;
}

/**
 * The line below a chart of many runs: what they have in common, and where the record of each
 * stands.
 */
function madeByRuns(records: readonly RunRecord[]): Html {
  const distinct = (values: readonly string[]): string => formatList([...new Set(values)].sort());
  const seeds = [...new Set(records.map(({ seed }) => seed))].sort((a, b) => a - b);
  return html`<p class="made-brief">
    <a href="#training-made">How each run was made</a> ${records.length} ×
    <code>blurcycle train</code>, commit
    ${distinct(records.map(({ provenance }) => describeCommit(provenance)))},
    ${seeds.length === 1 ? 'seed' : 'seeds'} ${formatList(seeds.map(String))},
    ${formatDuration(records.reduce((sum, { trainingSeconds }) => sum + trainingSeconds, 0))} in
    all, ${distinct(records.map(({ provenance: { cpu } }) => cpu.model))}
  </p>`;
}

function runRow({ record, metrics }: RunInput): Html {
  const { provenance, parameterCounts } = record;
  const parameters = Object.values(parameterCounts).reduce((sum, count) => sum + count, 0);
  const unreadable =
    metrics === null
      ? 'no metrics'
      : metrics.unreadable > 0
        ? `${metrics.unreadable} unreadable`
        : '';
  return html`<tr>
    <th scope="row">${record.id}</th>
    <td class="words">
      ${record.status}${[unreadable, record.error ?? ''].filter((note) => note !== '').map((note) => html`<span class="note">${note}</span>`)}
    </td>
    <td>${formatCount(record.settings.training.updates)}</td>
    <td>${record.selectedUpdate === null ? '–' : formatCount(record.selectedUpdate)}</td>
    <td>${formatCount(parameters)}</td>
    <td>${formatDuration(record.trainingSeconds)}</td>
    <td>${formatBytes(provenance.peakMemoryBytes)}</td>
    <td class="words">${describeCommit(provenance)}</td>
  </tr>`;
}
