import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { loadExperiments, resolveRun } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { addReadNoise, createForwardModel, kernelFromSpectra } from '@blurcycle/imaging';
import { kernelMetrics } from '@blurcycle/metrics';
import { createPupilKernel } from '@blurcycle/psf';
import { unpairedPairs } from '@blurcycle/stacks';
import { startKernelOf } from '@blurcycle/training';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelStart, recordingOf } from '../src/run/kernelStart.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;
const SHAPE: Shape3 = [16, 32, 32];
const SIZE: Shape3 = [5, 9, 9];
const OPTICS = { numericalAperture: 1.2, immersionIndex: 1.5, emissionWavelengthUm: 0.6 };
const RECORDING = { voxelSizeUm: VOXEL, optics: OPTICS, simulated: { psfShape: SIZE } };

const set = loadExperiments(EXPERIMENTS_DIRECTORY);
const shipped = (method: string) => resolveRun(set, { method, profile: 'quick', seed: 0 }).settings;

/** Settings of a method with the window of this test. */
function settingsOf(method: string, change: object = {}, pupil: object = {}) {
  const settings = shipped(method);
  const { network } = settings;
  const blurKernelPupil = { ...network.blurKernelPupil, numericalAperture: 1.08, ...pupil };
  return { ...settings, network: { ...network, blurKernelSize: SIZE, blurKernelPupil, ...change } };
}

describe('kernelStart(settings, recording, pairs)', () => {
  const map = createPupilKernel({
    ...{ shape: SIZE, voxelSizeUm: VOXEL, zernikeTerms: 0 },
    design: OPTICS,
  });
  const truth = createVolume(
    SIZE,
    VOXEL,
    Float32Array.from(map.evaluate({ ...OPTICS, zernike: [], logGain: 0 }).kernel),
  );
  let pairs: ReturnType<typeof unpairedPairs> = [];
  beforeAll(() => {
    const model = createForwardModel(truth, SHAPE, { border: 'periodic', gain: 1.5 });
    const blurred = points(9, 'blurred').map((object, i) =>
      addReadNoise(model.forward(object), 0.05, createRandomStream(100, `noise-${i}`)),
    );
    pairs = unpairedPairs(blurred, points(6, 'sharp'));
  });
  const correlation = (kernel: Volume | undefined): number =>
    kernel === undefined ? NaN : (kernelMetrics(kernel, truth).correlation ?? NaN);

  it('is a free kernel of the spectra, whichever volumes share a pair', () => {
    const start = kernelStart(settingsOf('proposed-spectra'), RECORDING, pairs);
    expect(start?.pupil).toBeNull();
    expect(start?.kernel.shape).toEqual(SIZE);
    expect(correlation(start?.kernel)).toBeGreaterThan(0.97); // measured: 0.99
    expect(kernelMetrics(start!.kernel).sum).toBeCloseTo(1.5, 1); // means of 9 specimens
    // Every volume counts once.
    const others = [...new Set(pairs.map(({ blurred }) => blurred))].map((blurred, i) => ({
      ...pairs[0],
      ...{ blurred, sharp: pairs[i].sharp },
    }));
    expect(kernelStart(settingsOf('proposed-spectra'), RECORDING, others)).toEqual(start);
  });

  it('is a pupil of the spectra from optics that are stated wrong', () => {
    const settings = settingsOf('proposed-pupil', {}, { learn: ['numericalAperture'] });
    const start = kernelStart(settings, RECORDING, pairs);
    expect(start?.pupil?.optics).toEqual({ ...OPTICS, numericalAperture: 1.08 });
    expect(start?.pupil?.start.numericalAperture).toBeCloseTo(1.2, 1); // within 1 %
    expect(start?.pupil?.start.zernike).toEqual(new Array(18).fill(0));
    expect(correlation(start?.kernel)).toBeGreaterThan(0.998); // measured: 0.9999
    expect(kernelStart(settings, RECORDING, pairs)).toEqual(start); // a resumed run begins alike
  });

  it('fits a pupil in the window of the PSF, of which the kernel is a part', () => {
    const narrow = settingsOf('proposed-pupil', { blurKernelSize: [3, 5, 5] });
    const start = kernelStart(narrow, RECORDING, pairs);
    expect(start?.kernel.shape).toEqual([3, 5, 5]);
    expect(start?.pupil?.start).toEqual(
      kernelStart(settingsOf('proposed-pupil'), RECORDING, pairs)?.pupil?.start,
    );
    // A microscope's PSF does not end: nearly twice the kernel, here 5 x 9 x 9, within two thirds
    // of the volumes.
    const microscope = { ...RECORDING, simulated: null };
    const fitted = kernelFromSpectra(
      pairs.slice(0, 9).map(({ blurred }) => blurred),
      pairs.slice(0, 6).map(({ sharp }) => sharp),
      {
        size: SIZE,
        pupil: {
          optics: { ...OPTICS, numericalAperture: 1.08 },
          fittedOptics: ['numericalAperture', 'immersionIndex'],
        },
      },
    );
    expect(kernelStart(narrow, microscope, pairs)?.pupil?.start.numericalAperture).toBe(
      fitted.pupil?.numericalAperture,
    );
  });

  it('fits spherical aberration where a guess of it is given', () => {
    const settings = settingsOf('proposed-pupil', {}, { sphericalStart: [0.3, 0.03] });
    const start = kernelStart(settings, RECORDING, pairs);
    const fitted = Array.from(start?.pupil?.start.zernike ?? []);
    expect(fitted).toHaveLength(18);
    expect(fitted.flatMap((value, j) => (value === 0 ? [] : [j + 5]))).toEqual([11, 22]);
  });

  it('is the PSF of the stated optics, for a free kernel and for a pupil', () => {
    const free = kernelStart(settingsOf('proposed', { blurKernelInit: 'optics' }), RECORDING, []);
    const settings = settingsOf('proposed-pupil', { blurKernelInit: 'optics' });
    const pupil = kernelStart(settings, RECORDING, []);
    expect(free?.kernel).toEqual(pupil?.kernel);
    expect(free?.pupil).toBeNull();
    expect(pupil?.pupil?.start).toMatchObject({ numericalAperture: 1.08, logGain: 0 });
    const right = settingsOf('proposed', { blurKernelInit: 'optics' }, { numericalAperture: null });
    expect(correlation(kernelStart(right, RECORDING, [])?.kernel)).toBeCloseTo(1, 6); // float32
  });

  it('has the means of both sets as its sum where that is held, every volume once', () => {
    const held = { blurKernelConstraint: 'mean-ratio' } as const;
    for (const init of ['gaussian', 'optics', 'spectra'] as const) {
      const settings = settingsOf('proposed', { ...held, blurKernelInit: init });
      const start = kernelStart(settings, RECORDING, pairs);
      // 1.5 but for the means of 9 and 6 specimens, of which the start from spectra has them, too.
      const mean = (volumes: readonly Volume[]): number => {
        const means = [...new Set(volumes)].map(
          ({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length,
        );
        return means.reduce((sum, value) => sum + value, 0) / means.length;
      };
      const ratio =
        mean(pairs.map(({ blurred }) => blurred)) / mean(pairs.map(({ sharp }) => sharp));
      expect(kernelMetrics(start!.kernel).sum).toBeCloseTo(ratio, 4); // float32
      expect(start?.pupil).toBeNull();
    }
    const gaussian = kernelStart(settingsOf('proposed', held), RECORDING, pairs)!.kernel.data;
    const ofSum1 = startKernelOf(settingsOf('proposed').network, 0, VOXEL).data;
    const haze = gaussian[0] - ofSum1[0];
    gaussian.forEach((value, i) => expect(value).toBeCloseTo(ofSum1[i] + haze, 6)); // float32
    // A PSF has its haze: it is scaled.
    const optics = { blurKernelInit: 'optics' } as const;
    const [bright, psf] = [held, {}].map(
      (more) =>
        kernelStart(settingsOf('proposed', { ...optics, ...more }), RECORDING, pairs)!.kernel,
    );
    const gain = kernelMetrics(bright).sum / kernelMetrics(psf).sum;
    bright.data.forEach((value, i) => expect(value).toBeCloseTo(gain * psf.data[i], 6)); // float32
    const dark = pairs.map(({ blurred, ...rest }) => ({
      ...rest,
      blurred: { ...blurred, data: blurred.data.map(() => 0) },
    }));
    expect(() => kernelStart(settingsOf('proposed', held), RECORDING, dark)).toThrow(
      'the mean of blurred over that of sharp must be positive and finite, got 0',
    );
  });

  it('is null where settings and seed determine it, or nothing is learned', () => {
    expect(kernelStart(settingsOf('proposed'), RECORDING, pairs)).toBeNull();
    expect(kernelStart(settingsOf('non-blind'), RECORDING, pairs)).toBeNull();
  });
});

describe('recordingOf(dataset)', () => {
  it('knows what is simulated, and the optics that are stated', () => {
    const { dataset } = shipped('proposed');
    expect(recordingOf(dataset)).toMatchObject({
      simulated: { psfShape: [7, 15, 15] },
      optics: { numericalAperture: 1.4 },
    });
    expect(recordingOf({ ...dataset, kind: 'tiff-folders' } as never).simulated).toBeNull();
  });
});

/** Bright points in one of 20 voxels: specimens of one kind. */
function points(count: number, name: string): Volume[] {
  return Array.from({ length: count }, (_, i) => {
    const stream = createRandomStream(100, `${name}-${i}`);
    const data = Float32Array.from({ length: 16 * 32 * 32 }, () =>
      stream.uniform() < 0.05 ? stream.uniform() : 0,
    );
    return createVolume(SHAPE, VOXEL, data);
  });
}
