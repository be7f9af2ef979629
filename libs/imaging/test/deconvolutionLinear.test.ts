import {
  createRandomStream,
  createVolume,
  mean,
  standardDeviation,
  voxelIndex,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { conjugateGradient } from '../src/deconvolution/leastSquares.ts';
import { wiener, wienerPrior } from '../src/deconvolution/wiener.ts';
import { negativeLaplacian, tikhonov } from '../src/deconvolution/tikhonov.ts';
import { blur } from '../src/forwardModel.ts';
import {
  asymmetric,
  delta,
  each,
  gaussianKernel,
  phantom,
  photons,
  rms,
  sum,
  VOXELS,
  worst,
} from './deconvolutionSupport.ts';

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Discrete Fourier transform of a volume by its definition, sign -1 forward and +1 back (without
 * the factor).
 */
function transform(
  { re, im }: Complex,
  shape: readonly [number, number, number],
  sign: 1 | -1,
): Complex {
  const out = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  each(shape, (kz, ky, kx, k) => {
    each(shape, (z, y, x, i) => {
      const angle =
        sign * 2 * Math.PI * ((kz * z) / shape[0] + (ky * y) / shape[1] + (kx * x) / shape[2]);
      out.re[k] += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
      out.im[k] += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
    });
  });
  return out;
}

/** conj(H) Y / (|H|^2 + weight(k)) for a periodic image, by direct sums. */
function filterDirectly(
  image: Volume,
  psf: Volume,
  weight: (z: number, y: number, x: number) => number,
): Float64Array {
  const { shape } = image;
  const kernel = new Float64Array(image.data.length);
  each(psf.shape, (z, y, x, i) => {
    const [pz, py, px] = [z, y, x].map((place, axis) => {
      const side = shape[axis];
      return (((place - (psf.shape[axis] - 1) / 2) % side) + side) % side;
    });
    kernel[voxelIndex(shape, pz, py, px)] += psf.data[i];
  });
  const zeros = new Float64Array(kernel.length);
  const h = transform({ re: kernel, im: zeros }, shape, -1);
  const y = transform({ re: Float64Array.from(image.data), im: zeros }, shape, -1);
  const x = { re: new Float64Array(kernel.length), im: new Float64Array(kernel.length) };
  each(shape, (kz, ky, kx, k) => {
    const power = h.re[k] ** 2 + h.im[k] ** 2 + weight(kz, ky, kx);
    x.re[k] = (h.re[k] * y.re[k] + h.im[k] * y.im[k]) / power;
    x.im[k] = (h.re[k] * y.im[k] - h.im[k] * y.re[k]) / power;
  });
  return transform(x, shape, 1).re.map((value) => value / kernel.length);
}

const exact = {
  boundary: 'periodic',
  nonNegative: false,
  tolerance: 1e-6,
  iterations: 500,
} as const;

describe('tikhonov(observed, psf)', () => {
  it('is conj(H) Y / (|H|^2 + lambda) for a periodic image and a kernel without symmetry', () => {
    const observed = photons(blur(phantom([4, 5, 6]), asymmetric, { border: 'periodic' }));
    const estimate = tikhonov(observed, asymmetric, { ...exact, lambda: 0.01 });
    const direct = Float32Array.from(filterDirectly(observed, asymmetric, () => 0.01));
    // The solver stops at 1e-6 of the right-hand side; 1/lambda magnifies what is left.
    expect(worst(estimate.data, direct)).toBeLessThan(1e-4);
  });

  it('finds the minimum of its cost, with the gradient as penalty', () => {
    const observed = photons(blur(phantom([5, 9, 10]), asymmetric));
    const lambda = 0.02;
    const estimate = tikhonov(observed, asymmetric, {
      ...exact,
      boundary: 'zero',
      lambda,
      penalty: 'gradient',
    });
    // The minimum: no small change lowers |H x - y|^2 + lambda |D x|^2.
    const cost = (x: Float32Array) => {
      const residual = blur({ ...estimate, data: x }, asymmetric).data;
      const gradient = negativeLaplacian(x, estimate.shape, [2, 1, 1]);
      return residual.reduce(
        (total, value, i) => total + (value - observed.data[i]) ** 2 + lambda * x[i] * gradient[i],
        0,
      );
    };
    const stream = createRandomStream(3, 'data/directions');
    for (let trial = 0; trial < 5; trial++) {
      const direction = estimate.data.map(() => stream.normal());
      const moved = (step: number) =>
        cost(estimate.data.map((value, i) => value + step * direction[i]));
      expect(moved(0.5)).toBeGreaterThan(moved(0));
      expect(moved(-0.5)).toBeGreaterThan(moved(0));
    }
  });

  it('returns the object when the psf is a delta and the penalty small', () => {
    const object = phantom([5, 9, 11]);
    // lambda shrinks every value by 1e-6; float32.
    expect(
      worst(tikhonov(object, delta, { lambda: 1e-6, tolerance: 1e-7 }).data, object.data),
    ).toBeLessThan(1e-5);
  });

  it('refuses a penalty of nothing', () => {
    expect(() => tikhonov(phantom([5, 9, 9]), delta, { lambda: 0 })).toThrow(
      'tikhonov: lambda must be above 0, got 0',
    );
  });
});

describe('wiener(observed, psf)', () => {
  it('is conj(H) Y / (|H|^2 + K) about the mean for a periodic image', () => {
    const observed = photons(blur(phantom([4, 5, 6]), asymmetric, { border: 'periodic' }));
    const estimate = wiener(observed, asymmetric, { ...exact, noiseToSignal: 0.01 });
    const mean = sum(observed.data) / observed.data.length;
    const deviation: Volume = { ...observed, data: observed.data.map((value) => value - mean) };
    const direct = filterDirectly(deviation, asymmetric, () => 0.01).map((value) => value + mean);
    // As for tikhonov.
    expect(worst(estimate.data, Float32Array.from(direct))).toBeLessThan(1e-4);
  });

  it('keeps the mean of the data where no light crosses an edge', () => {
    const observed = photons(blur(phantom([6, 12, 15]), asymmetric, { border: 'periodic' }));
    const estimate = wiener(observed, asymmetric, {
      boundary: 'periodic',
      nonNegative: false,
      noiseToSignal: 0.05,
    });
    // The solver's tolerance is 1e-4 of the deviation from the mean.
    expect(sum(estimate.data) / sum(observed.data)).toBeCloseTo(1, 4);
  });

  it('returns the object when the psf is a delta and the noise small', () => {
    const object = phantom([5, 9, 11]);
    expect(
      worst(wiener(object, delta, { noiseToSignal: 1e-6, tolerance: 1e-7 }).data, object.data),
    ).toBeLessThan(1e-5);
  });

  it('comes nearer to a truth of flat parts with its own estimate of the noise', () => {
    const truth = createVolume([10, 20, 20], VOXELS);
    each(truth.shape, (z, y, x, i) => {
      truth.data[i] = z > 2 && z < 7 && y > 5 && y < 14 && x > 5 && x < 14 ? 60 : 10;
    });
    const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
    const observed = photons(blur(truth, psf, { border: 'reflect' }));
    expect(rms(wiener(observed, psf).data, truth.data)).toBeLessThan(
      0.9 * rms(observed.data, truth.data),
    );
  });
});

describe.each([
  ['tikhonov', tikhonov],
  ['wiener', wiener],
] as const)('%s(observed, psf)', (_, method) => {
  it('puts a point back where it was (a psf that is off the middle and without symmetry)', () => {
    const object = createVolume([7, 13, 15], VOXELS);
    object.data[voxelIndex(object.shape, 3, 7, 6)] = 1000;
    const estimate = method(blur(object, asymmetric), asymmetric);
    expect(estimate.data.indexOf(Math.max(...estimate.data))).toBe(
      voxelIndex(object.shape, 3, 7, 6),
    );
  });

  it('makes no NaN of zeros and no negative value', () => {
    const dark = createVolume([5, 9, 9], VOXELS);
    expect(method(dark, asymmetric).data.every((value) => value === 0)).toBe(true);
    const observed = photons(blur(phantom([5, 9, 9]), asymmetric));
    expect(method(observed, asymmetric).data.every((value) => value >= 0)).toBe(true);
  });

  it('takes negative data, which subtraction of an offset leaves, but no NaN', () => {
    const observed = phantom([5, 9, 9]);
    const shifted: Volume = { ...observed, data: observed.data.map((value) => value - 5) };
    expect(method(shifted, asymmetric).data.every(Number.isFinite)).toBe(true);
    shifted.data[3] = Number.NaN;
    expect(() => method(shifted, asymmetric)).toThrow('observed must be finite, got NaN');
  });
});

describe('conjugateGradient(apply, rightHandSide)', () => {
  it('solves a system of three equations in three steps', () => {
    const rows = [
      [4, 1, 0],
      [1, 3, 1],
      [0, 1, 2],
    ];
    const apply = (x: Float32Array) =>
      Float32Array.from(rows, (row) => row.reduce((total, a, j) => total + a * x[j], 0));
    const x = Float32Array.of(1, -2, 3);
    const solution = conjugateGradient(apply, apply(x), { iterations: 3, tolerance: 1e-7 });
    // float32 rounding of three steps.
    solution.forEach((value, i) => expect(value).toBeCloseTo(x[i], 5));
  });

  it('leaves zero alone', () => {
    const apply = (x: Float32Array) => x;
    expect([
      ...conjugateGradient(apply, new Float32Array(2), { iterations: 5, tolerance: 1e-3 }),
    ]).toEqual([0, 0]);
  });
});

describe('negativeLaplacian(values, shape, spacing)', () => {
  it('is zero for a constant, and second differences inside', () => {
    expect(
      negativeLaplacian(new Float32Array(24).fill(3), [2, 3, 4], [1, 1, 1]).every(
        (value) => value === 0,
      ),
    ).toBe(true);
    const parabola = Float32Array.from({ length: 5 }, (_, x) => x * x);
    expect([...negativeLaplacian(parabola, [1, 1, 5], [1, 1, 0.5])].slice(1, 4)).toEqual([
      -8, -8, -8,
    ]);
  });
});

describe('wienerPrior(observed, psf)', () => {
  it('has the ratio whose periodic result is as far from the data as the noise, and the level', () => {
    const stream = createRandomStream(11, 'noise/test');
    const object = phantom([16, 40, 50]);
    const psf = gaussianKernel([7, 11, 11], [1.2, 1.8, 1.8]);
    const observed = blur(object, psf, { border: 'periodic' });
    const noise = 0.05 * standardDeviation(observed.data);
    each(observed.shape, (_z, _y, _x, i) => (observed.data[i] += noise * stream.normal()));
    const { noiseToSignal, level } = wienerPrior(observed, psf, 1);
    expect(level).toBeCloseTo(mean(observed.data) - 1, 3);
    const estimate = wiener(observed, psf, {
      ...{ noiseToSignal, boundary: 'periodic', nonNegative: false, tolerance: 1e-6 },
    });
    const again = blur(estimate, psf, { border: 'periodic' });
    // The variance of the noise is found to about 5 % among 32 000 voxels.
    expect(rms(again.data, observed.data) / noise).toBeGreaterThan(0.93);
    expect(rms(again.data, observed.data) / noise).toBeLessThan(1.07);
  });

  it('has a ratio of 1 where there is nothing', () => {
    expect(wienerPrior(createVolume([5, 9, 9], VOXELS), asymmetric).noiseToSignal).toBe(1);
  });
});
