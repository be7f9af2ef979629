import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { figuresSchema } from '@blurcycle/experiment';
import { gaussianPsf } from '@blurcycle/psf';
import { describe, expect, it } from 'vitest';
import { learnedKernelFigure } from '../../src/figures/learnedKernel.ts';
import { completeKernelFigures, describeKernel } from '../../src/scores/describeKernel.ts';

const SIGMA_UM = [0.3, 0.2, 0.2] as const;
const VOXEL_UM = [0.1, 0.1, 0.1] as const;
const GAIN = 1.6;

/** A Gaussian of the sum `GAIN`, far from the edges of its window. */
function gaussianKernel(sigmaUm: readonly [number, number, number]): Volume {
  const psf = gaussianPsf({
    numericalAperture: 1.4,
    immersionIndex: 1.5,
    emissionWavelengthUm: 0.5,
    sigmaUm,
    voxelSizeUm: VOXEL_UM,
    shape: [35, 31, 31],
  });
  const sum = psf.data.reduce((total, value) => total + value, 0);
  return createVolume(
    psf.shape,
    VOXEL_UM,
    psf.data.map((value) => (GAIN * value) / sum),
  );
}

function withNoise(kernel: Volume, sigma: number, seed: number): Volume {
  const stream = createRandomStream(seed, 'init');
  return createVolume(
    kernel.shape,
    VOXEL_UM,
    kernel.data.map((value) => value + sigma * stream.normal()),
  );
}

describe('learnedKernelFigure(content)', () => {
  const truth = gaussianKernel(SIGMA_UM);
  // Half as wide along z, and as wide as the truth across it.
  const start = gaussianKernel([0.15, 0.2, 0.2]);
  const peak = Math.max(...truth.data);
  const context = { start, truth, sigmaVoxels: 2 };
  const row = { id: 'proposed', label: 'Proposed', method: 'proposed' };
  const learned = [0, 1].map((seed) => {
    const kernel = withNoise(truth, 0.2 * peak, seed);
    return { seed, start, kernel, figures: describeKernel(kernel, context) ?? {} };
  });
  const unmoved = { seed: 2, start, kernel: start, figures: describeKernel(start, context) ?? {} };
  const figureOf = (seeds: Parameters<typeof learnedKernelFigure>[1]['rows'][number]['seeds']) =>
    learnedKernelFigure('kernel', {
      ...{ truth, truthLabel: 'Truth', smoothingSigmaVoxels: 2 },
      rows: [{ ...row, seeds }],
    });
  const { blocks, files } = figureOf([...learned, unmoved]);
  /** The cell of a table, by the names of its row and column. */
  const cell = (
    { blocks }: Pick<ReturnType<typeof figureOf>, 'blocks'>,
    [kernel, column]: readonly [string, string],
    id = 'kernel-figures',
  ): string | number | null | undefined => {
    const facts = blocks.find((block) => block.id === id);
    if (facts?.kind !== 'facts') throw new Error(`no table ${id}`);
    const at = facts.columns.findIndex(({ label }) => label === column);
    return facts.rows.find(([name]) => name === kernel)?.[at];
  };
  const value = (kernel: string, column: string, id?: string): number =>
    Number(cell({ blocks }, [kernel, column], id));

  it('follows the schema of figures, every image with its file', () => {
    expect(figuresSchema.parse({ blocks }).blocks).toEqual(blocks);
    const images = blocks.flatMap((block) => (block.kind === 'images' ? [...block.items] : []));
    expect(images.map(({ file }) => file)).toEqual([...files.keys()]);
  });

  it('draws truth, start and every seed, in two planes and two states', () => {
    const shown = blocks.flatMap((block) =>
      block.kind === 'images' ? [[block.id, ...block.items.map(({ label }) => label)]] : [],
    );
    const kernels = ['Truth', 'Start', 'Seed 0', 'Seed 1', 'Seed 2'];
    expect(shown).toEqual([
      ['kernel-proposed-raw-xy', ...kernels],
      ['kernel-proposed-raw-xz', ...kernels],
      ['kernel-proposed-smoothed-xy', ...kernels],
      ['kernel-proposed-smoothed-xz', ...kernels],
    ]);
  });

  it('measures the truth as what it was made of', () => {
    expect(value('Truth', 'sum')).toBeCloseTo(GAIN, 5); // float32 values
    expect(value('Truth', 'negative mass')).toBe(0);
    const widthPerSigma = 2 * Math.sqrt(2 * Math.log(2));
    // Straight lines between voxels of half a sigma widen by up to 1 %.
    expect(Math.abs(value('Truth', 'FWHM z') / (widthPerSigma * SIGMA_UM[0]) - 1)).toBeLessThan(
      0.015,
    );
    expect(Math.abs(value('Truth', 'FWHM y') / (widthPerSigma * SIGMA_UM[1]) - 1)).toBeLessThan(
      0.015,
    );
    // A Gaussian of 2 voxels = 0.2 µm widens in quadrature.
    const smoothed = value('Truth', 'FWHM y', 'kernel-figures-smoothed');
    expect(Math.abs(smoothed / (widthPerSigma * Math.hypot(SIGMA_UM[1], 0.2)) - 1)).toBeLessThan(
      0.015,
    );
    expect(cell({ blocks }, ['Truth', 'of its start'])).toBeNull();
  });

  it('shows that smoothing brings a kernel under noise back to the truth', () => {
    for (const seed of [0, 1]) {
      const kernel = `Proposed, seed ${seed}`;
      expect(value(kernel, 'correlation')).toBeLessThan(0.6);
      expect(value(kernel, 'smoothed')).toBeGreaterThan(0.9);
      expect(value(kernel, 'correlation', 'kernel-figures-smoothed')).toBe(
        value(kernel, 'smoothed'),
      );
      expect(value(kernel, 'negative mass', 'kernel-figures-smoothed')).toBeLessThan(
        value(kernel, 'negative mass'),
      );
    }
  });

  it('gives a kernel that stayed at its start away', () => {
    expect(value('Proposed, seed 2', 'way z')).toBe(0);
    expect(value('Proposed, seed 2', 'Δ z')).toBe(value('Proposed, start', 'Δ z'));
    // Half the width; both widths are interpolated, which costs a few percent.
    expect(Math.abs(value('Proposed, seed 2', 'Δ z') + 50)).toBeLessThan(3);
    expect(value('Proposed, seed 2', 'correlation')).toBe(
      value('Proposed, seed 2', 'of its start'),
    );
    expect(value('Proposed, seed 0', 'of its start')).toBe(value('Proposed, start', 'correlation'));
  });

  it('draws the impulse response of every kernel through the center', () => {
    const block = blocks.find(({ id }) => id === 'kernel-proposed-raw-impulse-response-z');
    const series = block?.kind === 'curves' ? block.series : [];
    expect(series.map(({ id }) => id)).toEqual(['truth', 'start', 's0', 's1', 's2']);
    expect(series[0].points[17]).toEqual({ x: 0, y: peak, low: null, high: null });
    expect(series[0].points[20].y / peak).toBeCloseTo(Math.exp(-0.5), 5); // three voxels are one sigma
  });

  it('shows the start of each seed where they differ', () => {
    const other = withNoise(start, 0.1 * peak, 7);
    const drawn = figureOf([learned[0], { ...learned[1], start: other }]).blocks;
    const [labels] = drawn.flatMap((block) =>
      block.kind === 'images' ? [block.items.map(({ label }) => label)] : [],
    );
    expect(labels).toEqual(['Truth', 'Start of seed 0', 'Seed 0', 'Start of seed 1', 'Seed 1']);
    expect(cell({ blocks: drawn }, ['Proposed, start of seed 1', 'correlation'])).toBeLessThan(
      value('Proposed, start', 'correlation'),
    );
  });

  it('tells the stored numbers of kernels that are not here, says so, and draws the others', () => {
    const stored = { correlation: 0.9, fwhmUmZ: 0.5 };
    const figures = completeKernelFigures(stored, context);
    const away = { seed: 3, start, kernel: null, figures };
    const some = figureOf([learned[0], away]);
    const facts = some.blocks.find(({ id }) => id === 'kernel-figures');
    expect(facts).toHaveProperty(
      'note',
      expect.stringMatching(/no images, as the files are not stored here: Proposed, seed 3\.$/),
    );
    expect(cell(some, ['Proposed, seed 3', 'correlation'])).toBe(0.9);
    expect(cell(some, ['Proposed, seed 3', 'centroid z'])).toBeNull();
    expect(Number(cell(some, ['Proposed, seed 3', 'way z']))).toBeGreaterThan(0);
    expect([...some.files.keys()].some((name) => name.includes('-s3'))).toBe(false);
    const none = figureOf([away]);
    expect(none.blocks.map(({ kind }) => kind)).toEqual(['facts', 'facts']);
    expect(none.files.size).toBe(0);
  });

  it('says which row has no finished run', () => {
    expect(cell(figureOf([]), ['Proposed: no finished run', 'correlation'])).toBeNull();
  });
});
