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
  const figureOf = (seeds: Parameters<typeof learnedKernelFigure>[1]['rows'][number]['seeds']) => ({
    blocks: learnedKernelFigure('kernel', {
      ...{ truth, truthLabel: 'Truth', smoothingSigmaVoxels: 2 },
      rows: [{ ...row, seeds }],
    }),
  });
  const { blocks } = figureOf([...learned, unmoved]);
  const kernelsOf = (id: string, shown = blocks) => {
    const block = shown.find((one) => one.id === id);
    if (block?.kind !== 'kernels') throw new Error(`no kernels ${id}`);
    return block;
  };
  /** The values of a kernel as they are stored. */
  const stored = (
    { kernels, scale }: ReturnType<typeof kernelsOf>,
    id: string,
  ): readonly number[] => {
    const bytes = Buffer.from(kernels.find((one) => one.id === id)?.values ?? '', 'base64');
    return Array.from({ length: bytes.length / 2 }, (_, i) => scale * bytes.readInt16LE(2 * i));
  };
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

  it('follows the schema of figures', () => {
    expect(figuresSchema.parse({ blocks }).blocks).toEqual(blocks);
  });

  it('holds truth, start and every seed, in two states', () => {
    for (const state of ['raw', 'smoothed']) {
      const { kernels } = kernelsOf(`kernel-proposed-${state}`);
      expect(kernels.map(({ label, role, seed: of }) => [label, role, of])).toEqual([
        ['Truth', 'truth', null],
        ['Start', 'start', null],
        ['Seed 0', 'learned', 0],
        ['Seed 1', 'learned', 1],
        ['Seed 2', 'learned', 2],
      ]);
    }
  });

  it('stores whole kernels to half a step of the integers', () => {
    const block = kernelsOf('kernel-proposed-raw');
    const values = stored(block, 's1');
    expect(values.length).toBe(35 * 31 * 31);
    const furthest = values.map((value, i) => Math.abs(value - learned[1].kernel.data[i]));
    expect(Math.max(...furthest)).toBeLessThanOrEqual(0.5001 * block.scale); // rounded once
    const [{ fwhmUm, correlation }] = block.kernels;
    expect(fwhmUm[0]).toBe(value('Truth', 'FWHM z'));
    expect(correlation).toBeCloseTo(1, 12);
  });

  it('puts kernels of other windows around the same center, with zeros beyond', () => {
    const small = createVolume([1, 3, 1], VOXEL_UM, Float32Array.of(0.25, 0.5, 0.25));
    const figures = describeKernel(small, context) ?? {};
    const { blocks: shown } = figureOf([{ seed: 0, start, kernel: small, figures }]);
    const block = kernelsOf('kernel-proposed-raw', shown);
    expect(block.shape).toEqual([35, 31, 31]);
    const values = stored(block, 's0');
    const middle = 17 * 31 * 31 + 15 * 31 + 15;
    expect(values[middle]).toBeCloseTo(0.5, 4); // to a step of the integers
    expect(values[middle - 31]).toBeCloseTo(0.25, 4);
    expect(values.filter((one) => one !== 0).length).toBe(3);
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

  it('shows the start of each seed where they differ', () => {
    const other = withNoise(start, 0.1 * peak, 7);
    const drawn = figureOf([learned[0], { ...learned[1], start: other }]).blocks;
    const { kernels } = kernelsOf('kernel-proposed-raw', drawn);
    expect(kernels.map(({ label, seed: of }) => [label, of])).toEqual([
      ['Truth', null],
      ['Start of seed 0', 0],
      ['Seed 0', 0],
      ['Start of seed 1', 1],
      ['Seed 1', 1],
    ]);
    expect(cell({ blocks: drawn }, ['Proposed, start of seed 1', 'correlation'])).toBeLessThan(
      value('Proposed, start', 'correlation'),
    );
  });

  it('tells the stored numbers of kernels that are not here, says so, and draws the others', () => {
    const recorded = { correlation: 0.9, fwhmUmZ: 0.5 };
    const figures = completeKernelFigures(recorded, context);
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
    const { kernels } = kernelsOf('kernel-proposed-raw', some.blocks);
    expect(kernels.some(({ id }) => id === 's3')).toBe(false);
    expect(figureOf([away]).blocks.map(({ kind }) => kind)).toEqual(['facts', 'facts']);
  });

  it('says which row has no finished run', () => {
    expect(cell(figureOf([]), ['Proposed: no finished run', 'correlation'])).toBeNull();
  });
});
