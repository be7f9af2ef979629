import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { createPsf, createPupilKernel, normalizePsf, type PupilParameters } from '@blurcycle/psf';
import { beforeAll, describe, expect, it } from 'vitest';
import { addReadNoise, createForwardModel, kernelFromSpectra } from '../src/index.ts';
import { createBinTransfer } from '../src/spectra/fitPupil.ts';
import { minimize } from '../src/spectra/minimize.ts';
import { radialBins, radialSpectrum } from '../src/spectra/radialSpectra.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;
const SHAPE: Shape3 = [16, 32, 32];
const SIZE: Shape3 = [5, 9, 9];
const OPTICS = { numericalAperture: 1.2, immersionIndex: 1.5, emissionWavelengthUm: 0.6 };
const GAIN = 1.5;
const SIGMA = 0.05;

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

describe('kernelFromSpectra(blurred, sharp, options)', () => {
  const map = createPupilKernel({
    shape: SIZE,
    voxelSizeUm: VOXEL,
    zernikeTerms: 0,
    design: OPTICS,
  });
  const truth = Float32Array.from(map.evaluate({ ...OPTICS, zernike: [], logGain: 0 }).kernel);
  let blurred: Volume[] = [];
  let sharp: Volume[] = [];
  beforeAll(() => {
    const model = createForwardModel(createVolume(SIZE, VOXEL, truth), SHAPE, {
      border: 'periodic',
      gain: GAIN,
    });
    sharp = points(12, 'sharp');
    blurred = points(12, 'blurred').map((object, i) =>
      addReadNoise(model.forward(object), SIGMA, createRandomStream(100, `noise-${i}`)),
    );
  });

  it('recovers a free kernel from other specimens, its gain and the variance of the noise', () => {
    const found = kernelFromSpectra(blurred, sharp, { size: SIZE, taper: 'none' });
    expect(correlation(found.kernel.data, truth)).toBeGreaterThan(0.98); // measured: 0.99
    expect(sum(found.kernel.data) / GAIN).toBeCloseTo(1, 1); // means of 12 specimens: within 2 %
    // 25,000 frequencies of noise: 1 %; the window of the kernel lets some light into the corners
    expect(Math.abs(found.noiseVariance / SIGMA ** 2 - 1)).toBeLessThan(0.05);
    expect(Math.min(...found.kernel.data)).toBeGreaterThanOrEqual(0);
    expect(found.significantFrequencies).toBeGreaterThan(0);
    expect(found.significantFrequencies).toBeLessThan(found.frequencies);
    expect(found.frequencies).toBe(16 * 32 * 32);
    expect(found.pupil).toBeNull();
  });

  it('recovers a pupil from an NA 10 % wrong', () => {
    const found = kernelFromSpectra(blurred, sharp, {
      size: SIZE,
      taper: 'none',
      pupil: {
        optics: { ...OPTICS, numericalAperture: 1.08 },
        fittedOptics: ['numericalAperture'],
      },
    });
    expect(found.pupil?.numericalAperture).toBeCloseTo(1.2, 1); // measured: within 1 %
    expect(correlation(found.kernel.data, truth)).toBeGreaterThan(0.998); // measured: 0.9999
  });

  it('works on tapered blocks of larger volumes', () => {
    const found = kernelFromSpectra(blurred, sharp, { size: SIZE });
    expect(correlation(found.kernel.data, truth)).toBeGreaterThan(0.95); // measured: 0.98
  });

  it('scales with the exposure of the blurred set', () => {
    const twice = blurred.map((volume) =>
      createVolume(
        SHAPE,
        VOXEL,
        volume.data.map((value) => 2 * value),
      ),
    );
    const [one, two] = [blurred, twice].map((volumes) =>
      kernelFromSpectra(volumes, sharp, { size: SIZE, taper: 'none' }),
    );
    expect(two.noiseVariance / one.noiseVariance).toBeCloseTo(4, 6); // a factor of 2 is exact
    one.kernel.data.forEach((value, i) => expect(two.kernel.data[i]).toBeCloseTo(2 * value, 6));
  });

  it.each([
    [{ size: [4, 9, 9] as const }, 'size must have odd sides'],
    [{ size: [11, 9, 9] as const }, 'blurred must be at least 1.5 times as large as the kernel'],
  ])('refuses %o', (options, message) => {
    expect(() => kernelFromSpectra(blurred, sharp, options)).toThrow(message);
  });

  it('refuses an empty set and other voxels', () => {
    expect(() => kernelFromSpectra([], sharp, { size: SIZE })).toThrow(
      'blurred must hold a volume',
    );
    const other = createVolume(SHAPE, [0.3, 0.1, 0.1], sharp[0].data);
    expect(() => kernelFromSpectra([other], sharp, { size: SIZE })).toThrow('one voxel size');
  });
});

describe('radialSpectrum(volumes, bins, taper)', () => {
  it.each(['none', 'hann'] as const)(
    'is the naive transform, averaged in bins, taper %s',
    (taper) => {
      const block: Shape3 = [4, 6, 6];
      const stream = createRandomStream(1, 'volume');
      const volume = createVolume(
        block,
        VOXEL,
        Float32Array.from({ length: 144 }, () => stream.normal()),
      );
      const bins = radialBins(block, VOXEL);
      const { power, mean } = radialSpectrum([volume], bins, taper);
      const naive = naivePower(volume, taper, mean);
      const step = 1 / (6 * 0.1);
      const sums = new Float64Array(power.length);
      const counts = new Float64Array(power.length);
      for (let z = 0, i = 0; z < 4; z++) {
        for (let y = 0; y < 6; y++) {
          for (let x = 0; x < 6; x++, i++) {
            const ky = Math.min(y, 6 - y) / (6 * 0.1);
            const kx = Math.min(x, 6 - x) / (6 * 0.1);
            const ring = Math.round(Math.hypot(ky, kx) / step);
            const bin = Math.min(z, 4 - z) * bins.radialCount + ring;
            sums[bin] += naive[i];
            counts[bin]++;
          }
        }
      }
      expect(Array.from(bins.counts)).toEqual(Array.from(counts));
      const largest = Math.max(...naive);
      // Tapered voxels are rounded to float32.
      counts.forEach((count, bin) => {
        if (count > 0)
          expect(Math.abs(power[bin] - sums[bin] / count)).toBeLessThan(1e-6 * largest);
      });
    },
  );

  it('of white noise is its variance, with blocks that cover larger volumes', () => {
    const stream = createRandomStream(2, 'noise');
    const shape: Shape3 = [20, 30, 40];
    const noise = createVolume(
      shape,
      VOXEL,
      Float32Array.from({ length: 24_000 }, () => 0.3 * stream.normal()),
    );
    const bins = radialBins([10, 30, 25], VOXEL);
    const { power, blocks } = radialSpectrum([noise], bins, 'hann');
    expect(blocks).toBe(4);
    let total = 0;
    power.forEach((value, bin) => (total += value * bins.counts[bin]));
    // 24,000 voxels, of which tapers leave about a tenth: 1/√1000
    expect(Math.abs(total / 7500 / 0.09 - 1)).toBeLessThan(0.1);
  });
});

describe('createBinTransfer(size, voxelSizeUm, axial, radial)', () => {
  const axial = [0, 0.5, 1, 2];
  const radial = [0.7, 0, 2, 4];
  const transfer = createBinTransfer([3, 5, 3], [0.25, 0.1, 0.12], axial, radial);
  const stream = createRandomStream(3, 'kernel');
  const kernel = Float64Array.from({ length: 45 }, () => stream.uniform());

  it('is the mean over eight azimuths of the squared transform, by its definition', () => {
    const { square } = transfer(kernel);
    axial.forEach((kz, bin) => {
      let mean = 0;
      for (let a = 0; a < 8; a++) {
        const angle = ((a + 0.5) * Math.PI) / 8;
        const [ky, kx] = [radial[bin] * Math.sin(angle), radial[bin] * Math.cos(angle)];
        let [re, im] = [0, 0];
        for (let z = 0, i = 0; z < 3; z++) {
          for (let y = 0; y < 5; y++) {
            for (let x = 0; x < 3; x++, i++) {
              const phase =
                2 * Math.PI * (kz * (z - 1) * 0.25 + ky * (y - 2) * 0.1 + kx * (x - 1) * 0.12);
              re += kernel[i] * Math.cos(phase);
              im -= kernel[i] * Math.sin(phase);
            }
          }
        }
        mean += (re * re + im * im) / 8;
      }
      expect(square[bin]).toBeCloseTo(mean, 10); // rounding
    });
  });

  it('has the gradient of its differences', () => {
    const weights = Float64Array.of(1, -0.5, 0.3, 2);
    const loss = (h: Float64Array): number =>
      transfer(h).square.reduce((total, value, bin) => total + weights[bin] * value, 0);
    const gradient = transfer(kernel).pullBack(weights);
    for (const i of [0, 7, 22, 44]) {
      const moved = (step: number): Float64Array =>
        kernel.map((value, j) => (j === i ? value + step : value));
      // Quadratic: the central difference is exact but for rounding.
      expect(gradient[i]).toBeCloseTo((loss(moved(1e-3)) - loss(moved(-1e-3))) / 2e-3, 8);
    }
  });
});

describe('minimize(objective, start)', () => {
  it("finds the minimum of Rosenbrock's valley and keeps out of where it is infinite", () => {
    const { point } = minimize(
      ([x, y]) => {
        if (x < -2) return { value: Infinity, gradient: new Float64Array(2) };
        return {
          value: 1 + (1 - x) ** 2 + 100 * (y - x * x) ** 2,
          gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
        };
      },
      Float64Array.of(-1.2, 1),
    );
    expect(point[0]).toBeCloseTo(1, 4); // it stops at a relative decrease of 1e-10
    expect(point[1]).toBeCloseTo(1, 4);
  });
});

describe('a pupil kernel', () => {
  it('fits Gibson & Lanni of fig12 by its NA and two terms of spherical aberration', () => {
    const optics = { numericalAperture: 1.49, immersionIndex: 1.515, emissionWavelengthUm: 0.52 };
    const grid = { shape: [19, 15, 15], voxelSizeUm: [0.06, 0.064, 0.064] } as const;
    const layers = { sampleIndex: 1.38, sourceDepthUm: 1 };
    const psf = normalizePsf(
      createPsf({ model: 'gibson-lanni', ...optics, ...grid, ...layers }),
    ).data;
    const map = createPupilKernel({ ...grid, zernikeTerms: 18, design: optics });
    const at = ([logNa, primary, secondary]: Float64Array): PupilParameters => ({
      ...optics,
      numericalAperture: optics.numericalAperture * Math.exp(logNa),
      // Noll's indices 11 and 22, counted from 5
      zernike: Array.from({ length: 18 }, (_, j) => (j === 6 ? primary : j === 17 ? secondary : 0)),
      logGain: 0,
    });
    const { point } = minimize(
      (parameters) => {
        const { kernel, pullBack } = map.evaluate(at(parameters));
        const residual = kernel.map((value, i) => value - psf[i]);
        const back = pullBack(residual.map((value) => 2000 * value));
        return {
          value: 1000 * residual.reduce((total, value) => total + value * value, 0),
          gradient: Float64Array.of(
            at(parameters).numericalAperture * back.numericalAperture,
            back.zernike[6],
            back.zernike[17],
          ),
        };
      },
      Float64Array.of(-0.05, 0.1, 0),
    );
    expect(correlation(map.evaluate(at(point)).kernel, psf)).toBeGreaterThan(0.998); // measured: 0.9993
  });
});

/** |DFT|² per voxel, by its definition. */
function naivePower({ data, shape }: Volume, taper: 'none' | 'hann', mean: number): number[] {
  const window = (i: number, side: number): number =>
    taper === 'none' ? 1 : 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / side);
  const voxels: { z: number; y: number; x: number; value: number }[] = [];
  let energy = 0;
  for (let z = 0, i = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, i++) {
        const weight = window(z, shape[0]) * window(y, shape[1]) * window(x, shape[2]);
        energy += weight ** 2;
        voxels.push({ z, y, x, value: weight * (data[i] - (taper === 'none' ? 0 : mean)) });
      }
    }
  }
  return voxels.map((k) => {
    let [re, im] = [0, 0];
    for (const { z, y, x, value } of voxels) {
      const turns = (k.z * z) / shape[0] + (k.y * y) / shape[1] + (k.x * x) / shape[2];
      re += value * Math.cos(2 * Math.PI * turns);
      im += value * Math.sin(2 * Math.PI * turns);
    }
    return (re * re + im * im) / energy;
  });
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [sum(a) / a.length, sum(b) / b.length];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
