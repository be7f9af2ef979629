import type { RandomStream } from '@blurcycle/core';
import { convOutput, type Axes3, type ConvShape } from '../layouts.ts';

export function randomArray(stream: RandomStream, length: number): Float32Array {
  return Float32Array.from({ length }, () => stream.uniform() * 2 - 1);
}

export function volume(side: Axes3): number {
  return side[0] * side[1] * side[2];
}

export function makeShape(
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

export const cube = (n: number): Axes3 => [n, n, n];
export const same = (input: Axes3, inputs: number, outputs: number, batch = 1): ConvShape =>
  makeShape(batch, input, cube(3), cube(1), cube(1), cube(1), inputs, outputs);

/** The shapes of the networks, small, then awkward ones. */
export const NETWORK_SHAPES: [string, ConvShape][] = [
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

export function randomShape(stream: RandomStream): ConvShape {
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
export function relativeError(got: Float32Array, expected: Float64Array, terms: number): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1)
    worst = Math.max(worst, Math.abs(got[i] - expected[i])); // NaN stays NaN and fails
  return worst / terms;
}
export const TOLERANCE = 2e-7; // three half units per term; a wrong tap would show as 1 / terms, above 1e-4 here

export interface Data {
  input: Float32Array;
  filter: Float32Array;
  bias: Float32Array;
  gradient: Float32Array;
}

export function randomData(stream: RandomStream, shape: ConvShape): Data {
  return {
    input: randomArray(stream, shape.batch * volume(shape.input) * shape.inputs),
    filter: randomArray(stream, volume(shape.kernel) * shape.inputs * shape.outputs),
    bias: randomArray(stream, shape.outputs),
    gradient: randomArray(stream, shape.batch * volume(shape.output) * shape.outputs),
  };
}
