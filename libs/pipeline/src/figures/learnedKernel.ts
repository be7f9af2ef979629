import { join } from 'node:path';
import { axialSection, extent, lateralSection, type Volume } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import {
  type CurvesBlock,
  type FactsBlock,
  type FigureBlock,
  type LearnedKernelFigure,
  type ResolvedRow,
  runDirectory,
} from '@blurcycle/experiment';
import { MODEL_FILES } from '@blurcycle/inference';
import { kernelMetrics, smoothGaussian } from '@blurcycle/metrics';
import { readRuns } from '../table/readRuns.ts';
import type { FigureContext } from './figureContext.ts';
import { type FigureParts, joinParts, planeImages, writeParts } from './images.ts';

/** Learned kernels of one row: the same settings with several seeds, none when no run is done. */
interface LearnedKernels {
  readonly id: string;
  readonly label: string;
  readonly seeds: readonly { readonly seed: number; readonly kernel: Volume }[];
}

/** What the figure is made of. */
interface LearnedKernelContent {
  readonly rows: readonly LearnedKernels[];
  /**
   * Gain times PSF: the kernel that blurred the data, or that of the optics where it is not known.
   */
  readonly truth: Volume;
  /** What `truth` is called. */
  readonly truthLabel: string;
  /** Standard deviation in voxels of the Gaussian that removes high frequencies. */
  readonly smoothingSigmaVoxels: number;
}

/** A kernel as it is, and smoothed. */
interface KernelView {
  readonly id: string;
  readonly label: string;
  readonly kernel: Volume;
  /** The true kernel in the same state: what a perfect one would look like. */
  readonly reference: Volume;
}

/** Truth and the kernels of one seed for each row, raw and smoothed: what is drawn. */
function drawnViews(content: LearnedKernelContent): KernelView[] {
  const { truth, truthLabel, rows } = content;
  return [
    { id: 'truth', label: truthLabel, kernel: truth },
    ...rows.flatMap(({ id, label, seeds }) =>
      seeds.slice(0, 1).map(({ kernel }) => ({ id, label, kernel })),
    ),
  ].flatMap((entry) => rawAndSmoothed(entry, content));
}

/** Truth and the kernels of all seeds, raw and smoothed: what is measured. */
function measuredViews(content: LearnedKernelContent): KernelView[] {
  const { truth, truthLabel, rows } = content;
  return [
    { id: 'truth', label: truthLabel, kernel: truth },
    ...rows.flatMap(({ id, label, seeds }) =>
      seeds.map(({ seed, kernel }) => ({
        id: `${id}-s${seed}`,
        label: `${label}, seed ${seed}`,
        kernel,
      })),
    ),
  ].flatMap((entry) => rawAndSmoothed(entry, content));
}

function rawAndSmoothed(
  { id, label, kernel }: Omit<KernelView, 'reference'>,
  { truth, smoothingSigmaVoxels }: LearnedKernelContent,
): KernelView[] {
  return [
    { id: `${id}-raw`, label: `${label}, raw`, kernel, reference: truth },
    {
      id: `${id}-smoothed`,
      label: `${label}, smoothed`,
      kernel: smoothGaussian(kernel, smoothingSigmaVoxels),
      reference: smoothGaussian(truth, smoothingSigmaVoxels),
    },
  ];
}

/**
 * The paper's Figure 11: learned blur kernels beside the true one, as they are and after a Gaussian
 * filter.
 *
 * @param id - Start of the ids of the blocks.
 *
 * A layer's answer to an impulse is its kernel, so the profiles are the impulse responses. Images
 * and profiles show the first seed of each row, the facts all seeds.
 */
export function learnedKernelFigure(id: string, content: LearnedKernelContent): FigureParts {
  const drawn = drawnViews(content);
  return joinParts(sections(id, drawn, content), {
    blocks: [...impulseResponses(id, drawn), facts(`${id}-figures`, content)],
    files: new Map(),
  });
}

function sections(
  block: string,
  views: readonly KernelView[],
  { smoothingSigmaVoxels }: LearnedKernelContent,
): FigureParts {
  const planes = [
    { id: 'xy', name: 'XY', cut: lateralSection },
    { id: 'xz', name: 'XZ', cut: axialSection },
  ];
  return joinParts(
    ...(['raw', 'smoothed'] as const).map((state) => {
      const shown = views.filter(({ id }) => id.endsWith(`-${state}`));
      return planeImages(
        {
          id: `${block}-${state}`,
          title:
            state === 'raw'
              ? 'Kernels as they are'
              : `Kernels after a Gaussian filter of ${smoothingSigmaVoxels} voxels`,
          window: [0, Math.max(...shown.map(({ kernel }) => extent(kernel.data)[1]))],
          quantity: 'kernel value, negative ones black',
        },
        planes.flatMap(({ id: planeId, name, cut }) =>
          shown.map(({ id, label, kernel, reference }) => ({
            id: `${id.replace(`-${state}`, '')}-${planeId}`,
            label: `${label}, ${name}`,
            ...cut(kernel),
            alt: `${label}, ${name} through the center: ${describe(kernel, reference)}`,
          })),
        ),
      );
    }),
  );
}

function describe(kernel: Volume, reference: Volume): string {
  const { sum, correlation } = kernelMetrics(kernel, reference);
  return `sum ${sum.toFixed(3)}, correlation with the reference ${(correlation ?? 0).toFixed(3)}`;
}

function impulseResponses(block: string, views: readonly KernelView[]): CurvesBlock[] {
  return (['z', 'x'] as const).map((axis) => ({
    kind: 'curves',
    id: `${block}-impulse-response-${axis}`,
    title: `Impulse response along ${axis}`,
    x: { label: `${axis} from the center`, unit: 'µm', scale: 'linear' },
    y: { label: 'kernel value', unit: null, scale: 'linear' },
    series: views.map(({ id, label, kernel }) => ({
      id,
      label,
      method: null,
      points: profile(kernel, axis),
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

function facts(id: string, content: LearnedKernelContent): FactsBlock {
  const axes = ['z', 'y', 'x'];
  const reference = content.truthLabel.toLowerCase();
  return {
    kind: 'facts',
    id,
    title: 'The kernels in numbers',
    columns: [
      { label: 'kernel', unit: null },
      { label: 'sum', unit: null },
      { label: 'negative mass', unit: null },
      ...axes.map((axis) => ({ label: `centroid ${axis}`, unit: 'µm' })),
      ...axes.map((axis) => ({ label: `FWHM ${axis}`, unit: 'µm' })),
      { label: `correlation with the ${reference}`, unit: null },
    ],
    rows: [
      ...measuredViews(content).map(({ label, kernel, reference }) => {
        const { sum, negativeMass, centroidUm, fwhmUm, correlation } = kernelMetrics(
          kernel,
          reference,
        );
        return [
          label,
          sum,
          negativeMass,
          ...(centroidUm ?? axes.map(() => null)),
          ...fwhmUm,
          correlation,
        ];
      }),
      ...content.rows
        .filter(({ seeds }) => seeds.length === 0)
        .map(({ label }) => [`${label}: no finished run`, ...Array<null>(9).fill(null)]),
    ],
    note:
      'Negative mass: part of the absolute sum. A smoothed kernel is compared with the equally smoothed reference; it is smoothed in its ' +
      'window, and what the filter moves beyond the edge is lost.',
  };
}

/** The kernels that finished runs have learned; rows that learn none are left out. */
export async function learnedKernel(
  figure: LearnedKernelFigure,
  id: string,
  { experiment, volumesOf, folder, options }: FigureContext,
): Promise<readonly FigureBlock[]> {
  const { kernel: truth } = await volumesOf(experiment.conditions[0]);
  const truthLabel =
    experiment.settings.dataset.kind === 'tiff-folders' ? 'Computed kernel' : 'Truth';
  const rows: LearnedKernels[] = [];
  for (const row of experiment.rows) {
    if (figure.rows?.includes(row.id) === false || !learnsKernel(row)) continue;
    rows.push({ id: row.id, label: row.label, seeds: await readKernels(row, options.resultsDir) });
  }
  const smoothingSigmaVoxels = experiment.settings.scoring.kernelSmoothingSigmaVoxels;
  return writeParts(
    folder,
    learnedKernelFigure(id, { rows, truth, truthLabel, smoothingSigmaVoxels }),
  );
}

function learnsKernel({ runs: [first] }: ResolvedRow): boolean {
  return first?.settings.method.blurPath === 'learned-kernel';
}

async function readKernels(row: ResolvedRow, resultsDir: string): Promise<LearnedKernels['seeds']> {
  const seeds: LearnedKernels['seeds'][number][] = [];
  for (const { run, record } of await readRuns(row.runs, resultsDir)) {
    if (record === undefined) continue;
    const path = join(runDirectory(resultsDir, run.profile, run.id), 'model', MODEL_FILES.kernel);
    seeds.push({ seed: run.seed, kernel: (await readTiffStack(path)).volume });
  }
  return seeds;
}
