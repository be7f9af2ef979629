import type { CurvesBlock, FactsBlock, ImagesBlock, KernelsBlock } from '@blurcycle/experiment';
import { grayPng } from '../src/html/grayPng.ts';

/** A Gaussian peak of the given widths (standard deviation, in pixels) as gray values. */
function peak(
  [height, width]: readonly [number, number],
  [down, across]: readonly [number, number],
): Buffer {
  const gray = Uint8Array.from({ length: height * width }, (_, i) => {
    const y = (Math.floor(i / width) - (height - 1) / 2) / down;
    const x = ((i % width) - (width - 1) / 2) / across;
    return Math.round(255 * Math.exp(-(x * x + y * y) / 2));
  });
  return grayPng(gray, width, height);
}

/** Sections of two Gaussian kernels, sampled unlike down and across. */
export function syntheticImages(): {
  readonly block: ImagesBlock;
  readonly files: ReadonlyMap<string, Buffer>;
} {
  const sections = [
    {
      id: 'narrow-xy',
      label: 'Narrow, XY',
      sides: [15, 15],
      sigma: [1.5, 1.5],
      pixelSizeUm: [0.1, 0.1],
    },
    {
      id: 'wide-xy',
      label: 'Wide, XY',
      sides: [15, 15],
      sigma: [2.5, 2.5],
      pixelSizeUm: [0.1, 0.1],
    },
    {
      id: 'narrow-xz',
      label: 'Narrow, XZ',
      sides: [15, 15],
      sigma: [2, 1.5],
      pixelSizeUm: [0.25, 0.1],
    },
    {
      id: 'wide-xz',
      label: 'Wide, XZ',
      sides: [15, 15],
      sigma: [3, 2.5],
      pixelSizeUm: [0.25, 0.1],
    },
  ] as const;
  return {
    block: {
      kind: 'images',
      id: 'kernels',
      title: 'Synthetic kernels',
      window: [0, 1],
      quantity: 'intensity relative to the peak',
      items: sections.map(({ id, label, pixelSizeUm, sigma }) => ({
        id,
        label,
        pixelSizeUm,
        file: `figures/kernels-${id}.png`,
        alt: `${label}: standard deviation ${sigma[0]} pixels down, ${sigma[1]} across`,
      })),
    },
    files: new Map(
      sections.map(
        ({ id, sides, sigma }) => [`figures/kernels-${id}.png`, peak(sides, sigma)] as const,
      ),
    ),
  };
}

const NONE = { low: null, high: null };

/**
 * Lines of every kind: many points without limits, bands on logarithmic axes, whiskers at named
 * steps, the values behind the points with a level line.
 */
export function syntheticCurves(): readonly CurvesBlock[] {
  const offsets = Array.from({ length: 41 }, (_, i) => (i - 20) / 20);
  const profile = (sigma: number) =>
    offsets.map((x) => ({
      x,
      y: Number(Math.exp(-((x / sigma) ** 2) / 2).toPrecision(5)),
      ...NONE,
    }));
  const decay = (from: number) =>
    [1, 3, 10, 30, 100].map((x) => ({
      x,
      y: from / x,
      low: (0.6 * from) / x,
      high: (1.5 * from) / x,
    }));
  const steps = ['1.25 dB', '5 dB', '20 dB', 'without noise'];
  const scores = (from: number) =>
    steps.map((name, x) => ({
      x,
      name,
      y: from + 2 * x,
      low: from + 1.5 * x - 0.5,
      high: from + 2.5 * x + 0.5,
    }));
  const weighed = (from: number, slope: number) =>
    [0.01, 0.03, 0.1, 0.3, 1].map((x) => {
      const y = Number((from + slope * Math.log10(x)).toPrecision(4));
      return { x, y, low: y - 1, high: y + 1, values: [y - 0.6, y, y + 0.6] };
    });
  return [
    {
      kind: 'curves',
      id: 'profiles',
      title: 'Profiles of the synthetic kernels',
      x: { label: 'x from the peak', unit: 'µm', scale: 'linear' },
      y: { label: 'relative intensity', unit: null, scale: 'linear' },
      series: [
        { id: 'narrow', label: 'Narrow', method: null, points: profile(0.15) },
        { id: 'wide', label: 'Wide <b>kernel</b>', method: null, points: profile(0.25) },
      ],
    },
    {
      kind: 'curves',
      id: 'decay',
      title: 'Residuals of synthetic iterations',
      x: { label: 'iterations', unit: null, scale: 'log' },
      y: { label: 'residual', unit: null, scale: 'log' },
      series: [
        { id: 'proposed', label: 'Proposed, blind', method: 'proposed', points: decay(1) },
        {
          id: 'cyclegan',
          label: 'Conventional cycleGAN',
          method: 'cyclegan',
          points: [...decay(3), { x: 300, y: 0, ...NONE }],
        },
      ],
    },
    {
      kind: 'curves',
      id: 'noise',
      title: 'Synthetic PSNR over noise',
      x: { label: 'average SNR', unit: null, scale: 'ordinal' },
      y: { label: 'PSNR', unit: 'dB', scale: 'linear' },
      series: [
        { id: 'input', label: 'Input', method: 'input', points: scores(18) },
        { id: 'proposed', label: 'Proposed, blind', method: 'proposed', points: scores(21) },
      ],
    },
    {
      kind: 'curves',
      id: 'balance',
      title: 'Synthetic PSNR over a weight',
      x: { label: 'weight', unit: null, scale: 'log' },
      y: { label: 'PSNR', unit: 'dB', scale: 'linear' },
      series: [
        { id: 'proposed', label: 'Proposed, blind', method: 'proposed', points: weighed(30, -1) },
        {
          id: 'cyclegan',
          label: 'Conventional cycleGAN',
          method: 'cyclegan',
          points: weighed(26, 6),
        },
      ],
      references: [{ id: 'input', label: 'Input', method: 'input', y: 22.3 }],
      opening: true,
    },
  ];
}

/** A table of words, whole numbers, far numbers and nothing. */
export const SYNTHETIC_FACTS: FactsBlock = {
  kind: 'facts',
  id: 'widths',
  title: 'Synthetic widths',
  columns: [
    { label: 'kernel', unit: null },
    { label: 'sampling', unit: null },
    { label: 'width', unit: 'µm' },
    { label: 'voxels', unit: null },
    { label: 'negative mass', unit: null },
  ],
  rows: [
    ['Narrow', 'fine <i>grid</i>', 0.35325, 29791, 2.5e-7],
    ['Wide', 'coarse grid', 0.58875, 343, null],
  ],
  note: 'Of analytic Gaussians; nothing was measured.',
};

/** A Gaussian kernel of the given width along all axes, in voxels, as integers of a block. */
function kernel(sigma: number, shape: KernelsBlock['shape'], height: number): string {
  const [depth, rows, columns] = shape;
  const integers = Buffer.alloc(2 * depth * rows * columns);
  for (let i = 0; i < depth * rows * columns; i++) {
    const z = Math.floor(i / (rows * columns)) - (depth - 1) / 2;
    const y = (Math.floor(i / columns) % rows) - (rows - 1) / 2;
    const x = (i % columns) - (columns - 1) / 2;
    const value = height * Math.exp(-(z * z + y * y + x * x) / (2 * sigma ** 2));
    integers.writeInt16LE(Math.round(32767 * value), 2 * i);
  }
  return integers.toString('base64');
}

/** What two seeds learned, from one start. */
export function syntheticKernels(): KernelsBlock {
  const shape = [7, 9, 9] as const;
  const of = (sigma: number, height: number) => ({
    fwhmUm: [sigma * 0.59, sigma * 0.24, sigma * 0.24] as const,
    correlation: Number((1 - Math.abs(sigma - 1.6) / 10).toFixed(3)),
    values: kernel(sigma, shape, height),
  });
  return {
    kind: 'kernels',
    id: 'learned',
    title: 'Synthetic learned kernels',
    method: 'proposed',
    shape,
    voxelSizeUm: [0.25, 0.1, 0.1],
    scale: 0.05 / 32767,
    kernels: [
      { id: 'truth', label: 'Truth', role: 'truth', seed: null, ...of(1.6, 0.8) },
      { id: 'start', label: 'Start', role: 'start', seed: null, ...of(1, 1) },
      { id: 's0', label: 'Seed 0', role: 'learned', seed: 0, ...of(1.4, 0.9) },
      { id: 's1', label: 'Seed 1', role: 'learned', seed: 1, ...of(1.8, 0.7) },
    ],
  };
}
