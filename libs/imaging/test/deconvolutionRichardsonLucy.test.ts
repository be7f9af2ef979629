import {
  BOUNDARIES,
  createVolume,
  voxelIndex,
  type Boundary,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import {
  acceleratedRichardsonLucy,
  richardsonLucy,
  richardsonLucyTv,
  totalVariationGradient,
} from '../src/deconvolution/richardsonLucy.ts';
import type { IterationStatistics } from '../src/deconvolution/iterationStatistics.ts';
import { blur } from '../src/forwardModel.ts';
import {
  asymmetric,
  convolveDirectly,
  delta,
  each,
  gaussianKernel,
  mirrored,
  phantom,
  photons,
  rms,
  sum,
  VOXELS,
  worst,
} from './deconvolutionSupport.ts';

const METHODS = [
  ['richardsonLucy', richardsonLucy],
  ['acceleratedRichardsonLucy', acceleratedRichardsonLucy],
  ['richardsonLucyTv', richardsonLucyTv],
] as const;

const psnr = (estimate: Volume, truth: Volume) =>
  20 * Math.log10(Math.max(...truth.data) / rms(estimate.data, truth.data));

/** Richardson-Lucy by direct sums in double precision, zero border. */
function directly(observed: Volume, psf: Volume, iterations: number): Float32Array {
  const level = sum(observed.data) / observed.data.length;
  let estimate: Volume = { ...observed, data: observed.data.map(() => level) };
  const ones: Volume = { ...observed, data: observed.data.map(() => 1) };
  const sensitivity = convolveDirectly(ones, mirrored(psf)).data;
  for (let k = 0; k < iterations; k++) {
    const expected = convolveDirectly(estimate, psf).data;
    const ratio: Volume = {
      ...observed,
      data: observed.data.map((value, i) => value / expected[i]),
    };
    const correction = convolveDirectly(ratio, mirrored(psf)).data;
    estimate = {
      ...estimate,
      data: estimate.data.map((value, i) => (value * correction[i]) / sensitivity[i]),
    };
  }
  return estimate.data;
}

describe('richardsonLucy(observed, psf)', () => {
  it.each(BOUNDARIES)('returns the object when the psf is a delta (%s)', (boundary) => {
    const object = phantom([5, 9, 11]);
    const estimate = richardsonLucy(object, delta, { iterations: 3, boundary });
    expect(estimate.shape).toEqual(object.shape);
    expect(estimate.voxelSizeUm).toEqual(object.voxelSizeUm);
    // float32 rounding of a transform.
    expect(worst(estimate.data, object.data)).toBeLessThan(1e-5);
  });

  it('does what direct sums do (zero border, a kernel without symmetry)', () => {
    const observed = photons(convolveDirectly(phantom([4, 7, 8]), asymmetric));
    const estimate = richardsonLucy(observed, asymmetric, { iterations: 8, boundary: 'zero' });
    // Eight updates carry the float32 rounding of the transforms, 1e-7 each, through quotients of
    // about ten.
    expect(worst(estimate.data, directly(observed, asymmetric, 8))).toBeLessThan(1e-4);
  });

  it('does what direct sums on a larger object do (weights)', () => {
    const observed = photons(convolveDirectly(phantom([4, 7, 8]), asymmetric));
    const [shape, margin]: [Shape3, number[]] = [
      [6, 11, 12],
      [1, 2, 2],
    ];
    const embed = (values: Float32Array) => {
      const box = createVolume(shape, VOXELS);
      each(observed.shape, (z, y, x, i) => {
        box.data[voxelIndex(shape, z + margin[0], y + margin[1], x + margin[2])] = values[i];
      });
      return box;
    };
    const mask = embed(observed.data.map(() => 1));
    const data = embed(observed.data);
    const sensitivity = convolveDirectly(mask, mirrored(asymmetric)).data;
    const most = Math.max(...sensitivity);
    let estimate: Volume = {
      ...mask,
      data: mask.data.map(() => sum(observed.data) / observed.data.length),
    };
    for (let k = 0; k < 5; k++) {
      const expected = convolveDirectly(estimate, asymmetric).data;
      const ratio: Volume = {
        ...mask,
        data: mask.data.map((inside, i) => (inside === 1 ? data.data[i] / expected[i] : 0)),
      };
      const correction = convolveDirectly(ratio, mirrored(asymmetric)).data;
      const next = estimate.data.map((value, i) =>
        sensitivity[i] < 0.01 * most ? 0 : (value * correction[i]) / sensitivity[i],
      );
      estimate = { ...estimate, data: next };
    }
    const inside = observed.data.slice();
    each(observed.shape, (z, y, x, i) => {
      inside[i] = estimate.data[voxelIndex(shape, z + margin[0], y + margin[1], x + margin[2])];
    });
    // As above.
    expect(
      worst(richardsonLucy(observed, asymmetric, { iterations: 5 }).data, inside),
    ).toBeLessThan(1e-4);
  });

  it.each(['zero', 'reflect', 'periodic'] as const)(
    'keeps the light of the data in the expected image (%s)',
    (border) => {
      const observed = photons(blur(phantom([6, 12, 15]), asymmetric, { border }));
      const estimate = richardsonLucy(observed, asymmetric, { iterations: 4, boundary: border });
      // Exact for exact arithmetic; the sum of a thousand float32 values with 1e-7 each.
      expect(sum(blur(estimate, asymmetric, { border }).data) / sum(observed.data)).toBeCloseTo(
        1,
        5,
      );
    },
  );

  it('keeps the total flux where no light crosses an edge', () => {
    const observed = photons(blur(phantom([6, 12, 15]), asymmetric, { border: 'periodic' }));
    const estimate = richardsonLucy(observed, asymmetric, { iterations: 10, boundary: 'periodic' });
    expect(sum(estimate.data) / sum(observed.data)).toBeCloseTo(1, 5);
  });

  it.each(METHODS)(
    '%s puts a point back where it was (a psf that is off the middle and without symmetry)',
    (_, method) => {
      const object = createVolume([7, 13, 15], VOXELS);
      object.data[voxelIndex(object.shape, 3, 7, 6)] = 1000;
      const estimate = method(blur(object, asymmetric), asymmetric, { iterations: 60 });
      expect(estimate.data.indexOf(Math.max(...estimate.data))).toBe(
        voxelIndex(object.shape, 3, 7, 6),
      );
      // Without noise nearly all of the light returns to its voxel.
      expect(estimate.data[voxelIndex(object.shape, 3, 7, 6)]).toBeGreaterThan(900);
    },
  );

  it.each(METHODS)('%s makes no NaN of zeros', (_, method) => {
    const dark = createVolume([5, 9, 9], VOXELS);
    expect(method(dark, asymmetric, { iterations: 5 }).data.every((value) => value === 0)).toBe(
      true,
    );
    const lonely = createVolume([5, 9, 9], VOXELS);
    lonely.data[voxelIndex(lonely.shape, 0, 0, 0)] = 1e4;
    for (const boundary of BOUNDARIES) {
      const estimate = method(lonely, asymmetric, { iterations: 30, boundary });
      expect(estimate.data.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    }
  });

  it.each(METHODS)('%s does not depend on the unit of intensity', (_, method) => {
    const observed = photons(blur(phantom([5, 9, 9]), asymmetric));
    const dim: Volume = { ...observed, data: observed.data.map((value) => value / 65536) };
    const estimate = method(observed, asymmetric, { iterations: 10, background: 65536 / 4096 });
    const same = method(dim, asymmetric, { iterations: 10, background: 1 / 4096 });
    // A power of two changes no digit; only the transform's own constants could.
    expect(
      worst(
        same.data.map((value) => value * 65536),
        estimate.data,
      ),
    ).toBeLessThan(1e-5);
  });

  it.each(METHODS)(
    '%s comes at least 1 dB nearer to the truth than the noisy image',
    (_, method) => {
      const truth = phantom([12, 24, 24]);
      const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
      const observed = photons(blur(truth, psf));
      const estimate = method(observed, psf, { iterations: 40 });
      // Points and lines of one voxel are the hardest truth; photon noise of up to 500 counts.
      expect(psnr(estimate, truth)).toBeGreaterThan(psnr(observed, truth) + 1);
    },
  );

  it('takes the background for light of no object', () => {
    const truth = phantom([6, 12, 12]);
    const blurred = blur(truth, asymmetric);
    const observed: Volume = { ...blurred, data: blurred.data.map((value) => value + 50) };
    const error = (background: number) =>
      rms(richardsonLucy(observed, asymmetric, { iterations: 30, background }).data, truth.data);
    expect(error(50)).toBeLessThan(rms(blurred.data, truth.data));
    // Taken for an object, the 50 stay in the estimate everywhere.
    expect(error(0)).toBeGreaterThan(error(50) + 10);
  });

  it('never lowers the likelihood', () => {
    const observed = photons(blur(phantom([6, 12, 12]), asymmetric));
    const divergences: number[] = [];
    richardsonLucy(observed, asymmetric, {
      iterations: 30,
      onIteration: ({ iDivergence }) => divergences.push(iDivergence),
    });
    expect(divergences.length).toBe(31);
    for (let k = 1; k < divergences.length; k++) {
      // 1e-6: rounding of the sum once the steps are small.
      expect(divergences[k]).toBeLessThan(divergences[k - 1] + 1e-6);
    }
  });

  it('tells of an edge what weights make of it: less error than a zero border when light comes from outside', () => {
    const scene = phantom([12, 30, 30], 5);
    const psf = gaussianKernel([5, 9, 9], [1, 2, 2]);
    const blurred = blur(scene, psf);
    const cut = (volume: Volume) => {
      const part = createVolume([12, 18, 18], VOXELS);
      each(part.shape, (z, y, x, i) => {
        part.data[i] = volume.data[voxelIndex(volume.shape, z, y + 6, x + 6)];
      });
      return part;
    };
    const [truth, observed] = [cut(scene), cut(blurred)];
    const error = (boundary: Boundary) =>
      rms(richardsonLucy(observed, psf, { iterations: 40, boundary }).data, truth.data);
    expect(error('weights')).toBeLessThan(error('zero'));
    expect(error('weights')).toBeLessThan(error('periodic'));
  });

  it('reports each iteration and stops when the change is small', () => {
    const observed = photons(blur(phantom([5, 9, 9]), asymmetric));
    const reports: IterationStatistics[] = [];
    const options = { iterations: 200, relativeTolerance: 0.02, boundary: 'zero' as const };
    const estimate = richardsonLucy(observed, asymmetric, {
      ...options,
      onIteration: (report) => reports.push(report),
    });
    const last = reports[reports.length - 1];
    expect(reports.map(({ iteration }) => iteration)).toEqual(reports.map((_, i) => i));
    expect(reports.length).toBeLessThan(200);
    expect(last.relativeChange).toBeLessThan(0.02);
    expect(reports[reports.length - 2].relativeChange).toBeGreaterThanOrEqual(0.02);
    expect(last.flux).toBeCloseTo(sum(estimate.data), 3);
    expect(last.residual).toBeCloseTo(rms(blur(estimate, asymmetric).data, observed.data), 3);
    // Telling costs nothing of the result.
    expect(richardsonLucy(observed, asymmetric, options).data).toEqual(estimate.data);
  });

  it('starts where it is told to', () => {
    const truth = phantom([5, 9, 9]);
    const observed = blur(truth, asymmetric);
    const one = { iterations: 1, boundary: 'weights' } as const;
    const fromTruth = richardsonLucy(observed, asymmetric, {
      ...one,
      boundary: 'zero',
      start: truth,
    });
    // The truth explains its own image: it is a fixed point, up to rounding in quotients by the
    // darkest voxels.
    expect(worst(fromTruth.data, truth.data)).toBeLessThan(1e-4);
    expect(richardsonLucy(observed, asymmetric, { ...one, start: 'observed' }).data).not.toEqual(
      richardsonLucy(observed, asymmetric, one).data,
    );
    const level = sum(observed.data) / observed.data.length;
    const fromLevel = richardsonLucy(observed, asymmetric, { ...one, start: level });
    // The flat start sums in the same order but in place of this sum: float32 rounding.
    expect(worst(fromLevel.data, richardsonLucy(observed, asymmetric, one).data)).toBeLessThan(
      1e-5,
    );
  });

  it('tells after each update how many are done', () => {
    const done: [number, number][] = [];
    const onUpdate = (count: number, most: number) => done.push([count, most]);
    richardsonLucy(phantom([5, 9, 9]), asymmetric, { iterations: 3, onUpdate });
    expect(done).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('refuses what it can not work with, and says what to do', () => {
    const observed = phantom([5, 9, 9]);
    const withValue = (value: number): Volume => ({
      ...observed,
      data: observed.data.map((v, i) => (i === 7 ? value : v)),
    });
    const message = (...parameters: Parameters<typeof richardsonLucy>) => {
      try {
        richardsonLucy(...parameters);
      } catch (error) {
        return String(error);
      }
      return 'no error';
    };
    expect(message(withValue(Number.NaN), asymmetric)).toContain(
      'richardsonLucy: observed must be finite, got NaN (replace',
    );
    expect(message(withValue(-3), asymmetric)).toContain(
      'must have no negative value, got -3 (add what was subtracted',
    );
    expect(message(withValue(-3), asymmetric, { negatives: 'clip', iterations: 1 })).toBe(
      'no error',
    );
    expect(message(observed, gaussianKernel([11, 3, 3], [1, 1, 1]))).toContain(
      'psf must be no larger than twice the volume less one voxel, [9, 17, 17], got [11, 3, 3] (crop it',
    );
    const loud: Volume = { ...asymmetric, data: asymmetric.data.map((value) => 255 * value) };
    expect(message(observed, loud)).toContain('psf must sum to 1');
    expect(message(observed, asymmetric, { iterations: 0 })).toContain(
      'iterations must be a positive integer, got 0',
    );
    expect(message(observed, asymmetric, { background: -1 })).toContain(
      'background must be at least 0, got -1',
    );
  });
});

describe('acceleratedRichardsonLucy(observed, psf)', () => {
  it('reaches the likelihood of 60 plain iterations in less than half as many', () => {
    const truth = phantom([12, 24, 24]);
    const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
    const observed = photons(blur(truth, psf));
    let goal = Infinity;
    richardsonLucy(observed, psf, {
      iterations: 60,
      onIteration: ({ iDivergence }) => (goal = iDivergence),
    });
    let needed = Infinity;
    acceleratedRichardsonLucy(observed, psf, {
      iterations: 60,
      onIteration: ({ iteration, iDivergence }) => {
        if (iDivergence <= goal) needed = Math.min(needed, iteration);
      },
    });
    expect(needed).toBeLessThan(30);
  });

  it('comes as near to the truth in a third of the iterations', () => {
    const truth = phantom([12, 24, 24]);
    const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
    const observed = photons(blur(truth, psf));
    const plain = psnr(richardsonLucy(observed, psf, { iterations: 45 }), truth);
    // 0.2 dB: the two stop at different places on nearly the same way.
    expect(
      psnr(acceleratedRichardsonLucy(observed, psf, { iterations: 15 }), truth),
    ).toBeGreaterThan(plain - 0.2);
  });
});

describe('richardsonLucyTv(observed, psf)', () => {
  it('is Richardson-Lucy when its weight is zero', () => {
    const observed = photons(blur(phantom([5, 9, 9]), asymmetric));
    const plain = richardsonLucy(observed, asymmetric, { iterations: 6 });
    expect(richardsonLucyTv(observed, asymmetric, { iterations: 6, lambdaTv: 0 }).data).toEqual(
      plain.data,
    );
    const accelerated = acceleratedRichardsonLucy(observed, asymmetric, { iterations: 6 });
    expect(
      richardsonLucyTv(observed, asymmetric, { iterations: 6, lambdaTv: 0, accelerated: true })
        .data,
    ).toEqual(accelerated.data);
  });

  it('keeps flat ground flatter and comes nearer to a truth of flat parts', () => {
    const truth = createVolume([10, 20, 20], VOXELS);
    each(truth.shape, (z, y, x, i) => {
      truth.data[i] = z > 2 && z < 7 && y > 5 && y < 14 && x > 5 && x < 14 ? 60 : 10;
    });
    const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
    const observed = photons(blur(truth, psf));
    const plain = richardsonLucy(observed, psf, { iterations: 60 });
    const smooth = richardsonLucyTv(observed, psf, { iterations: 60, lambdaTv: 0.01 });
    expect(psnr(smooth, truth)).toBeGreaterThan(psnr(plain, truth) + 2);
  });
});

describe('totalVariationGradient(planeAt, shape, spacing, smoothing, result)', () => {
  const shape: Shape3 = [3, 4, 5];
  const spacing = [2, 1, 1.5] as const;
  const values = Float32Array.from({ length: 60 }, (_, i) =>
    Math.fround(5 * Math.sin(1.7 * i) + 10),
  );
  const gradientOf = (): Float32Array => {
    // What was in it counts for nothing.
    const result = new Float32Array(60).fill(7);
    const planeAt = (z: number) => values.subarray(20 * z, 20 * z + 20);
    totalVariationGradient(planeAt, shape, spacing, 0.1, result);
    return result;
  };
  const variation = (of: Float64Array) => {
    let total = 0;
    each(shape, (z, y, x, i) => {
      const gz = z + 1 < shape[0] ? (of[i + 20] - of[i]) / spacing[0] : 0;
      const gy = y + 1 < shape[1] ? (of[i + 5] - of[i]) / spacing[1] : 0;
      const gx = x + 1 < shape[2] ? (of[i + 1] - of[i]) / spacing[2] : 0;
      total += Math.sqrt(gz * gz + gy * gy + gx * gx + 0.01);
    });
    return total;
  };

  it('is the derivative of the total variation', () => {
    const gradient = gradientOf();
    for (let i = 0; i < 60; i++) {
      const [up, down] = [1e-4, -1e-4].map((step) =>
        variation(Float64Array.from(values, (v, j) => v + (j === i ? step : 0))),
      );
      // Central difference: error of order 1e-8; the gradient itself is rounded to float32.
      expect(gradient[i]).toBeCloseTo((up - down) / 2e-4, 5);
    }
  });

  it('moves no light in or out', () => {
    expect(sum(gradientOf())).toBeCloseTo(0, 5);
  });
});
