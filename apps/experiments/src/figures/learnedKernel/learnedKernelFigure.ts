import { axialSection, extent, lateralSection, type Volume } from '@blurcycle/core';
import type { CurvesBlock, FactsBlock } from '@blurcycle/experiment';
import { kernelMetrics } from '@blurcycle/metrics';
import { joinParts, type FigureParts } from '../figureParts.ts';
import { planeImages } from '../planeImages.ts';
import {
  drawnViews,
  measuredViews,
  type KernelView,
  type LearnedKernelContent,
} from './kernelViews.ts';

/**
 * The paper's Figure 11: learned blur kernels beside the true one, as they are and after a Gaussian
 * filter.
 *
 * @param id - What the ids of the blocks start with.
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
            alt: `${label}, ${name} through the centre: ${describe(kernel, reference)}`,
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
    x: { label: `${axis} from the centre`, unit: 'µm', scale: 'linear' },
    y: { label: 'kernel value', unit: null, scale: 'linear' },
    series: views.map(({ id, label, kernel }) => ({
      id,
      label,
      method: null,
      points: profile(kernel, axis),
    })),
  }));
}

/** Values on the line through the centre voxel. */
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
      'window, and what the filter carries beyond the edge is lost.',
  };
}
