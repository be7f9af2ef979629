import type { RenderedChart } from './charts/renderChart.ts';
import { html } from './html/html.ts';
import type { ReportInputs, RunInput } from './inputs/readResults.ts';
import { findProblems } from './model/findProblems.ts';
import { createImageStore } from './model/imageStore.ts';
import { thinVolumes } from './model/thinVolumes.ts';
import { page } from './page/page.ts';
import { bannerSection } from './sections/bannerSection.ts';
import { deviationsSection } from './sections/deviationsSection.ts';
import { experimentSection } from './sections/experimentSection.ts';
import { contents, headerSection, PAPER_TITLE } from './sections/headerSection.ts';
import { methodsSection } from './sections/methodsSection.ts';
import { trainingSection, type TrainingFigures } from './sections/trainingSection.ts';
import { volumeFigure } from './sections/volumeFigure.ts';

/** Bytes that the image stacks may take of the 5 MB that a report may have. */
const VOLUME_BUDGET_BYTES = 3e6;

/** Charts of a report, drawn. */
export interface ReportFigures {
  /** Id of the experiment to its score charts. */
  readonly scores: ReadonlyMap<string, readonly RenderedChart[]>;
  readonly training: TrainingFigures;
}

/** Style and script of the page. */
export interface ReportAssets {
  readonly style: string;
  readonly script: string;
}

/** The report as text. It depends on nothing but its arguments: neither the clock nor the machine. */
export function renderReport(inputs: ReportInputs, figures: ReportFigures, assets: ReportAssets): string {
  const images = createImageStore();
  const shown = inputs.experiments.flatMap(({ volumes }) => volumes);
  const fitting = new Map(thinVolumes(shown, VOLUME_BUDGET_BYTES).map((set, i) => [shown[i], set]));
  const experiments = inputs.experiments.map((experiment) => {
    return experimentSection({
      experiment,
      runs: runsBehind(experiment.table.rows, inputs.runs),
      scoreCharts: figures.scores.get(experiment.id) ?? [],
      volumes: experiment.volumes.map((set) =>
        volumeFigure(fitting.get(set) ?? set, `${experiment.id}-${set.id}`, images),
      ),
    });
  });
  const training = trainingSection(inputs.runs, figures.training);
  const methods = methodsSection(inputs.runs);
  const deviations = deviationsSection(inputs.deviations);
  const entries = [
    ...inputs.experiments.map(({ id, table }) => [id, table.place] as const),
    ...(training === null ? [] : [['training', 'Training'] as const]),
    ...(methods === null ? [] : [['methods', 'Methods'] as const]),
    ...(deviations === null ? [] : [['deviations', 'Deviations'] as const]),
  ];
  return page({
    title: `blurcycle, ${inputs.profile}: ${PAPER_TITLE}`,
    ...assets,
    body: html`<a class="skip" href="#content">Skip to the results</a>
      ${images.render()}
      <div class="page">
        ${headerSection(inputs)} ${bannerSection(findProblems(inputs))} ${contents(entries)}
        <main id="content">${experiments}${training}${methods}${deviations}</main>
      </div>`,
  });
}

function runsBehind(
  rows: readonly { readonly runs: readonly string[] }[],
  runs: readonly RunInput[],
): RunInput[] {
  const ids = new Set(rows.flatMap((row) => row.runs));
  return runs.filter(({ record }) => ids.has(record.id));
}
