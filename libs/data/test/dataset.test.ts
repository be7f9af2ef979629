import { createVolume, mean, type Shape3, type Volume } from '@blurcycle/core';
import { averageSnrDb, createForwardModel } from '@blurcycle/imaging';
import { describe, expect, it } from 'vitest';
import { sameBits } from './sameBits.ts';
import {
  buildMicrotubuleDataset,
  MICROTUBULE_PRESET,
  type MicrotubuleDatasetConfig,
} from '../src/dataset/microtubuleDataset.ts';
import { exposureGain, recordPairs } from '../src/dataset/recordPairs.ts';

const VOXEL = MICROTUBULE_PRESET.voxelSizeUm;

/**
 * A Gaussian of unit sum, off its center and tilted, so that a mirrored or shifted kernel would
 * show.
 */
function lopsidedPsf(shape: Shape3): Volume {
  const psf = createVolume(shape, VOXEL);
  const [depth, height, width] = shape;
  psf.data.forEach((_, i) => {
    const x = (i % width) - (width - 1) / 2 - 0.6;
    const y = (Math.floor(i / width) % height) - (height - 1) / 2;
    const z = Math.floor(i / (width * height)) - (depth - 1) / 2 + 0.3;
    psf.data[i] = Math.exp(-((x - 0.4 * z) ** 2 + y * y + z * z) / 2.5);
  });
  const sum = psf.data.reduce((total, value) => total + value, 0);
  return createVolume(
    shape,
    VOXEL,
    psf.data.map((value) => value / sum),
  );
}

const CONFIG: MicrotubuleDatasetConfig = {
  ...MICROTUBULE_PRESET,
  shape: [16, 40, 40],
  psf: lopsidedPsf([5, 7, 7]),
  volumes: { train: 3, validation: 1, test: 2 },
};

describe('buildMicrotubuleDataset(config)', () => {
  const dataset = buildMicrotubuleDataset(CONFIG);

  it('has the asked volumes', () => {
    expect(dataset.train.map(({ id }) => id)).toEqual(['train-0', 'train-1', 'train-2']);
    expect(dataset.validation.map(({ id }) => id)).toEqual(['validation-0']);
    expect(dataset.test.map(({ id }) => id)).toEqual(['test-0', 'test-1']);
    expect(sameBits(dataset.train[0].sharp, dataset.train[1].sharp)).toBe(false);
  });

  it('blurs every volume by one kernel, gain times PSF, and nothing else', () => {
    const clean = buildMicrotubuleDataset({
      ...CONFIG,
      noise: { averageSnrDb: null, poissonPeakCounts: null },
    });
    const model = createForwardModel(CONFIG.psf, CONFIG.shape, {
      border: 'periodic',
      gain: clean.gain,
    });
    for (const { sharp, blurred } of [...clean.train, ...clean.validation, ...clean.test]) {
      const expected = model.forward(sharp).data;
      // 1e-6: float32 rounding of the gain, applied before or after the transform.
      expect(
        Math.max(...blurred.data.map((value, i) => Math.abs(value - expected[i]))),
      ).toBeLessThan(1e-6);
    }
    const sum = clean.kernel.data.reduce((total, value) => total + value, 0);
    expect(sum / clean.gain).toBeCloseTo(1, 5);
    expect(clean.gain).toBe(dataset.gain);
    expect(clean.averageSnrDb).toBe(Infinity);
    expect(clean.readNoiseSigma).toBe(0);
  });

  it('brings the brightest voxels of the training volumes to 1', () => {
    const clean = buildMicrotubuleDataset({
      ...CONFIG,
      noise: { averageSnrDb: null, poissonPeakCounts: null },
    });
    // After the gain the rule gives 1; float32 rounding.
    expect(exposureGain(clean.train.map(({ blurred }) => blurred))).toBeCloseTo(1, 5);
  });

  it('records training and test volumes at the asked average SNR', () => {
    const noise = { averageSnrDb: 15, poissonPeakCounts: 256 };
    const noisy = buildMicrotubuleDataset({ ...CONFIG, noise });
    const model = createForwardModel(CONFIG.psf, CONFIG.shape, {
      border: 'periodic',
      gain: noisy.gain,
    });
    for (const pairs of [noisy.train, noisy.test]) {
      const clean = pairs.map(({ sharp }) => model.forward(sharp));
      const images = pairs.map(({ blurred }) => blurred);
      // The promise: 0.05 dB.
      expect(Math.abs(averageSnrDb(clean, images) - 15)).toBeLessThan(0.05);
    }
    expect(Math.abs(noisy.averageSnrDb - 15)).toBeLessThan(0.05);
    expect(noisy.notes).toEqual([]);
  });

  it('says when photon noise alone is too much', () => {
    const {
      notes,
      readNoiseSigma,
      averageSnrDb: snr,
    } = buildMicrotubuleDataset({
      ...CONFIG,
      noise: { averageSnrDb: 20, poissonPeakCounts: 20 },
    });
    expect(readNoiseSigma).toBe(0);
    expect(snr).toBeLessThan(20);
    expect(notes).toHaveLength(2);
    expect(notes[1]).toMatch(
      /^photon noise alone leaves test volumes at \d+\.\d\d dB, below the average SNR of 20 dB/,
    );
  });

  it('is the same for the same seed, whatever the number of volumes', () => {
    const again = buildMicrotubuleDataset(CONFIG);
    expect(sameBits(again.train[2].blurred, dataset.train[2].blurred)).toBe(true);
    expect(sameBits(again.test[1].blurred, dataset.test[1].blurred)).toBe(true);
    const more = buildMicrotubuleDataset({
      ...CONFIG,
      volumes: { train: 4, validation: 0, test: 3 },
    });
    expect(sameBits(more.train[2].sharp, dataset.train[2].sharp)).toBe(true);
    expect(sameBits(more.test[1].sharp, dataset.test[1].sharp)).toBe(true);
    expect(more.validation).toEqual([]);
    const other = buildMicrotubuleDataset({ ...CONFIG, seed: 2 });
    expect(sameBits(other.test[1].sharp, dataset.test[1].sharp)).toBe(false);
  });

  it('grows a sharp set of other specimens, and changes no other volume by it', () => {
    expect(dataset.unpaired).toHaveLength(CONFIG.volumes.train);
    for (const unpairedFrom of [undefined, 'same-specimens'] as const) {
      const same = buildMicrotubuleDataset({ ...CONFIG, unpairedFrom });
      expect(same.unpaired).toEqual([]);
      for (const split of ['train', 'validation', 'test'] as const) {
        dataset[split].forEach(({ sharp, blurred }, i) => {
          expect(sameBits(same[split][i].sharp, sharp)).toBe(true);
          expect(sameBits(same[split][i].blurred, blurred)).toBe(true);
        });
      }
    }
    const another = buildMicrotubuleDataset({ ...CONFIG, seed: CONFIG.seed + 1 });
    const specimens = [dataset, another].flatMap(({ train, validation, test, unpaired }) => [
      ...[...train, ...validation, ...test].map(({ sharp }) => sharp),
      ...unpaired,
    ]);
    specimens.forEach((one, i) =>
      specimens.slice(i + 1).forEach((other) => expect(sameBits(one, other)).toBe(false)),
    );
  });

  it('rejects a PSF larger than the volumes and a data set without test volumes', () => {
    expect(() => buildMicrotubuleDataset({ ...CONFIG, shape: [4, 40, 40] })).toThrow(
      /psf.shape must fit into the volumes of \[4, 40, 40\], got \[5, 7, 7\]/,
    );
    expect(() =>
      buildMicrotubuleDataset({ ...CONFIG, volumes: { train: 1, validation: 0, test: 0 } }),
    ).toThrow(/volumes.test must be an integer, at least 1, got 0/);
  });
});

describe('recordPairs(specimens, options)', () => {
  const dataset = buildMicrotubuleDataset(CONFIG);
  const options = { psf: CONFIG.psf, gain: dataset.gain, seed: CONFIG.seed, noise: CONFIG.noise };

  it('records the test volumes of the data set again, bit for bit', () => {
    recordPairs(dataset.test, options).pairs.forEach(({ blurred }, i) =>
      expect(sameBits(blurred, dataset.test[i].blurred)).toBe(true),
    );
  });

  it.each([1.25, 2.5, 5, 10])(
    'has the same photons at %f dB, and more read noise',
    (averageSnrDb) => {
      const noise = { ...CONFIG.noise, averageSnrDb };
      const recording = recordPairs(dataset.test, { ...options, noise });
      expect(Math.abs(recording.averageSnrDb - averageSnrDb)).toBeLessThan(0.05);
      const photons = recordPairs(dataset.test, {
        ...options,
        noise: { ...noise, averageSnrDb: null },
      });
      // What is left after the photons is read noise alone: its mean is 0, its spread the sigma
      // that is told.
      const rest = recording.pairs[0].blurred.data.map(
        (value, i) => value - photons.pairs[0].blurred.data[i],
      );
      const spread = Math.sqrt(mean(rest.map((value) => value * value)));
      // 25 600 draws: relative standard error 0.4 %; four and a half of them.
      expect(Math.abs(spread / recording.readNoiseSigma - 1)).toBeLessThan(0.02);
    },
  );
});
