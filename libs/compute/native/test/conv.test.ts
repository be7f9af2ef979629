import { createRandomStream } from '@blurcycle/core';
import { afterEach, describe, expect, it } from 'vitest';
import { native, nativeFailure } from '../addon.ts';
import { pack, type Axes3, type ConvShape } from '../layouts.ts';
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

if (native === null) process.stderr.write(`native convolution tests skipped: ${nativeFailure}\n`);

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
