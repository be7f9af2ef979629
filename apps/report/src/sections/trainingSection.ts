import type { RunRecord } from '@blurcycle/experiment';
import type { RenderedChart } from '../charts/renderChart.ts';
import { formatList } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { splitRuns } from '../model/groups.ts';
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
  const { main, further } = splitRuns(runs);
  const frame = (shown: readonly RunInput[]): FigureFrame => ({
    reference: 'Training',
    made: madeByRuns(shown.map(({ record }) => record)),
  });
  return html`<section id="training" aria-labelledby="training-title">
    ${sectionHead('training', 'Behind the tables', 'Training')}
    <p class="lede">
      ${runs.length === 1 ? 'One run' : `${runs.length} runs`},
      ${formatDuration(runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0))} of
      training in all. Adversarial losses do not measure quality; the validation scores do.
    </p>
    ${curves('On the validation volumes', figures.validation, frame(main))}
    ${curves('Losses', figures.losses, frame(main))}
    ${curves(
      'Runs with their own settings, on the validation volumes',
      figures.furtherValidation,
      frame(further),
      html`Their losses, on different scales, are in <code>runs/&lt;run&gt;/metrics.jsonl</code>.`,
    )}
    ${runTable(runs)}
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
    ${selectionTable(runs)} ${averageTable(runs)} ${discriminatorTable(runs)} ${kernelTable(runs)}
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

/** The line below a chart of many runs: what they share, and a link to the record of each. */
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
