import { describe, expect, it } from 'vitest';
import { voxelCount, type Shape3 } from '@blurcycle/core';
import { native } from '../native/addon.ts';
import {
  javascriptConvolutionEngine,
  nativeConvolutionEngine,
} from '../src/fft/convolutionEngines.ts';
import { createConvolverOn } from '../src/fft/convolver.ts';
import { createConvolver3d } from '../src/fft/createConvolver3d.ts';
import { createFftPlan, smoothLength } from '../src/fft/fft.ts';
import { directConvolution, dot, randomValues, relativeError } from './support.ts';

describe('createFftPlan(length)', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 25, 27, 30, 60, 72, 80, 98, 128, 135])(
    'agrees with the sum that defines the transform, n = %i',
    (n) => {
      const real = Float64Array.from(randomValues(n, 'real'));
      const imaginary = Float64Array.from(randomValues(n, 'imaginary'));
      const expectedReal = new Float64Array(n);
      const expectedImaginary = new Float64Array(n);
      for (let k = 0; k < n; k++) {
        for (let j = 0; j < n; j++) {
          const angle = (-2 * Math.PI * ((j * k) % n)) / n;
          expectedReal[k] += real[j] * Math.cos(angle) - imaginary[j] * Math.sin(angle);
          expectedImaginary[k] += real[j] * Math.sin(angle) + imaginary[j] * Math.cos(angle);
        }
      }
      createFftPlan(n).transform(real, imaginary);
      // double precision: some n eps
      expect(relativeError(real, expectedReal)).toBeLessThan(1e-13);
      expect(relativeError(imaginary, expectedImaginary)).toBeLessThan(1e-13);
    },
  );

  it('refuses a length with another prime factor', () => {
    expect(() => createFftPlan(22)).toThrow(
      'createFftPlan: length must have no prime factor above 7, got 22',
    );
  });
});

describe('smoothLength(minimum)', () => {
  it('is the next product of 2, 3, 5 and 7', () => {
    expect([1, 7, 11, 31, 63, 79, 121].map(smoothLength)).toEqual([1, 7, 12, 32, 63, 80, 125]);
  });
});

const CASES: readonly (readonly [Shape3, Shape3])[] = [
  [
    [5, 7, 6],
    [3, 5, 3],
  ],
  [
    [8, 8, 8],
    [3, 3, 3],
  ],
  [
    [1, 9, 4],
    [1, 3, 7],
  ],
  [
    [3, 4, 5],
    [7, 7, 7],
  ],
  [
    [2, 3, 1],
    [5, 9, 3],
  ],
  [
    [6, 5, 7],
    [1, 1, 1],
  ],
];

const ENGINES = [
  { name: 'js', engine: javascriptConvolutionEngine },
  ...(native === null ? [] : [{ name: 'native', engine: nativeConvolutionEngine(native) }]),
];

describe.each(ENGINES)('convolver on $name', ({ engine }) => {
  describe.each(['zero', 'periodic', 'reflect'] as const)('border %s', (border) => {
    it.each(CASES)(
      'equals the direct sum with an asymmetric kernel, %j with %j',
      (shape, kernelShape) => {
        const data = randomValues(voxelCount(shape), 'data');
        const kernel = randomValues(voxelCount(kernelShape), 'kernel');
        const { forward } = createConvolverOn(engine, shape, kernel, kernelShape, { border });
        const expected = directConvolution(data, shape, kernel, kernelShape, border);
        // float32 rounding of a transform of at most a few thousand points
        expect(relativeError(forward(data), expected)).toBeLessThan(2e-6);
      },
    );

    it.each(CASES)('has its transposed operator as adjoint, %j with %j', (shape, kernelShape) => {
      const a = randomValues(voxelCount(shape), 'a');
      const b = randomValues(voxelCount(shape), 'b');
      const kernel = randomValues(voxelCount(kernelShape), 'kernel');
      const { forward, adjoint } = createConvolverOn(engine, shape, kernel, kernelShape, {
        border,
      });
      const left = dot(forward(a), b);
      const right = dot(a, adjoint(b));
      const scale = Math.sqrt(dot(forward(a), forward(a)) * dot(b, b));
      // float32 rounding of the two results
      expect(Math.abs(left - right)).toBeLessThan(1e-6 * scale);
    });

    it.each(CASES)(
      'writes into a given array what it would return in a new one, %j with %j',
      (shape, kernelShape) => {
        const data = randomValues(voxelCount(shape), 'data');
        const kernel = randomValues(voxelCount(kernelShape), 'kernel');
        const convolver = createConvolverOn(engine, shape, kernel, kernelShape, { border });
        for (const operator of [convolver.forward, convolver.adjoint]) {
          const into = new Float32Array(data.length).fill(NaN);
          expect(operator(data, into)).toBe(into);
          expect(into).toEqual(operator(data));
        }
      },
    );

    it.each(CASES)(
      'cuts a window out, and its adjoint lays it in, %j with %j',
      (shape, kernelShape) => {
        const origin: Shape3 = [shape[0] > 2 ? 1 : 0, 1, 0];
        const sides: Shape3 = [Math.max(1, shape[0] - 2), shape[1] - 2, Math.max(1, shape[2] - 1)];
        const window = { origin, shape: sides };
        const kernel = randomValues(voxelCount(kernelShape), 'kernel');
        const whole = createConvolverOn(engine, shape, kernel, kernelShape, { border });
        const cut = createConvolverOn(engine, shape, kernel, kernelShape, { border, window });
        const a = randomValues(voxelCount(shape), 'a');
        const b = randomValues(voxelCount(sides), 'b');
        const laidIn = new Float32Array(voxelCount(shape));
        const cutOut = new Float32Array(voxelCount(sides));
        const image = whole.forward(a);
        for (let z = 0, i = 0; z < sides[0]; z++) {
          for (let y = 0; y < sides[1]; y++) {
            for (let x = 0; x < sides[2]; x++, i++) {
              const at = ((z + origin[0]) * shape[1] + y + origin[1]) * shape[2] + x + origin[2];
              laidIn[at] = b[i];
              cutOut[i] = image[at];
            }
          }
        }
        // The transforms are the same: what is not wanted is only not computed.
        expect(relativeError(cut.forward(a), cutOut)).toBeLessThan(1e-6);
        expect(relativeError(cut.adjoint(b), whole.adjoint(laidIn))).toBeLessThan(1e-6);
      },
    );
  });
});

describe.skipIf(native === null)('the transforms of the add-on', () => {
  // Every radix alone, first, in the middle and last; 16 columns, 8, and a rest.
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 14, 16, 30, 48, 49, 56, 64, 70, 96, 128, 160])(
    'are those of the definition along each axis, n = %i',
    (n) => {
      for (const axis of [0, 1, 2]) {
        const shape: Shape3 = [axis === 0 ? n : 2, axis === 1 ? n : 3, axis === 2 ? n : 4];
        const kernelShape: Shape3 = [axis === 0 ? 5 : 1, axis === 1 ? 5 : 1, axis === 2 ? 5 : 1];
        const data = randomValues(voxelCount(shape), 'data');
        const kernel = randomValues(5, 'kernel');
        const convolver = createConvolver3d(shape, kernel, kernelShape, { border: 'periodic' });
        const expected = directConvolution(data, shape, kernel, kernelShape, 'periodic');
        // float32 rounding of a transform of at most two thousand points
        expect(relativeError(convolver.forward(data), expected)).toBeLessThan(1e-6);
      }
    },
  );

  it('have the same bits for any number of threads', () => {
    const addon = native!;
    const before = addon.threads();
    const [shape, kernelShape]: [Shape3, Shape3] = [
      [9, 33, 50],
      [5, 5, 5],
    ];
    const data = randomValues(voxelCount(shape), 'data');
    const results = [1, 2, 4].map((threads) => {
      addon.setThreads(threads);
      const kernel = randomValues(voxelCount(kernelShape), 'kernel');
      const convolver = createConvolver3d(shape, kernel, kernelShape);
      return [convolver.forward(data), convolver.adjoint(data)];
    });
    addon.setThreads(before);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it.each(['avx2', 'baseline'] as const)('agree between instruction sets: %s', (isa) => {
    const addon = native!;
    const before = addon.isa();
    const shape: Shape3 = [9, 33, 50];
    const data = randomValues(voxelCount(shape), 'data');
    const kernel = randomValues(27, 'kernel');
    const expected = createConvolver3d(shape, kernel, [3, 3, 3]).forward(data);
    if (!addon.selectIsa(isa)) return;
    const actual = createConvolver3d(shape, kernel, [3, 3, 3]).forward(data);
    addon.selectIsa(before);
    // Products and sums fuse in some sets only: float32 rounding.
    expect(relativeError(actual, expected)).toBeLessThan(1e-6);
  });
});

describe('createConvolver3d(shape, kernel, kernelShape, { window })', () => {
  it('refuses a window that leaves the volume', () => {
    const window = { origin: [0, 0, 1], shape: [2, 2, 2] } as const;
    expect(() => createConvolver3d([2, 2, 2], Float32Array.of(1), [1, 1, 1], { window })).toThrow(
      'createConvolver3d: window must lie inside [2, 2, 2], got [0, 0, 1, 2, 2, 2]',
    );
  });
});

describe.skipIf(native === null)('createConvolver3d', () => {
  it('gives the same on both engines for a large volume', () => {
    const [shape, kernelShape]: [Shape3, Shape3] = [
      [20, 50, 61],
      [31, 31, 31],
    ];
    const data = randomValues(voxelCount(shape), 'data');
    const kernel = randomValues(voxelCount(kernelShape), 'kernel');
    for (const border of ['zero', 'periodic', 'reflect'] as const) {
      const expected = createConvolverOn(javascriptConvolutionEngine, shape, kernel, kernelShape, {
        border,
      });
      const actual = createConvolver3d(shape, kernel, kernelShape, { border });
      // single against double precision, 10^5 points
      expect(relativeError(actual.forward(data), expected.forward(data))).toBeLessThan(3e-6);
      expect(relativeError(actual.adjoint(data), expected.adjoint(data))).toBeLessThan(3e-6);
    }
  });
});

describe('createConvolver3d(shape, kernel, kernelShape)', () => {
  it('moves a point by the offset of the kernel: convolution, not correlation', () => {
    const data = new Float32Array(125);
    data[62] = 1; // the center of 5 x 5 x 5
    const kernel = new Float32Array(27);
    kernel[2 * 9 + 1 * 3 + 0] = 3; // one plane further, one column back
    const result = createConvolver3d([5, 5, 5], kernel, [3, 3, 3]).forward(data);
    expect(result[3 * 25 + 2 * 5 + 1]).toBeCloseTo(3, 5); // float32
    expect(result[1 * 25 + 2 * 5 + 3]).toBeCloseTo(0, 5);
  });

  it('keeps the total flux with a periodic border and a kernel of unit sum', () => {
    const data = randomValues(7 * 6 * 5, 'flux').map(Math.abs);
    const kernel = randomValues(27, 'kernel').map(Math.abs);
    const sum = kernel.reduce((a, b) => a + b);
    const unitKernel = kernel.map((v) => v / sum);
    const convolver = createConvolver3d([7, 6, 5], unitKernel, [3, 3, 3], { border: 'periodic' });
    const result = convolver.forward(data);
    const flux = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
    expect(flux(result) / flux(data)).toBeCloseTo(1, 5); // float32 sums of 210 values
  });

  it('refuses an even kernel and data of another length', () => {
    expect(() => createConvolver3d([2, 2, 2], new Float32Array(8), [2, 2, 2])).toThrow(
      'kernelShape must have odd sides, got [2, 2, 2]',
    );
    const { forward } = createConvolver3d([3, 3, 3], new Float32Array(1), [1, 1, 1]);
    expect(() => forward(new Float32Array(8))).toThrow('data.length must equal 27, got 8');
  });
});
