import { describe, expect, it } from 'vitest';
import { voxelCount, type Shape3 } from '@blurcycle/core';
import { native } from '../native/addon.ts';
import {
  javascriptConvolutionEngine,
  nativeConvolutionEngine,
} from '../src/fft/convolutionEngines.ts';
import { createConvolverOn } from '../src/fft/convolver.ts';
import { type PoissonUpdate, startOfUpdate } from '../src/fft/poissonUpdate.ts';
import { randomValues, relativeError } from './support.ts';

const ENGINES = [
  { name: 'js', engine: javascriptConvolutionEngine },
  ...(native === null ? [] : [{ name: 'native', engine: nativeConvolutionEngine(native) }]),
];

const SHAPE: Shape3 = [6, 9, 40];
const KERNEL: Shape3 = [3, 5, 7];
const WINDOW = { origin: [1, 2, 3], shape: [4, 5, 33] } as const;

const positive = (count: number, name: string): Float32Array =>
  randomValues(count, name).map((value) => 1 + Math.abs(value));

const kernel = positive(voxelCount(KERNEL), 'kernel').map((value) => value / 300);

/** Arrays of an update; new ones at every call, because an update overwrites some. */
function makeUpdate(imageVoxels: number, extrapolates: boolean, penalizes: boolean) {
  const voxels = voxelCount(SHAPE);
  // A dark voxel stays dark, and weights of 0 switch voxels off.
  const estimate = positive(voxels, 'estimate').map((value, i) => (i % 50 === 0 ? 0 : value));
  const weights = positive(voxels, 'weights').map((value, i) => (i % 7 === 0 ? 0 : value));
  const extrapolation = {
    factor: 0.7,
    before: positive(voxels, 'before'),
    step: randomValues(voxels, 'step'),
  };
  return {
    observed: positive(imageVoxels, 'observed'),
    background: 0.25,
    floor: 1.1,
    weights,
    estimate,
    ...(penalizes ? { penalty: randomValues(voxels, 'penalty') } : {}),
    ...(extrapolates ? { extrapolation } : {}),
  } satisfies PoissonUpdate;
}

/** The formula, on the two operators: what is left in the arrays, and the sums. */
function expectedUpdate(
  { forward, adjoint }: ReturnType<typeof createConvolverOn>,
  update: PoissonUpdate,
) {
  const { observed, background, floor, weights, penalty, estimate, extrapolation } = update;
  const start = Array.from(estimate, (x, i) =>
    extrapolation === undefined
      ? x
      : Math.max(x + extrapolation.factor * (x - extrapolation.before[i]), x / 10),
  );
  const image = forward(Float32Array.from(start)).map((value) => value + background);
  const ratio = image.map((value, i) => observed[i] / Math.max(value, floor));
  const next = Array.from(adjoint(ratio), (correction, i) => {
    const pull = Math.max(0.1, 1 + (penalty?.[i] ?? 0) * weights[i]);
    return (start[i] * Math.max(0, correction) * weights[i]) / pull;
  });
  const step = next.map((value, i) => value - start[i]);
  const last = extrapolation?.step ?? new Float32Array(step.length);
  const sum = (term: (i: number) => number): number =>
    next.reduce((total, _, i) => total + term(i), 0);
  return {
    next: Float32Array.from(next),
    step: Float32Array.from(step),
    residual:
      image.reduce((total, value, i) => total + (observed[i] - value) ** 2, 0) / image.length,
    sums: {
      change: sum((i) => Math.abs(next[i] - estimate[i])),
      total: sum((i) => estimate[i]),
      along: sum((i) => step[i] * last[i]),
      square: sum((i) => last[i] * last[i]),
    },
  };
}

const CASES = (['zero', 'periodic', 'reflect'] as const).flatMap((border) =>
  [undefined, WINDOW].flatMap((window) =>
    [false, true].map((extrapolates) => ({ border, window, extrapolates })),
  ),
);

describe.each(ENGINES)('update of a convolver on $name', ({ engine }) => {
  it.each(CASES)('is the formula, %j', ({ border, window, extrapolates }) => {
    const convolver = createConvolverOn(engine, SHAPE, kernel, KERNEL, {
      border,
      ...(window === undefined ? {} : { window }),
    });
    const imageVoxels = voxelCount(window?.shape ?? SHAPE);
    for (const penalizes of [false, true]) {
      const update = makeUpdate(imageVoxels, extrapolates, penalizes);
      const expected = expectedUpdate(convolver, update);
      const { done, ...sums } = convolver.update(update);
      expect(done).toBe(true);
      const result = update.extrapolation?.before ?? update.estimate;
      // float32 rounding of two transforms, through quotients of about one.
      expect(relativeError(result, expected.next)).toBeLessThan(3e-6);
      if (update.extrapolation !== undefined) {
        expect(relativeError(update.extrapolation.step, expected.step)).toBeLessThan(3e-6);
        // The estimate stays: it is the one before from now on.
        expect(update.estimate).toEqual(makeUpdate(imageVoxels, true, false).estimate);
      }
      for (const [name, value] of Object.entries(sums)) {
        const reference = expected.sums[name as keyof typeof sums];
        // Sums of two thousand float32 values of about one; steps have both signs.
        const wanted = extrapolates || name === 'change' || name === 'total' ? reference : 0;
        expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * expected.sums.total);
      }
    }
  });

  it.each(CASES)('takes one weight for all voxels, %j', ({ border, window, extrapolates }) => {
    const options = { border, ...(window === undefined ? {} : { window }) };
    const convolver = createConvolverOn(engine, SHAPE, kernel, KERNEL, options);
    const make = (weights: Float32Array) => ({
      ...makeUpdate(voxelCount(window?.shape ?? SHAPE), extrapolates, true),
      weights,
    });
    const [one, all] = [make(Float32Array.of(0.7)), make(new Float32Array(2160).fill(0.7))];
    expect(convolver.update(one)).toEqual(convolver.update(all));
    expect({ ...one, weights: all.weights }).toEqual(all);
  });

  it.each(CASES)('may write over the data of its adjoint, %j', ({ border, window }) => {
    const options = { border, ...(window === undefined ? {} : { window }) };
    const { adjoint } = createConvolverOn(engine, SHAPE, kernel, KERNEL, options);
    const image = positive(voxelCount(window?.shape ?? SHAPE), 'image');
    const object = new Float32Array(voxelCount(SHAPE));
    object.set(image);
    adjoint(object.subarray(0, image.length), object);
    expect(object).toEqual(adjoint(image));
  });

  it('stops where the mean squared residual is small enough, and leaves all as it was', () => {
    const convolver = createConvolverOn(engine, SHAPE, kernel, KERNEL, { border: 'zero' });
    const update = makeUpdate(voxelCount(SHAPE), true, false);
    const { residual } = expectedUpdate(convolver, update);
    // float32 rounding of the residuals.
    expect(convolver.update({ ...update, leastResidual: 1.00001 * residual }).done).toBe(false);
    expect(update).toEqual(makeUpdate(voxelCount(SHAPE), true, false));
    expect(convolver.update({ ...update, leastResidual: 0.99999 * residual }).done).toBe(true);
  });
});

describe('startOfUpdate(update)', () => {
  it('is the estimate, or its extrapolation, which keeps a tenth of every voxel', () => {
    const estimate = Float32Array.of(4, 4, 0);
    expect(startOfUpdate({ estimate })).toBe(estimate);
    const before = Float32Array.of(2, 40, 1);
    const extrapolation = { factor: 0.5, before, step: new Float32Array(3) };
    expect([...startOfUpdate({ estimate, extrapolation })]).toEqual([5, Math.fround(0.4), 0]);
  });
});

describe.skipIf(native === null)('an update in the add-on', () => {
  it('has the same bits for any number of threads', () => {
    const addon = native!;
    const before = addon.threads();
    const convolver = createConvolverOn(nativeConvolutionEngine(addon), SHAPE, kernel, KERNEL);
    const results = [1, 2, 4].map((threads) => {
      addon.setThreads(threads);
      const update = makeUpdate(voxelCount(SHAPE), true, true);
      const sums = convolver.update(update);
      return { sums, update };
    });
    addon.setThreads(before);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
