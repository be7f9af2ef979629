import { createRandomStream, type RandomStream } from '@blurcycle/core';
import { afterEach, describe, expect, it } from 'vitest';
import { native, nativeFailure } from '../addon.ts';
import { convOutput, pack, type Axes3, type ConvShape } from '../layouts.ts';
import { naiveConv, naiveFilterGradient, naiveInputGradient } from './naiveConv.ts';

if (native === null) process.stderr.write(`native convolution tests skipped: ${nativeFailure}\n`);

function randomArray(stream: RandomStream, length: number): Float32Array {
  return Float32Array.from({ length }, () => stream.uniform() * 2 - 1);
}

function volume(side: Axes3): number {
  return side[0] * side[1] * side[2];
}

function makeShape(
  batch: number,
  input: Axes3,
  kernel: Axes3,
  stride: Axes3,
  padBefore: Axes3,
  padAfter: Axes3,
  inputs: number,
  outputs: number,
): ConvShape {
  const output = convOutput(input, kernel, stride, padBefore, padAfter);
  return { batch, input, output, kernel, stride, padBefore, inputs, outputs };
}

const cube = (n: number): Axes3 => [n, n, n];
const same = (input: Axes3, inputs: number, outputs: number, batch = 1): ConvShape =>
  makeShape(batch, input, cube(3), cube(1), cube(1), cube(1), inputs, outputs);

/** The shapes of the networks, small, then awkward ones. */
const NETWORK_SHAPES: [string, ConvShape][] = [
  ['3x3x3 1-8', same([4, 6, 48], 1, 8)],
  ['3x3x3 8-1', same([4, 6, 48], 8, 1)],
  ['3x3x3 1-8, whole and part registers of positions', same([2, 9, 70], 1, 8, 2)],
  ['3x3x3 8-1, whole and part registers of positions', same([2, 9, 37], 8, 1, 2)],
  [
    '3x3x3 1-8, unequal borders',
    makeShape(1, [4, 5, 17], cube(3), cube(1), [0, 2, 1], [1, 0, 2], 1, 8),
  ],
  [
    '3x3x3 8-1, unequal borders',
    makeShape(1, [4, 8, 16], cube(3), cube(1), [2, 0, 2], [0, 1, 0], 8, 1),
  ],
  ['3x3x3 8-8', same([3, 9, 24], 8, 8, 2)],
  ['3x3x3 8-16', same([3, 5, 12], 8, 16)],
  ['3x3x3 16-8', same([3, 5, 13], 16, 8)],
  ['3x3x3 16-1', same([2, 5, 12], 16, 1)],
  ['3x3x3 32-32', same([2, 4, 12], 32, 32)],
  ['3x3x3 64-32', same([2, 3, 6], 64, 32)],
  ['3x3x3 24-40', same([2, 3, 7], 24, 40)],
  ['1x1x1 8-1', makeShape(2, [3, 4, 50], cube(1), cube(1), cube(0), cube(0), 8, 1)],
  ['1x1x1 1-1', makeShape(1, [3, 4, 5], cube(1), cube(1), cube(0), cube(0), 1, 1)],
  ['1x1x1 16-1', makeShape(1, [3, 4, 5], cube(1), cube(1), cube(0), cube(0), 16, 1)],
  ['4x4x4 stride 2 1-4', makeShape(1, [8, 10, 48], cube(4), cube(2), cube(1), cube(1), 1, 4)],
  ['4x4x4 stride 2 4-8', makeShape(2, [6, 8, 24], cube(4), cube(2), cube(1), cube(1), 4, 8)],
  [
    '4x4x4 stride 2 8-16, odd sides',
    makeShape(1, [7, 9, 11], cube(4), cube(2), cube(1), cube(1), 8, 16),
  ],
  ['1x1x1 stride 2', makeShape(1, [5, 6, 7], cube(1), cube(2), cube(0), cube(0), 3, 5)],
];

function randomShape(stream: RandomStream): ConvShape {
  const between = (low: number, high: number): number => low + stream.integer(high - low + 1);
  const axes = (low: number, high: number): Axes3 => [
    between(low, high),
    between(low, high),
    between(low, high),
  ];
  const channels = (): number => [1, 2, 3, 4, 5, 7, 8, 11, 16, 19, 33][stream.integer(11)];
  const kernel = axes(1, 4);
  const before = kernel.map((side) => stream.integer(side)) as unknown as Axes3;
  const after = kernel.map((side) => stream.integer(side)) as unknown as Axes3;
  const input = kernel.map((side) => side + stream.integer(9)) as unknown as Axes3;
  return makeShape(between(1, 2), input, kernel, axes(1, 3), before, after, channels(), channels());
}

/**
 * Largest error in units of the sum's size. A float32 sum of k products of size below 1 is off by
 * about sqrt(k) half units of the last place (6e-8) of its partial sums, which are themselves of
 * size sqrt(k) / 3.
 */
function relativeError(got: Float32Array, expected: Float64Array, terms: number): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1)
    worst = Math.max(worst, Math.abs(got[i] - expected[i])); // NaN stays NaN and fails
  return worst / terms;
}
const TOLERANCE = 2e-7; // three half units per term; a wrong tap would show as 1 / terms, above 1e-4 here

function sumsPerChannel(values: Float32Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  values.forEach((v, i) => {
    sums[i % channels] += v;
  });
  return sums;
}

interface Passes {
  output: Float32Array;
  inputGradient: Float32Array;
  filterGradient: Float32Array;
  biasGradient: Float32Array;
}

interface Data {
  input: Float32Array;
  filter: Float32Array;
  bias: Float32Array;
  gradient: Float32Array;
}

function randomData(stream: RandomStream, shape: ConvShape): Data {
  return {
    input: randomArray(stream, shape.batch * volume(shape.input) * shape.inputs),
    filter: randomArray(stream, volume(shape.kernel) * shape.inputs * shape.outputs),
    bias: randomArray(stream, shape.outputs),
    gradient: randomArray(stream, shape.batch * volume(shape.output) * shape.outputs),
  };
}

describe.skipIf(native === null)('native convolution', () => {
  const addon = native!;
  const firstThreads = addon?.threads();
  const firstIsa = addon?.isa();
  const firstLimit = addon?.convScratchLimit();
  const isas = (['avx512', 'avx2', 'baseline', 'neon'] as const).filter((isa) =>
    addon?.selectIsa(isa),
  );
  if (firstIsa !== undefined) addon.selectIsa(firstIsa);

  afterEach(() => {
    addon.setThreads(firstThreads);
    addon.selectIsa(firstIsa);
    addon.convScratchLimit(firstLimit);
  });

  function run(shape: ConvShape, data: Data): Passes {
    const numbers = pack('convShape', shape);
    // Outputs start as NaN: an element that a kernel forgets shows.
    const passes = {
      output: new Float32Array(data.gradient.length).fill(NaN),
      inputGradient: new Float32Array(data.input.length).fill(NaN),
      filterGradient: new Float32Array(data.filter.length).fill(NaN),
      biasGradient: new Float32Array(shape.outputs).fill(NaN),
    };
    addon.convForward(numbers, data.input, data.filter, data.bias, passes.output);
    addon.convInputGradient(numbers, data.gradient, data.filter, passes.inputGradient);
    addon.convFilterGradient(
      numbers,
      data.input,
      data.gradient,
      passes.filterGradient,
      passes.biasGradient,
    );
    return passes;
  }

  function check(shape: ConvShape): void {
    const label = JSON.stringify(shape);
    const data = randomData(createRandomStream(7, `conv/${label}`), shape);
    const positions = shape.batch * volume(shape.output);
    const taps = volume(shape.kernel);
    const forward = naiveConv(shape, data.input, data.filter).map(
      (v, i) => v + data.bias[i % shape.outputs],
    );
    const inputGradient = naiveInputGradient(shape, data.gradient, data.filter);
    const filterGradient = naiveFilterGradient(shape, data.input, data.gradient);
    const biasGradient = sumsPerChannel(data.gradient, shape.outputs);
    for (const isa of isas) {
      addon.selectIsa(isa);
      const passes = run(shape, data);
      const where = `${isa} ${label}`;
      expect(relativeError(passes.output, forward, taps * shape.inputs + 1), where).toBeLessThan(
        TOLERANCE,
      );
      const inputError = relativeError(passes.inputGradient, inputGradient, taps * shape.outputs);
      expect(inputError, where).toBeLessThan(TOLERANCE);
      expect(relativeError(passes.filterGradient, filterGradient, positions), where).toBeLessThan(
        TOLERANCE,
      );
      expect(relativeError(passes.biasGradient, biasGradient, positions), where).toBeLessThan(
        TOLERANCE,
      );
    }
  }

  it.each(NETWORK_SHAPES)(
    `%s equals the sum by definition (${isas.join(', ')})`,
    (_name, shape) => {
      check(shape);
    },
  );

  it('40 random shapes equal the sum by definition', () => {
    const stream = createRandomStream(11, 'conv/shapes');
    for (let i = 0; i < 40; i += 1) check(randomShape(stream));
  });

  it('volumes cut into slabs equal the sum by definition', () => {
    addon.convScratchLimit(200); // a plane or two of these shapes
    for (const [, shape] of NETWORK_SHAPES) check(shape);
    const stream = createRandomStream(12, 'conv/slabs');
    for (let i = 0; i < 25; i += 1) check(randomShape(stream));
  });

  it.each(NETWORK_SHAPES)(
    '%s: <conv(x), y> = <x, inputGradient(y)> = <filterGradient(x, y), filter>',
    (_name, shape) => {
      const data = randomData(createRandomStream(13, 'conv/adjoint'), shape);
      data.bias.fill(0);
      const passes = run(shape, data);
      const dot = (a: Float32Array, b: Float32Array): number =>
        a.reduce((sum, v, i) => sum + v * b[i], 0);
      const size = Math.sqrt(dot(passes.output, passes.output) * dot(data.gradient, data.gradient));
      const expected = dot(passes.output, data.gradient);
      // Rounding of float32 sums relative to the vectors' lengths (Cauchy–Schwarz).
      expect(Math.abs(dot(data.input, passes.inputGradient) - expected)).toBeLessThan(1e-5 * size);
      expect(Math.abs(dot(data.filter, passes.filterGradient) - expected)).toBeLessThan(
        1e-5 * size,
      );
    },
  );

  it('gives the same bits for 1, 2 and 4 threads', () => {
    for (const [, shape] of NETWORK_SHAPES) {
      const data = randomData(createRandomStream(17, 'conv/threads'), shape);
      const results = [1, 2, 4].map((count) => {
        addon.setThreads(count);
        return run(shape, data);
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it.each([
    [1, [2, 3, 5], 8, 4],
    [2, [3, 4, 6], 32, 16],
    [1, [2, 2, 13], 5, 3],
    [1, [1, 2, 3], 1, 1],
  ] as [number, Axes3, number, number][])(
    'transposed convolution, batch %i, %j, %i to %i channels, is the input gradient of a convolution of stride 2',
    (batch, side, inputs, outputs) => {
      const large: Axes3 = [2 * side[0], 2 * side[1], 2 * side[2]];
      const shape = makeShape(batch, large, cube(2), cube(2), cube(0), cube(0), outputs, inputs);
      const data = randomData(createRandomStream(19, 'conv/up'), shape);
      const bias = randomArray(createRandomStream(19, 'conv/up/bias'), outputs);
      const numbers = pack('upConvShape', { batch, input: side, inputs, outputs });
      for (const isa of isas) {
        addon.selectIsa(isa);
        const output = new Float32Array(data.input.length).fill(NaN);
        const inputGradient = new Float32Array(data.gradient.length).fill(NaN);
        const filterGradient = new Float32Array(data.filter.length).fill(NaN);
        const biasGradient = new Float32Array(outputs).fill(NaN);
        addon.upConvForward(numbers, data.gradient, data.filter, bias, output);
        addon.upConvInputGradient(numbers, data.input, data.filter, inputGradient);
        addon.upConvFilterGradient(
          numbers,
          data.gradient,
          data.input,
          filterGradient,
          biasGradient,
        );
        const expected = naiveInputGradient(shape, data.gradient, data.filter).map(
          (v, i) => v + bias[i % outputs],
        );
        expect(relativeError(output, expected, inputs + 1)).toBeLessThan(TOLERANCE);
        const forward = naiveConv(shape, data.input, data.filter);
        expect(relativeError(inputGradient, forward, 8 * outputs)).toBeLessThan(TOLERANCE);
        const sums = naiveFilterGradient(shape, data.input, data.gradient);
        const positions = batch * volume(side);
        expect(relativeError(filterGradient, sums, positions)).toBeLessThan(TOLERANCE);
        const biasSums = sumsPerChannel(data.input, outputs);
        expect(relativeError(biasGradient, biasSums, 8 * positions)).toBeLessThan(TOLERANCE);
      }
    },
  );

  it('respects the byte offset of a view', () => {
    const shape = same([3, 4, 5], 3, 4);
    const data = randomData(createRandomStream(23, 'conv/view'), shape);
    const shifted = (array: Float32Array): Float32Array => {
      const view = new Float32Array(array.length + 3).subarray(3);
      view.set(array);
      return view;
    };
    const views = {
      input: shifted(data.input),
      filter: shifted(data.filter),
      bias: shifted(data.bias),
      gradient: shifted(data.gradient),
    };
    expect(run(shape, views)).toEqual(run(shape, data));
  });

  it('refuses arrays that are too short', () => {
    const shape = same([3, 4, 5], 3, 4);
    const data = randomData(createRandomStream(29, 'conv/short'), shape);
    const short = new Float32Array(3);
    expect(() =>
      addon.convForward(pack('convShape', shape), data.input, data.filter, null, short),
    ).toThrow('native: argument 4 must be a typed array of the right kind and length');
  });
});
