import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { figuresSchema } from '@blurcycle/experiment';
import { gaussianPsf } from '@blurcycle/psf';
import { describe, expect, it } from 'vitest';
import { learnedKernelFigure } from '../../src/figures/learnedKernel.ts';

const SIGMA_UM = [0.3, 0.2, 0.2] as const;
const VOXEL_UM = [0.1, 0.1, 0.1] as const;
const GAIN = 1.6;

/** A unit-peak Gaussian, scaled to the sum `GAIN`, far from the edges of its window. */
function trueKernel(): Volume {
  const psf = gaussianPsf({
    numericalAperture: 1.4,
    immersionIndex: 1.5,
    emissionWavelengthUm: 0.5,
    sigmaUm: SIGMA_UM,
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
  const truth = trueKernel();
  const peak = Math.max(...truth.data);
  const { blocks, files } = learnedKernelFigure('kernel', {
    truth,
    truthLabel: 'Truth',
    smoothingSigmaVoxels: 2,
    rows: [
      {
        id: 'proposed',
        label: 'Proposed',
        seeds: [0, 1].map((seed) => ({ seed, kernel: withNoise(truth, 0.2 * peak, seed) })),
      },
    ],
  });
  const facts = blocks.find((block) => block.kind === 'facts');
  const row = (label: string): readonly (string | number | null)[] =>
    (facts?.kind === 'facts' ? facts.rows : []).find(([name]) => name === label) ?? [];

  it('follows the schema of figures, every image with its file', () => {
    expect(figuresSchema.parse({ blocks }).blocks).toEqual(blocks);
    const images = blocks.flatMap((block) => (block.kind === 'images' ? [...block.items] : []));
    expect(images.map(({ file }) => file)).toEqual([...files.keys()]);
    expect(images).toHaveLength(8);
  });

  it('measures the truth as what it was made of', () => {
    const [, sum, negativeMass, , , , fwhmZ, fwhmY] = row('Truth, raw').map(Number);
    expect(sum).toBeCloseTo(GAIN, 5); // float32 values
    expect(negativeMass).toBe(0);
    const widthPerSigma = 2 * Math.sqrt(2 * Math.log(2));
    // Straight lines between voxels of half a sigma widen by up to 1 %.
    expect(Math.abs(fwhmZ / (widthPerSigma * SIGMA_UM[0]) - 1)).toBeLessThan(0.015);
    expect(Math.abs(fwhmY / (widthPerSigma * SIGMA_UM[1]) - 1)).toBeLessThan(0.015);
    // A Gaussian of 2 voxels = 0.2 µm widens in quadrature.
    const smoothed = row('Truth, smoothed').map(Number);
    expect(Math.abs(smoothed[7] / (widthPerSigma * Math.hypot(SIGMA_UM[1], 0.2)) - 1)).toBeLessThan(
      0.015,
    );
  });

  it('shows that smoothing brings a kernel under noise back to the truth', () => {
    for (const seed of [0, 1]) {
      const raw = row(`Proposed, seed ${seed}, raw`).map(Number);
      const smoothed = row(`Proposed, seed ${seed}, smoothed`).map(Number);
      expect(raw[9]).toBeLessThan(0.6);
      expect(smoothed[9]).toBeGreaterThan(0.9);
      expect(smoothed[2]).toBeLessThan(raw[2]);
    }
  });

  it('draws the impulse response through the center', () => {
    const block = blocks.find(({ id }) => id === 'kernel-impulse-response-z');
    const series = block?.kind === 'curves' ? block.series : [];
    expect(series.map(({ id }) => id)).toEqual([
      'truth-raw',
      'truth-smoothed',
      'proposed-raw',
      'proposed-smoothed',
    ]);
    expect(series[0].points[17]).toEqual({ x: 0, y: peak, low: null, high: null });
    expect(series[0].points[20].y / peak).toBeCloseTo(Math.exp(-0.5), 5); // three voxels are one sigma
  });
});
