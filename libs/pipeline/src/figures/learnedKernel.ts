import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { axialSection, capitalize, extent, lateralSection, type Volume } from '@blurcycle/core';
import {
  type CurvesBlock,
  type FigureBlock,
  type LearnedKernelFigure,
  type ResolvedRow,
  runDirectory,
} from '@blurcycle/experiment';
import { smoothGaussian } from '@blurcycle/metrics';
import { KERNEL, kernelContext, readLearnedKernel } from '../run/scoreRun.ts';
import {
  completeKernelFigures,
  describeKernel,
  type KernelFigures,
} from '../scores/describeKernel.ts';
import { pupilFigures } from '../scores/describePupil.ts';
import { readRuns } from '../table/readRuns.ts';
import { type FigureContext, shownDataset } from './figureContext.ts';
import { type FigureParts, joinParts, planeImages, writeParts } from './images.ts';
import { type KernelEntry, kernelFacts } from './kernelFacts.ts';
import { pupilFacts } from './pupilFacts.ts';
import { learnedNoise } from './learnedNoise.ts';

/** What one run started from and learned. */
interface LearnedKernel {
  readonly seed: number;
  /** Null where the data determined it and its file is not stored on this machine. */
  readonly start: Volume | null;
  /** Null where the file of the run is not stored on this machine. */
  readonly kernel: Volume | null;
  /** From the kernel, or from the scores of the run where the kernel is not stored. */
  readonly figures: KernelFigures;
}

/** Learned kernels of one row: the same settings with several seeds, none when no run is done. */
interface LearnedKernels {
  readonly id: string;
  readonly label: string;
  readonly method: string;
  readonly seeds: readonly LearnedKernel[];
}

/** What the figure is made of. */
interface LearnedKernelContent {
  readonly rows: readonly LearnedKernels[];
  /**
   * Gain times PSF: the kernel that blurred the data of the first seed, or that of the optics where
   * it is not known. The data of other seeds differ by the gain, a few percent.
   */
  readonly truth: Volume;
  /** What `truth` is called. */
  readonly truthLabel: string;
  /** Standard deviation in voxels of the Gaussian that removes high frequencies. */
  readonly smoothingSigmaVoxels: number;
}

/**
 * The paper's Figure 11: for every seed, the learned blur kernel beside its start and the true one,
 * as they are and after a Gaussian filter, in sections, profiles and numbers.
 *
 * A layer's answer to an impulse is its kernel, so the profiles are the impulse responses. A kernel
 * that is not stored on this machine has its numbers and no images.
 *
 * @param id - Start of the ids of the blocks.
 */
export function learnedKernelFigure(id: string, content: LearnedKernelContent): FigureParts {
  const drawn = content.rows.filter(({ seeds }) => seeds.some(({ kernel }) => kernel !== null));
  const entries = entriesOf(content);
  const facts = (name: string, state: 'raw' | 'smoothed'): FigureParts => {
    const { truth, smoothingSigmaVoxels: sigmaVoxels } = content;
    const options = { state, sigmaVoxels, planeUm: truth.voxelSizeUm[0] };
    return { blocks: [kernelFacts(name, entries, options)], files: new Map() };
  };
  return joinParts(
    facts(`${id}-figures`, 'raw'),
    { blocks: pupilFacts(`${id}-pupils`, entries), files: new Map() },
    ...drawn.map((row) => rowParts(`${id}-${row.id}`, row, content)),
    facts(`${id}-figures-smoothed`, 'smoothed'),
  );
}

/** The true kernel, then the start of each row and what every seed learned. */
function entriesOf({
  rows,
  truth,
  truthLabel,
  smoothingSigmaVoxels: sigmaVoxels,
}: LearnedKernelContent): readonly KernelEntry[] {
  const given = (label: string, kernel: Volume): KernelEntry => ({
    label,
    figures: describeKernel(kernel, { start: kernel, truth, sigmaVoxels }),
    ...{ isLearned: false, isAway: false },
  });
  return [
    given(truthLabel, truth),
    ...rows.flatMap((row): KernelEntry[] => {
      const { label, seeds } = row;
      if (seeds.length === 0) return [{ label, figures: null, isLearned: true, isAway: false }];
      const starts = startsOf(row);
      return seeds.flatMap(({ seed, kernel, figures }) => [
        ...starts
          .filter((one) => one.seed === seed)
          .map((one) => given(`${label}, ${one.label}`, one.kernel)),
        { label: `${label}, seed ${seed}`, figures, isLearned: true, isAway: kernel === null },
      ]);
    }),
  ];
}

/** Kernels that are the start of all seeds or of one: a Gaussian is the same for all. */
function startsOf({ seeds }: LearnedKernels): readonly {
  readonly id: string;
  readonly label: string;
  readonly seed: number;
  readonly kernel: Volume;
}[] {
  const known = seeds.flatMap(({ seed, start }) =>
    start === null ? [] : [{ seed, kernel: start }],
  );
  const isShared =
    known.length === seeds.length &&
    known.every(({ kernel }) => kernel.data.every((value, i) => value === known[0].kernel.data[i]));
  return isShared
    ? known.slice(0, 1).map((one) => ({ id: 'start', label: 'start', ...one }))
    : known.map((one) => ({
        ...{ id: `start-s${one.seed}`, label: `start of seed ${one.seed}` },
        ...one,
      }));
}

/** A kernel as it is drawn. */
interface KernelView {
  readonly id: string;
  readonly label: string;
  /** The method that gives the profile its color: `input` for a start; null for the truth. */
  readonly method: string | null;
  readonly kernel: Volume;
  /** What is to be seen, in numbers. */
  readonly alt: string;
}

/** Truth, then the start and the learned kernel of each seed. */
function viewsOf(
  row: LearnedKernels,
  { truth, truthLabel }: LearnedKernelContent,
): readonly KernelView[] {
  const starts = startsOf(row);
  return [
    { id: 'truth', label: truthLabel, method: null, kernel: truth, alt: 'the reference' },
    ...row.seeds.flatMap(({ seed, kernel, figures }) => [
      ...starts
        .filter((one) => one.seed === seed)
        .map(({ id, label, kernel: start }) => ({
          ...{ id, label: capitalize(label), method: 'input', kernel: start },
          alt: described(figures.startCorrelation),
        })),
      ...(kernel === null
        ? []
        : [
            {
              ...{ id: `s${seed}`, label: `Seed ${seed}`, method: row.method, kernel },
              alt: described(figures.correlation),
            },
          ]),
    ]),
  ];
}

function described(correlation: number | undefined): string {
  return `correlation with the reference ${correlation === undefined ? 'unknown' : correlation.toFixed(3)}`;
}

/** Sections and profiles of one row, first of the kernels as they are, then smoothed. */
function rowParts(id: string, row: LearnedKernels, content: LearnedKernelContent): FigureParts {
  const { smoothingSigmaVoxels: sigma } = content;
  const raw = viewsOf(row, content);
  const smoothed = raw.map((view) => ({ ...view, kernel: smoothGaussian(view.kernel, sigma) }));
  const states = [
    { state: 'raw', views: raw, title: `${row.label}, as they are` },
    {
      state: 'smoothed',
      views: smoothed,
      title: `${row.label}, Gaussian filter of ${sigma} voxels`,
    },
  ];
  return joinParts(
    ...states.map(({ state, views, title }) => sections(`${id}-${state}`, title, views)),
    {
      blocks: states.flatMap(({ state, views, title }) =>
        impulseResponses(`${id}-${state}`, title, views),
      ),
      files: new Map(),
    },
  );
}

/** Planes through the center, all through one window. */
function sections(id: string, title: string, views: readonly KernelView[]): FigureParts {
  const highest = Math.max(...views.map(({ kernel }) => extent(kernel.data)[1]));
  const planes = [
    { plane: 'xy', name: 'XY', cut: lateralSection },
    { plane: 'xz', name: 'XZ', cut: axialSection },
  ];
  return joinParts(
    ...planes.map(({ plane, name, cut }) =>
      planeImages(
        {
          ...{ id: `${id}-${plane}`, title: `${title}, ${name}`, window: [0, highest] },
          quantity: 'kernel value, negative ones black',
        },
        views.map(({ id: view, label, kernel, alt }) => ({
          ...{ id: view, label, ...cut(kernel) },
          alt: `${label}, ${name} through the center: ${alt}`,
        })),
      ),
    ),
  );
}

function impulseResponses(id: string, title: string, views: readonly KernelView[]): CurvesBlock[] {
  return (['z', 'x'] as const).map((axis) => ({
    ...{ kind: 'curves', id: `${id}-impulse-response-${axis}` },
    title: `Impulse response along ${axis}: ${title}`,
    x: { label: `${axis} from the center`, unit: 'µm', scale: 'linear' },
    y: { label: 'kernel value', unit: null, scale: 'linear' },
    series: views.map(({ id: view, label, method, kernel }) => ({
      ...{ id: view, label, method, points: profile(kernel, axis) },
    })),
  }));
}

/** Values on the line through the center voxel. */
function profile(kernel: Volume, axis: 'z' | 'x'): CurvesBlock['series'][number]['points'] {
  const { sides, pixelSizeUm, values } = axialSection(kernel);
  const [rows, columns] = sides;
  const [count, step] = axis === 'z' ? [rows, pixelSizeUm[0]] : [columns, pixelSizeUm[1]];
  const [row, column] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return Array.from({ length: count }, (_, i) => ({
    x: (i - Math.floor(count / 2)) * step,
    y: values[axis === 'z' ? i * columns + column : row * columns + i],
    low: null,
    high: null,
  }));
}

/**
 * The kernels that finished runs have learned, and the noise where they learned that too; rows that
 * learn none are left out.
 */
export async function learnedKernel(
  figure: LearnedKernelFigure,
  id: string,
  context: FigureContext,
): Promise<readonly FigureBlock[]> {
  const { experiment, volumesOf, folder } = context;
  const { settings } = shownDataset(context);
  const { kernel: truth } = await volumesOf(settings, experiment.conditions[0]);
  const truthLabel =
    experiment.settings.dataset.kind === 'tiff-folders' ? 'Computed kernel' : 'Truth';
  const rows: LearnedKernels[] = [];
  for (const row of experiment.rows) {
    if (figure.rows?.includes(row.id) === false || !learnsKernel(row)) continue;
    const { label, method } = row;
    rows.push({ id: row.id, label, method, seeds: await readKernels(row, context) });
  }
  const smoothingSigmaVoxels = experiment.settings.scoring.kernelSmoothingSigmaVoxels;
  const parts = learnedKernelFigure(id, { rows, truth, truthLabel, smoothingSigmaVoxels });
  return [...(await writeParts(folder, parts)), ...(await learnedNoise(id, figure.rows, context))];
}

function learnsKernel({ runs: [first] }: ResolvedRow): boolean {
  return first?.settings.method.blurPath === 'learned-kernel';
}

/** What the runs of a row learned, each beside the kernel that blurred its own data. */
async function readKernels(
  row: ResolvedRow,
  { experiment, volumesOf, options: { resultsDir } }: FigureContext,
): Promise<LearnedKernels['seeds']> {
  const seeds: LearnedKernel[] = [];
  for (const { run, record, result } of await readRuns(row.runs, resultsDir)) {
    if (record === undefined) continue;
    const { dataset } = record.settings;
    const { kernel: truth } = await volumesOf(dataset, experiment.conditions[0]);
    const folder = runDirectory(resultsDir, run.profile, run.id);
    const context = { ...(await kernelContext(run, { kernel: truth }, folder)), truth };
    const isHere = existsSync(join(folder, KERNEL));
    const kernel = isHere ? await readLearnedKernel(run, folder) : null;
    const ofKernel =
      describeKernel(kernel, context) ??
      completeKernelFigures(result.scores?.kernel ?? {}, context);
    const figures = { ...ofKernel, ...pupilFigures(record.pupil, dataset) };
    seeds.push({ seed: run.seed, start: context.start, kernel, figures });
  }
  return seeds;
}
