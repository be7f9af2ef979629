import type { MethodStyle } from './charts/methodColors.ts';
import type { RenderedChart } from './charts/renderChart.ts';
import { createImageStore } from './html/embed.ts';
import { html } from './html/html.ts';
import type { ShownBlock, VolumeSet } from './inputs/readBlock.ts';
import type { ExperimentInput, ReportInputs, RunInput } from './inputs/readResults.ts';
import { findProblems } from './model/findProblems.ts';
import { placeFindings } from './model/findings.ts';
import { findHomes } from './model/homes.ts';
import { fitVolumes } from './model/volumes.ts';
import { page, type PageAssets } from './page/page.ts';
import { aboutSection } from './sections/aboutSection.ts';
import { deviationsSection } from './sections/deviationsSection.ts';
import { experimentSection, type ExperimentFigures } from './sections/experimentSection.ts';
import { firstScreen } from './sections/firstScreen.ts';
import { methodsSection } from './sections/methodsSection.ts';
import {
  bannerSection,
  contentsSection,
  filterSection,
  headerSection,
  openingFigures,
  PAPER_TITLE,
  railSection,
  type ContentsEntry,
} from './sections/opening.ts';
import { trainingSection, type TrainingFigures } from './sections/trainingSection.ts';

/** Largest page, a little below the promised 5 MB for `quick` and 12 MB for others. */
const PAGE_LIMIT_BYTES: Readonly<Record<string, number>> = { quick: 4.9e6 };
const USUAL_LIMIT_BYTES = 11.8e6;

/** Charts of a report, drawn. */
export interface ReportFigures {
  /** Id of the experiment to its charts. */
  readonly experiments: ReadonlyMap<string, ExperimentFigures>;
  /** Id of an experiment to those of its charts that also stand at the top. */
  readonly opening: ReadonlyMap<string, readonly RenderedChart[]>;
  readonly training: TrainingFigures;
  /** Id of a method to how it is drawn. */
  readonly styles: ReadonlyMap<string, MethodStyle>;
}

/**
 * The report as text. It depends only on its arguments: neither on the clock nor on the machine.
 *
 * If it would be too large, its largest stacks are cut laterally or left out; no plane is.
 */
export function renderReport(
  inputs: ReportInputs,
  figures: ReportFigures,
  assets: PageAssets,
): string {
  const limit = PAGE_LIMIT_BYTES[inputs.profile] ?? USUAL_LIMIT_BYTES;
  const whole = renderPage(inputs, figures, assets);
  const excess = Buffer.byteLength(whole) - limit;
  return excess <= 0 ? whole : renderPage(withFittedVolumes(inputs, excess), figures, assets);
}

function renderPage(inputs: ReportInputs, figures: ReportFigures, assets: PageAssets): string {
  const images = createImageStore();
  const homes = findHomes(inputs.experiments);
  const findings = placeFindings(
    homes.map(({ experiment }) => ({
      ...experiment,
      runs: runsBehind(experiment.table.rows, inputs.runs),
    })),
  );
  const partsOf = (
    experiment: ExperimentInput,
    guests: readonly ExperimentInput[] = [],
  ): Parameters<typeof experimentSection>[0] => ({
    experiment,
    runs: runsBehind(experiment.table.rows, inputs.runs),
    figures: figures.experiments.get(experiment.id) ?? { scores: [], curves: new Map() },
    images,
    styles: figures.styles,
    findings: findings.get(experiment.id) ?? [],
    guests: guests.map((guest) => partsOf(guest)),
  });
  const experiments = homes.map(({ experiment, guests }) =>
    experimentSection(partsOf(experiment, guests)),
  );
  const first = firstScreen(inputs, images);
  const further = [
    {
      id: 'training',
      label: 'Training',
      title: 'Curves, cost and record of every run',
      section: trainingSection(inputs.runs, figures.training),
    },
    {
      id: 'methods',
      label: 'Methods',
      title: 'What was trained, on what, for how long',
      section: methodsSection(inputs.runs),
    },
    {
      id: 'deviations',
      label: 'Deviations',
      title: 'What differs from the paper',
      section: deviationsSection(inputs.deviations),
    },
  ].filter(({ section }) => section !== null);
  const entries: readonly ContentsEntry[] = [
    ...homes
      .flatMap(({ experiment, guests }) => [experiment, ...guests])
      .map(({ id, table }) => ({
        id,
        label: table.place,
        title: table.title,
        claims: table.claims,
      })),
    ...further,
  ];
  return page({
    title: `blurcycle, ${inputs.profile}: ${PAPER_TITLE}`,
    ...assets,
    body: html`<a class="skip" href="#content">Skip to the results</a>
      ${images.render()}
      <div class="page">
        ${railSection(entries)} ${headerSection(inputs)}
        <main id="content">
          ${first} ${openingFigures(inputs.experiments, figures.opening)}
          ${bannerSection(findProblems(inputs))} ${contentsSection(entries)}
          ${filterSection(inputs, figures.styles)}
          ${experiments}${further.map(({ section }) => section)}
        </main>
        ${aboutSection(inputs)}
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

/** The same inputs with volumes that take `excessBytes` less in the page. */
function withFittedVolumes(inputs: ReportInputs, excessBytes: number): ReportInputs {
  const sets = inputs.experiments
    .flatMap(({ blocks }) => blocks)
    .filter((block) => block.kind === 'volumes')
    .filter(({ part }) => part !== 'plane');
  const fitted = new Map<ShownBlock, VolumeSet>(
    fitVolumes(sets, excessBytes).map((set, i) => [sets[i], set]),
  );
  const experiments = inputs.experiments.map((experiment) => ({
    ...experiment,
    blocks: experiment.blocks.map((block) => fitted.get(block) ?? block),
  }));
  return { ...inputs, experiments };
}
