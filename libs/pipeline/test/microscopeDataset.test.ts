import { mean, type Shape3, type VoxelSizeUm } from '@blurcycle/core';
import { buildMicroscopeDataset, type MicroscopeDatasetConfig } from '@blurcycle/data';
import { createForwardModel } from '@blurcycle/imaging';
import { affineFit, psnrAffine } from '@blurcycle/metrics';
import { createPsf, normalizePsf } from '@blurcycle/psf';
import { describe, expect, it } from 'vitest';

const OPTICS = { numericalAperture: 1.49, immersionIndex: 1.515, emissionWavelengthUm: 0.52 };
const voxelSizeUm: VoxelSizeUm = [0.12, 0.1, 0.1];
const size: Shape3 = [9, 11, 11];
const psfOf = (mismatch: object) =>
  normalizePsf(
    createPsf({ model: 'gibson-lanni', ...OPTICS, ...mismatch, voxelSizeUm, shape: size }),
  );

const CONFIG: MicroscopeDatasetConfig = {
  shape: [20, 32, 32],
  voxelSizeUm,
  filamentRadiusUm: 0.12,
  filamentDensityPerUm2: 0.6,
  persistenceLengthUm: 15,
  psf: psfOf({ sampleIndex: 1.38, sourceDepthUm: 2 }),
  firstPsf: psfOf({}),
  camera: {
    multiplication: 300,
    readNoiseElectrons: 60,
    electronsPerCount: 12,
    offsetCounts: 100,
    bits: 16,
  },
  peakPhotoelectrons: 400,
  sharpSet: { rounds: 2, objectIterations: 10, psfIterations: 2 },
  volumes: { train: 2, validation: 1, test: 1 },
  seed: 1,
};

describe('buildMicroscopeDataset(config)', () => {
  const steps: string[] = [];
  const dataset = buildMicroscopeDataset({
    ...CONFIG,
    onDeconvolved: (done, all) => steps.push(`${done} of ${all}`),
  });
  const { train, unpaired, validation, test, kernel, counts } = dataset;

  it('puts counts on the scale of the networks by one affine map', () => {
    expect(counts.black).toBe(100);
    const rest = [...train, ...validation, ...test].flatMap(({ blurred }) =>
      Array.from(blurred.data, (value) => {
        const recorded = counts.black + value * (counts.white - counts.black);
        return Math.abs(recorded - Math.round(recorded));
      }),
    );
    // Whole counts but for the rounding of float32.
    expect(rest.reduce((most, value) => Math.max(most, value))).toBeLessThan(1e-2);
    const reached = train.map(({ blurred }) => blurred.data.filter((value) => value >= 1).length);
    // 0.05 % of 20 480 voxels are 10; the level is the mean over two volumes.
    expect(mean(reached)).toBeGreaterThan(2);
    expect(mean(reached)).toBeLessThan(60);
  });

  it('joins truth and image by its kernel, but for the noise', () => {
    const { sharp, blurred } = test[0];
    const psf = normalizePsf(kernel);
    const model = createForwardModel(psf, sharp.shape, { border: 'periodic', gain: dataset.gain });
    const expected = model.forward(sharp);
    // Light is kept: noise averages out over 20 480 voxels.
    expect(Math.abs(mean(blurred.data) / mean(expected.data) - 1)).toBeLessThan(0.02);
    const { gain } = affineFit(expected, blurred);
    expect(Math.abs(gain - 1)).toBeLessThan(0.05);
  });

  it('has the SNR of a camera that doubles photon noise', () => {
    // Bright voxels hold some hundred electrons, dark ones few: between 10 log10(400 / 2) = 23 dB
    // and read noise alone.
    expect(dataset.averageSnrDb).toBeGreaterThan(12);
    expect(dataset.averageSnrDb).toBeLessThan(23);
  });

  it('has a sharp set of other specimens, within the reach of the sigmoid and sharper than the images', () => {
    expect(unpaired).toHaveLength(2);
    for (const { data } of [...unpaired, ...train.map(({ sharp }) => sharp)]) {
      expect(Math.max(...data)).toBe(1);
      expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    }
    expect(unpaired[0].data).not.toEqual(train[0].sharp.data);
    const [{ sharp, blurred, deconvolved }] = test;
    const options = { dataRange: 1 };
    expect(psnrAffine(deconvolved, sharp, options)).toBeGreaterThan(
      psnrAffine(blurred, sharp, options),
    );
    expect(steps.at(-1)).toBe('5 of 5');
  });

  it('is the same for the same seed', () => {
    expect(buildMicroscopeDataset(CONFIG).test[0]).toEqual(test[0]);
  });
});
