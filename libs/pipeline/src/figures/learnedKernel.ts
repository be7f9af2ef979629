import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capitalize, createVolume, extent, type Volume } from '@blurcycle/core';
import {
  type FactsBlock,
  type FigureBlock,
  type KernelsBlock,
  type LearnedKernelFigure,
  type ResolvedRow,
  runDirectory,
} from '@blurcycle/experiment';
import { kernelMetrics, smoothGaussian } from '@blurcycle/metrics';
import { KERNEL, kernelContext, readLearnedKernel } from '../run/scoreRun.ts';
import {
  completeKernelFigures,
  describeKernel,
  type KernelFigures,
} from '../scores/describeKernel.ts';
import { pupilFigures } from '../scores/describePupil.ts';
import { readRuns } from '../table/readRuns.ts';
import { type FigureContext, shownDataset } from './figureContext.ts';
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
 * as they are and after a Gaussian filter, whole and in numbers.
 *
 * A layer's answer to an impulse is its kernel, so its profiles are the impulse responses. A kernel
 * that is not stored on this machine has its numbers alone.
 *
 * @param id - Start of the ids of the blocks.
 */
export function learnedKernelFigure(
  id: string,
  content: LearnedKernelContent,
): readonly FigureBlock[] {
  const drawn = content.rows.filter(({ seeds }) => seeds.some(({ kernel }) => kernel !== null));
  const entries = entriesOf(content);
  const facts = (name: string, state: 'raw' | 'smoothed'): FactsBlock => {
    const { truth, smoothingSigmaVoxels: sigmaVoxels } = content;
    return kernelFacts(name, entries, { state, sigmaVoxels, planeUm: truth.voxelSizeUm[0] });
  };
  return [
    ...drawn.flatMap((row) => rowBlocks(`${id}-${row.id}`, row, content)),
    facts(`${id}-figures`, 'raw'),
    ...pupilFacts(`${id}-pupils`, entries),
    facts(`${id}-figures-smoothed`, 'smoothed'),
  ];
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

/** A kernel as it is shown. */
interface KernelView extends Pick<KernelsBlock['kernels'][number], 'id' | 'label' | 'role'> {
  /** Null for what all seeds share. */
  readonly seed: number | null;
  readonly kernel: Volume;
}

/** Truth, then the start and the learned kernel of each seed that is stored here. */
function viewsOf(
  row: LearnedKernels,
  { truth, truthLabel }: LearnedKernelContent,
): readonly KernelView[] {
  const starts = startsOf(row);
  const isShared = starts.some(({ id }) => id === 'start');
  return [
    { id: 'truth', label: truthLabel, role: 'truth', seed: null, kernel: truth },
    ...row.seeds.flatMap(({ seed, kernel }): KernelView[] => [
      ...starts
        .filter((one) => one.seed === seed)
        .map(({ id, label, kernel: start }) => ({
          ...{ id, label: capitalize(label), role: 'start' as const, kernel: start },
          seed: isShared ? null : seed,
        })),
      ...(kernel === null
        ? []
        : [{ id: `s${seed}`, label: `Seed ${seed}`, role: 'learned' as const, seed, kernel }]),
    ]),
  ];
}

/** The kernels of one row, first as they are, then smoothed. */
function rowBlocks(
  id: string,
  row: LearnedKernels,
  content: LearnedKernelContent,
): readonly KernelsBlock[] {
  const { smoothingSigmaVoxels: sigma } = content;
  const raw = viewsOf(row, content);
  const smoothed = raw.map((view) => ({ ...view, kernel: smoothGaussian(view.kernel, sigma) }));
  return [
    kernelsBlock(`${id}-raw`, `${row.label}, as they are`, row.method, raw),
    kernelsBlock(
      `${id}-smoothed`,
      `${row.label}, Gaussian filter of ${sigma} voxels`,
      row.method,
      smoothed,
    ),
  ];
}

/** Largest integer of a block, which the largest size of a value becomes. */
const LARGEST_INTEGER = 32767;

function kernelsBlock(
  id: string,
  title: string,
  method: string,
  views: readonly KernelView[],
): KernelsBlock {
  const [{ kernel: truth }] = views;
  const { voxelSizeUm } = truth;
  const shape = [0, 1, 2].map((axis) =>
    Math.max(...views.map(({ kernel }) => kernel.shape[axis])),
  ) as [number, number, number];
  const [least, most] = extent(views.flatMap(({ kernel }) => extent(kernel.data)));
  const scale = Math.max(-least, most) / LARGEST_INTEGER;
  const shown = views.map(({ kernel, ...view }) => {
    const { fwhmUm, correlation } = kernelMetrics(kernel, truth);
    const { data } = centered(kernel, shape);
    const integers = Buffer.alloc(2 * data.length);
    data.forEach((value, i) => integers.writeInt16LE(Math.round(value / scale), 2 * i));
    return { ...view, fwhmUm, correlation, values: integers.toString('base64') };
  });
  return { kind: 'kernels', id, title, method, shape, voxelSizeUm, scale, kernels: shown };
}

/** A kernel in another window around its center voxel: what is beyond its own is zero. */
function centered(kernel: Volume, shape: Volume['shape']): Volume {
  const from = shape.map((side, axis) => Math.floor((kernel.shape[axis] - side) / 2));
  const [depth, height, width] = kernel.shape;
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let i = 0; i < data.length; i++) {
    const z = Math.floor(i / (shape[1] * shape[2])) + from[0];
    const y = (Math.floor(i / shape[2]) % shape[1]) + from[1];
    const x = (i % shape[2]) + from[2];
    const isInside = z >= 0 && z < depth && y >= 0 && y < height && x >= 0 && x < width;
    if (isInside) data[i] = kernel.data[(z * height + y) * width + x];
  }
  return createVolume(shape, kernel.voxelSizeUm, data);
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
  const { experiment, volumesOf } = context;
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
  const blocks = learnedKernelFigure(id, { rows, truth, truthLabel, smoothingSigmaVoxels });
  return [...blocks, ...(await learnedNoise(id, figure.rows, context))];
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
