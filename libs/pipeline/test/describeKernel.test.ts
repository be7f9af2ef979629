import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVolume, type Volume } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import { KERNEL_FIGURES, loadExperiments, resolveRun } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { describe, expect, it } from 'vitest';
import { kernelContext, START_KERNEL } from '../src/run/scoreRun.ts';
import { completeKernelFigures, describeKernel } from '../src/scores/describeKernel.ts';

const VOXEL_UM = [0.1, 0.1, 0.1] as const;
const SIDE = 31;

/** A Gaussian of the given standard deviations and place in voxels, and of sum `gain`. */
function gaussian(
  sigma: readonly [number, number, number],
  { gain = 1, shiftZ = 0 }: { readonly gain?: number; readonly shiftZ?: number } = {},
): Volume {
  const values = Array.from({ length: SIDE ** 3 }, (_, i) => {
    const voxel = [Math.floor(i / SIDE ** 2) - shiftZ, Math.floor(i / SIDE) % SIDE, i % SIDE];
    const exponent = voxel.reduce(
      (sum, at, axis) => sum + ((at - (SIDE - 1) / 2) / sigma[axis]) ** 2,
      0,
    );
    return Math.exp(-exponent / 2);
  });
  const total = values.reduce((sum, value) => sum + value, 0);
  return createVolume(
    [SIDE, SIDE, SIDE],
    VOXEL_UM,
    Float32Array.from(values, (value) => (gain * value) / total),
  );
}

/**
 * Correlation of two centered Gaussians in an endless window, where their means are 0: the product
 * over the axes of sqrt(2 s t / (s² + t²)).
 */
function correlationOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((r, s, i) => r * Math.sqrt((2 * s * b[i]) / (s * s + b[i] * b[i])), 1);
}

describe('describeKernel(kernel, context)', () => {
  const sigma = { start: [2, 2, 2], learned: [2.5, 2, 1.5], truth: [4, 2, 2] } as const;
  const truth = gaussian(sigma.truth, { gain: 1.6 });
  const start = gaussian(sigma.start);
  const learned = gaussian(sigma.learned, { gain: 1.5, shiftZ: 0.4 });
  const figures = describeKernel(learned, { start, truth, sigmaVoxels: 1.5 }) ?? {};

  it('has the names that rules of claims know', () => {
    const settings = ['smoothingSigmaVoxels'];
    expect(Object.keys(figures).sort()).toEqual([...KERNEL_FIGURES, ...settings].sort());
  });

  it('is null for a method that learns no kernel', () => {
    expect(describeKernel(null, { start, truth, sigmaVoxels: 1.5 })).toBeNull();
  });

  it('tells sums, centroid and widths of start, learned and true kernel', () => {
    expect(figures.sum).toBeCloseTo(1.5, 5); // float32 values
    expect(figures.trueSum).toBeCloseTo(1.6, 5);
    expect(figures.centroidUmZ).toBeCloseTo(0.04, 5);
    const widthUm = (voxels: number): number => 2 * Math.sqrt(2 * Math.log(2)) * voxels * 0.1;
    // Straight lines between voxels half a sigma apart widen by up to 1 %.
    expect(Math.abs(figures.startFwhmUmZ / widthUm(2) - 1)).toBeLessThan(0.015);
    expect(Math.abs(figures.trueFwhmUmZ / widthUm(4) - 1)).toBeLessThan(0.015);
    expect(Math.abs(figures.fwhmUmX / widthUm(1.5) - 1)).toBeLessThan(0.03);
    // After a Gaussian filter widths add in quadrature.
    expect(Math.abs(figures.smoothedStartFwhmUmY / widthUm(2.5) - 1)).toBeLessThan(0.015);
    expect(figures.smoothingSigmaVoxels).toBe(1.5);
  });

  it('counts deviations from the true width: negative where a kernel is too narrow', () => {
    // The shift of 0.4 voxels and the straight lines cost up to 2 of 100.
    expect(Math.abs(figures.fwhmDeviationPercentZ - 100 * (2.5 / 4 - 1))).toBeLessThan(2);
    expect(Math.abs(figures.startFwhmDeviationPercentZ + 50)).toBeLessThan(1);
    expect(figures.startFwhmDeviationPercentY).toBeCloseTo(0, 4); // the same width
    expect(figures.fwhmDeviationPercentX).toBeLessThan(-20);
    const wide = describeKernel(gaussian([6, 2, 2]), { start, truth, sigmaVoxels: 1.5 });
    expect(wide?.fwhmDeviationPercentZ).toBeGreaterThan(45);
    expect(wide?.smoothedFwhmDeviationPercentZ).toBeGreaterThan(30);
  });

  it('tells correlations, and PSF SNR as -10 log10(1 - r²)', () => {
    const expected = correlationOf(sigma.start, sigma.truth);
    // The means that the window takes off change r in the third digit.
    expect(Math.abs(figures.startCorrelation - expected)).toBeLessThan(0.005);
    expect(figures.smoothedStartCorrelation).toBeGreaterThan(figures.startCorrelation);
    expect(figures.psfSnrDb).toBe(-10 * Math.log10(1 - figures.correlation ** 2));
    expect(figures.startPsfSnrDb).toBe(-10 * Math.log10(1 - figures.startCorrelation ** 2));
    expect(figures.smoothedPsfSnrDb).toBeGreaterThan(figures.psfSnrDb);
    // Three times the true kernel, and noise of its energy, of mean 0, that alternates in sign.
    const energy = truth.data.reduce((sum, value) => sum + value * value, 0);
    const noise = Math.sqrt(energy / truth.data.length);
    const noisy = createVolume(
      truth.shape,
      VOXEL_UM,
      truth.data.map((value, i) => 3 * value + (i % 2 === 0 ? noise : -noise)),
    );
    const seen = describeKernel(noisy, { start, truth, sigmaVoxels: 1.5 });
    // 9 + 1 energies of the true kernel over 1 are 10 dB; its mean is a hundredth of that.
    expect(Math.abs((seen?.psfSnrDb ?? 0) - 10)).toBeLessThan(0.1);
  });

  it('leaves out what cannot be told', () => {
    const perfect = describeKernel(truth, { start: truth, truth, sigmaVoxels: 1.5 }) ?? {};
    expect(Object.values(perfect).every(Number.isFinite)).toBe(true);
    const alone = describeKernel(learned, { start, truth: null, sigmaVoxels: 1.5 }) ?? {};
    expect(alone.startFwhmUmZ).toBe(figures.startFwhmUmZ);
    expect(Object.keys(alone).filter((name) => /true|correl|deviation|snr/i.test(name))).toEqual(
      [],
    );
    const flat = createVolume(truth.shape, VOXEL_UM, new Float32Array(truth.data.length).fill(1));
    const told = describeKernel(flat, { start, truth, sigmaVoxels: 1.5 }) ?? {};
    expect(told).not.toHaveProperty('correlation');
    expect(told).not.toHaveProperty('fwhmDeviationPercentZ');
  });

  it('tells of no start that is not here, and keeps what was told of it', () => {
    const context = { start: null, truth, sigmaVoxels: 1.5 };
    const told = describeKernel(learned, context) ?? {};
    expect(Object.keys(told).filter((name) => /start/i.test(name))).toEqual([]);
    expect(told.correlation).toBe(figures.correlation);
    expect(completeKernelFigures(figures, context)).toEqual(figures);
  });

  it('completes figures of older scores, and says the same of them as of the kernel itself', () => {
    const ofStart = /start|deviation|snr/i;
    const older = Object.fromEntries(
      Object.entries(figures).filter(([name]) => !ofStart.test(name)),
    );
    expect(completeKernelFigures(older, { start, truth, sigmaVoxels: 1.5 })).toEqual(figures);
  });
});

describe('kernelContext(run, dataset)', () => {
  const set = loadExperiments(EXPERIMENTS_DIRECTORY);
  const run = (seed: number, network: object) => {
    const { settings } = resolveRun(set, { method: 'proposed', profile: 'standard', seed });
    return { seed, settings: { ...settings, network: { ...settings.network, ...network } } };
  };
  const kernel = gaussian([4, 2, 2]);

  const startOf = async (seed: number, network: object, folder = 'none') =>
    (await kernelContext(run(seed, network), { kernel }, folder)).start;

  it('starts from the same Gaussian with every seed, and from the noise of its own', async () => {
    expect(await startOf(0, {})).toEqual(await startOf(1, {}));
    expect((await startOf(0, {}))?.shape).toEqual([7, 15, 15]);
    const noise = { blurKernelInit: 'normal' };
    expect(await startOf(0, noise)).toEqual(await startOf(0, noise));
    expect(await startOf(0, noise)).not.toEqual(await startOf(1, noise));
  });

  it('starts from the optics that are stated, or from those of the data', async () => {
    const optics = { blurKernelInit: 'optics' };
    const start = await startOf(0, optics);
    expect(start?.data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5); // float32 values
    const { blurKernelPupil } = run(0, {}).settings.network;
    const right = { ...optics, blurKernelPupil: { ...blurKernelPupil, numericalAperture: 1.4 } };
    expect(await startOf(0, right)).toEqual(start);
    const wrong = { ...optics, blurKernelPupil: { ...blurKernelPupil, numericalAperture: 1.26 } };
    expect(await startOf(0, wrong)).not.toEqual(start);
  });

  it('reads a start that the data determined, and has none where its file is not here', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'blurcycle-start-'));
    try {
      const spectra = { blurKernelInit: 'spectra' };
      expect(await startOf(0, spectra, folder)).toBeNull();
      await writeTiffStack(join(folder, START_KERNEL), kernel, { sampleType: 'float32' });
      const start = await startOf(0, spectra, folder);
      expect(start?.data).toEqual(kernel.data);
      expect(start?.voxelSizeUm).toEqual([0.25, 0.1, 0.1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
