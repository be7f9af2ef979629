/**
 * Convolutions with bfloat16 factors, on every unit of this processor, against the definition with
 * rounded factors in double precision.
 */
import { createRandomStream } from '@blurcycle/core';
import { afterEach, describe, expect, it } from 'vitest';
import { roundToBfloat16 } from '../../src/ops/precision.ts';
import { native, type Bfloat16Unit } from '../addon.ts';
import { OPERATION_CODES, pack, type Axes3, type ConvShape } from '../layouts.ts';
import {
  cube,
  makeShape,
  NETWORK_SHAPES,
  randomArray,
  randomData,
  randomShape,
  relativeError,
  same,
  TOLERANCE,
  volume,
  type Data,
} from './convCases.ts';
import { naiveConv, naiveFilterGradient, naiveInputGradient } from './naiveConv.ts';

const { bfloat16 } = OPERATION_CODES.precision;

/** Shapes that matrix units treat in their own way: many channels, whole and part blocks. */
const MATRIX_SHAPES: [string, ConvShape][] = [
  ['3x3x3 8-8, odd row', same([3, 4, 21], 8, 8)],
  ['3x3x3 16-16', same([3, 5, 33], 16, 16)],
  ['3x3x3 16-32', same([2, 4, 17], 16, 32)],
  ['3x3x3 32-16, batch of 2', same([2, 3, 16], 32, 16, 2)],
  ['3x3x3 48-20', same([2, 3, 9], 48, 20)],
  ['3x3x3 2-6', same([2, 3, 9], 2, 6)],
  ['3x3x3 7-16', same([2, 3, 9], 7, 16)],
  ['1x1x1 16-16', makeShape(1, [2, 3, 19], cube(1), cube(1), cube(0), cube(0), 16, 16)],
  ['1x1x1 8-1', makeShape(1, [2, 3, 19], cube(1), cube(1), cube(0), cube(0), 8, 1)],
  ['4x4x4 16-32', makeShape(1, [6, 6, 7], cube(4), cube(1), cube(1), cube(1), 16, 32)],
  ['4x4x4 stride 2 16-32', makeShape(1, [6, 8, 34], cube(4), cube(2), cube(1), cube(1), 16, 32)],
  ['3x3x3 stride 2 16-8, odd', makeShape(1, [5, 7, 15], cube(3), cube(2), cube(1), cube(1), 16, 8)],
  ['4x4x4 stride 2 2-4', makeShape(1, [6, 8, 22], cube(4), cube(2), cube(1), cube(1), 2, 4)],
];

function rounded({ input, filter, bias, gradient }: Data): Data {
  return {
    input: roundToBfloat16(input),
    filter: roundToBfloat16(filter),
    bias,
    gradient: roundToBfloat16(gradient),
  };
}

describe.skipIf(native === null)('native convolution of bfloat16 factors', () => {
  const addon = native!;
  const firstThreads = addon?.threads();
  const firstIsa = addon?.isa();
  const firstLimit = addon?.convScratchLimit();
  const units = (['amx', 'avx512-bf16', 'rounded', 'amx-emulated'] as const).filter((unit) =>
    addon?.selectBfloat16(unit),
  );
  /** Every unit of the best instruction set, then rounding on the others. */
  const variants: { isa: ReturnType<typeof addon.isa>; unit: Bfloat16Unit }[] = [
    ...units.map((unit) => ({ isa: firstIsa, unit })),
    ...(['avx512', 'avx2', 'baseline', 'neon'] as const)
      .filter((isa) => isa !== firstIsa && addon?.selectIsa(isa))
      .map((isa) => ({ isa, unit: 'rounded' as const })),
  ];
  const use = ({ isa, unit }: (typeof variants)[number]): void => {
    expect(addon.selectIsa(isa)).toBe(true);
    expect(addon.selectBfloat16(unit)).toBe(true);
  };
  const reset = (): void => {
    addon.setThreads(firstThreads);
    addon.convScratchLimit(firstLimit);
    use(variants[0]);
  };
  if (native !== null) reset();
  afterEach(reset);

  type Passes = Record<'output' | 'inputGradient' | 'filterGradient', Float32Array>;

  function run(shape: ConvShape, data: Data): Passes {
    const numbers = pack('convShape', shape);
    // Outputs start as NaN: an element that a kernel forgets shows.
    const passes = {
      output: new Float32Array(data.gradient.length).fill(NaN),
      inputGradient: new Float32Array(data.input.length).fill(NaN),
      filterGradient: new Float32Array(data.filter.length).fill(NaN),
    };
    const { input, filter, bias, gradient } = data;
    addon.convForward(numbers, input, filter, bias, passes.output, bfloat16);
    addon.convInputGradient(numbers, gradient, filter, passes.inputGradient, bfloat16);
    addon.convFilterGradient(numbers, input, gradient, passes.filterGradient, null, bfloat16);
    return passes;
  }

  /** Products of two bfloat16 are exact in float32, so the bound is that of float32 sums. */
  function check(shape: ConvShape): void {
    const label = JSON.stringify(shape);
    const data = randomData(createRandomStream(7, `bfloat16/${label}`), shape);
    const { input, filter, gradient } = rounded(data);
    const forward = naiveConv(shape, input, filter).map((v, i) => v + data.bias[i % shape.outputs]);
    const inputGradient = naiveInputGradient(shape, gradient, filter);
    const filterGradient = naiveFilterGradient(shape, input, gradient);
    const taps = volume(shape.kernel);
    for (const variant of variants) {
      use(variant);
      const passes = run(shape, data);
      const errors = [
        relativeError(passes.output, forward, taps * shape.inputs + 1),
        relativeError(passes.inputGradient, inputGradient, taps * shape.outputs),
        relativeError(passes.filterGradient, filterGradient, shape.batch * volume(shape.output)),
      ];
      for (const error of errors)
        expect(error, `${variant.isa} ${variant.unit} ${label}`).toBeLessThan(TOLERANCE);
    }
  }

  const all = [...NETWORK_SHAPES, ...MATRIX_SHAPES];
  it.each(all)(
    `%s equals the sum over rounded factors (${variants.map(({ isa, unit }) => `${isa} ${unit}`).join(', ')})`,
    (_name, shape) => {
      check(shape);
    },
  );

  it('40 random shapes equal the sum over rounded factors', () => {
    const stream = createRandomStream(31, 'bfloat16/shapes');
    for (let i = 0; i < 40; i += 1) check(randomShape(stream));
  });

  it('volumes cut into slabs equal the sum over rounded factors', () => {
    addon.convScratchLimit(400); // a plane or two of these shapes
    for (const [, shape] of all) check(shape);
  });

  it.each(MATRIX_SHAPES)(
    '%s: differs from float32, by no more than the rounding of the factors',
    (_name, shape) => {
      const data = randomData(createRandomStream(37, 'bfloat16/error'), shape);
      const exact = naiveConv(shape, data.input, data.filter);
      data.bias.fill(0);
      for (const variant of variants) {
        use(variant);
        const { output } = run(shape, data);
        // Each factor is off by half a unit at most, 2^-9 of its size, so a product by 2^-8.
        const error = relativeError(output, exact, volume(shape.kernel) * shape.inputs);
        expect(error).toBeLessThan(2 ** -8);
        expect(error).toBeGreaterThan(1e-6);
      }
    },
  );

  it.each(MATRIX_SHAPES)(
    '%s: <conv(x), y> = <x, inputGradient(y)> = <filterGradient(x, y), filter> for bfloat16 values',
    (_name, shape) => {
      const data = rounded(randomData(createRandomStream(41, 'bfloat16/adjoint'), shape));
      data.bias.fill(0);
      const dot = (a: Float32Array, b: Float32Array): number =>
        a.reduce((sum, v, i) => sum + v * b[i], 0);
      for (const variant of variants) {
        use(variant);
        const passes = run(shape, data);
        const size = Math.sqrt(
          dot(passes.output, passes.output) * dot(data.gradient, data.gradient),
        );
        const expected = dot(passes.output, data.gradient);
        // Rounding of float32 sums relative to the vectors' lengths (Cauchy–Schwarz).
        for (const value of [
          dot(data.input, passes.inputGradient),
          dot(data.filter, passes.filterGradient),
        ])
          expect(Math.abs(value - expected)).toBeLessThan(1e-5 * size);
      }
    },
  );

  it('gives the same bits for 1, 2 and 4 threads', () => {
    for (const [, shape] of MATRIX_SHAPES) {
      const data = randomData(createRandomStream(43, 'bfloat16/threads'), shape);
      const results = [1, 2, 4].map((count) => {
        addon.setThreads(count);
        return run(shape, data);
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it('gives float32 the bits that it had, whatever the unit', () => {
    const [, shape] = MATRIX_SHAPES[1];
    const data = randomData(createRandomStream(47, 'bfloat16/float32'), shape);
    const [first, ...others] = units.map((unit) => {
      addon.selectBfloat16(unit);
      const output = new Float32Array(data.gradient.length);
      addon.convForward(pack('convShape', shape), data.input, data.filter, data.bias, output);
      return output;
    });
    for (const other of others) expect(other).toEqual(first);
  });

  it.each([
    [1, [2, 3, 5], 8, 4],
    [2, [3, 4, 6], 32, 16],
    [1, [2, 3, 17], 16, 8],
    [1, [2, 2, 13], 5, 3],
    [1, [1, 2, 3], 1, 1],
  ] as [number, Axes3, number, number][])(
    'transposed convolution, batch %i, %j, %i to %i channels, and its gradients',
    (batch, side, inputs, outputs) => {
      const large: Axes3 = [2 * side[0], 2 * side[1], 2 * side[2]];
      const shape = makeShape(batch, large, cube(2), cube(2), cube(0), cube(0), outputs, inputs);
      const data = randomData(createRandomStream(53, 'bfloat16/up'), shape);
      const { input, filter, gradient } = rounded(data);
      const bias = randomArray(createRandomStream(53, 'bfloat16/up/bias'), outputs);
      const expected = naiveInputGradient(shape, gradient, filter).map(
        (v, i) => v + bias[i % outputs],
      );
      const forward = naiveConv(shape, input, filter);
      const sums = naiveFilterGradient(shape, input, gradient);
      const numbers = pack('upConvShape', { batch, input: side, inputs, outputs });
      for (const limit of [firstLimit, 100]) {
        addon.convScratchLimit(limit);
        for (const variant of variants) {
          use(variant);
          const output = new Float32Array(data.input.length).fill(NaN);
          const inputGradient = new Float32Array(data.gradient.length).fill(NaN);
          const filterGradient = new Float32Array(data.filter.length).fill(NaN);
          addon.upConvForward(numbers, data.gradient, data.filter, bias, output, bfloat16);
          addon.upConvInputGradient(numbers, data.input, data.filter, inputGradient, bfloat16);
          addon.upConvFilterGradient(
            numbers,
            data.gradient,
            data.input,
            filterGradient,
            null,
            bfloat16,
          );
          expect(relativeError(output, expected, inputs + 1)).toBeLessThan(TOLERANCE);
          expect(relativeError(inputGradient, forward, 8 * outputs)).toBeLessThan(TOLERANCE);
          expect(relativeError(filterGradient, sums, batch * volume(side))).toBeLessThan(TOLERANCE);
        }
      }
    },
  );

  it('takes subnormal factors for what they are or for zero, and keeps infinity and NaN', () => {
    const [, shape] = MATRIX_SHAPES[1];
    const data = randomData(createRandomStream(59, 'bfloat16/special'), shape);
    const tiny = { ...data, input: data.input.map((value) => 1e-39 * value) };
    tiny.bias.fill(0);
    for (const variant of variants) {
      use(variant);
      // 432 products below the smallest normal number, 1.2e-38.
      for (const value of run(shape, tiny).output) expect(Math.abs(value)).toBeLessThan(432e-39);
      for (const special of [Infinity, NaN]) {
        const input = data.input.slice();
        input[input.length >> 1] = special;
        const { output } = run(shape, { ...data, input });
        const odd = output.filter((value) => !Number.isFinite(value)).length;
        expect(odd).toBe(27 * shape.outputs);
      }
    }
  });

  it('refuses an unknown code', () => {
    const [, shape] = MATRIX_SHAPES[0];
    const data = randomData(createRandomStream(61, 'bfloat16/code'), shape);
    const output = new Float32Array(data.gradient.length);
    const code = 7 as unknown as 0;
    expect(() =>
      addon.convForward(pack('convShape', shape), data.input, data.filter, null, output, code),
    ).toThrow('native: argument 5 must be a code of a precision');
  });
});
