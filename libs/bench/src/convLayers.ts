import { type Axes3, blurGeometry, convOutput } from '@blurcycle/compute/kernels';
import { assertRange } from '@blurcycle/core';

/** One layer of the networks whose passes are timed. Sides are z, y, x. */
export interface BenchLayer {
  readonly name: string;
  readonly kind: 'convolution' | 'transposed' | 'blur';
  readonly batch: number;
  readonly input: Axes3;
  readonly output: Axes3;
  /** Side of the cubic kernel. */
  readonly kernel: number;
  readonly stride: number;
  /** Zeros before and after every side. */
  readonly pad: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Floating-point operations of each of its passes. */
  readonly operations: number;
}

/** Which layers: the networks of one width on volumes of one size. */
export interface BenchLayerOptions {
  /** Sides of the finest level, multiples of 4. @defaultValue `[32, 64, 64]` */
  readonly volume?: Axes3;
  /** Volumes at once. @defaultValue `1` */
  readonly batch?: number;
  /** Channels of the generator's finest level, even. @defaultValue `8` */
  readonly width?: number;
}

/** Sides of the blur kernel of the paper. */
const BLUR_SIDE = 31;

/**
 * The convolutions of generator, discriminators and blur, at a width and above, on a volume and its
 * halves and quarters.
 *
 * @throws {RuleError} If an option is out of range.
 */
export function benchLayers({
  volume = [32, 64, 64],
  batch = 1,
  width = 8,
}: BenchLayerOptions = {}): BenchLayer[] {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  const fits = volume.every((side) => isCount(side) && side >= 8 && side % 4 === 0);
  assertRange(
    fits,
    'benchConv',
    'volume',
    'have sides of at least 8 that are multiples of 4',
    volume,
  );
  assertRange(isCount(batch), 'benchConv', 'batch', 'be a positive integer', batch);
  assertRange(
    isCount(width) && width % 2 === 0,
    'benchConv',
    'width',
    'be a positive even number',
    width,
  );
  const [half, quarter] = [divided(volume, 2), divided(volume, 4)];
  const cube3 = (sides: Axes3, inputs: number, outputs: number): BenchLayer =>
    convolution(batch, sides, 3, 1, 1, inputs, outputs);
  return [
    cube3(volume, 1, width),
    cube3(volume, width, 1),
    cube3(volume, width, width),
    cube3(half, width, 2 * width),
    cube3(volume, 2 * width, width),
    cube3(volume, 2 * width, 2 * width),
    cube3(half, 2 * width, 2 * width),
    cube3(half, 4 * width, 2 * width),
    cube3(half, 4 * width, 4 * width),
    cube3(quarter, 4 * width, 4 * width),
    cube3(quarter, 8 * width, 4 * width),
    cube3(quarter, 8 * width, 8 * width),
    cube3(quarter, 16 * width, 16 * width),
    convolution(batch, volume, 1, 1, 0, width, 1),
    convolution(batch, volume, 1, 1, 0, 1, 1),
    convolution(batch, volume, 4, 2, 1, 1, width / 2),
    convolution(batch, half, 4, 2, 1, width / 2, width),
    transposed(batch, quarter, 4 * width, 2 * width),
    transposed(batch, half, 2 * width, width),
    blur(batch, volume),
  ];
}

/** Floats that a pass must read or write at least once. */
export function floatsOf({ batch, input, output, kernel, inputs, outputs }: BenchLayer): number {
  return batch * (count(input) * inputs + count(output) * outputs) + kernel ** 3 * inputs * outputs;
}

/**
 * Values between -0.5 and 0.5 without zeros or subnormal numbers, which would run at another speed.
 */
export function benchSamples(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.4995);
}

function divided(sides: Axes3, divisor: number): Axes3 {
  return [sides[0] / divisor, sides[1] / divisor, sides[2] / divisor];
}

function count(sides: readonly number[]): number {
  return sides.reduce((product, side) => product * side, 1);
}

function convolution(
  batch: number,
  input: Axes3,
  kernel: number,
  stride: number,
  pad: number,
  inputs: number,
  outputs: number,
): BenchLayer {
  const cube = (side: number): Axes3 => [side, side, side];
  const output = convOutput(input, cube(kernel), cube(stride), cube(pad), cube(pad));
  return {
    name: `${kernel}x${kernel}x${kernel} ${inputs}-${outputs}${stride > 1 ? ` stride ${stride}` : ''}`,
    kind: 'convolution',
    ...{ batch, input, output, kernel, stride, pad, inputs, outputs },
    operations: 2 * batch * count(output) * kernel ** 3 * inputs * outputs,
  };
}

function transposed(batch: number, input: Axes3, inputs: number, outputs: number): BenchLayer {
  return {
    name: `transposed 2x2x2 ${inputs}-${outputs}`,
    kind: 'transposed',
    ...{
      batch,
      input,
      output: divided(input, 1 / 2),
      kernel: 2,
      stride: 2,
      pad: 0,
      inputs,
      outputs,
    },
    operations: 2 * batch * count(input) * 8 * inputs * outputs,
  };
}

/**
 * The blur through the Fourier transform; a real transform of N points counts 2.5 N log2 N
 * operations.
 */
function blur(batch: number, input: Axes3): BenchLayer {
  const { grid } = blurGeometry([batch, ...input, 1], [BLUR_SIDE, BLUR_SIDE, BLUR_SIDE]);
  const pad = (BLUR_SIDE - 1) / 2;
  return {
    name: `blur ${BLUR_SIDE}x${BLUR_SIDE}x${BLUR_SIDE}`,
    kind: 'blur',
    ...{ batch, input, output: input, kernel: BLUR_SIDE, stride: 1, pad, inputs: 1, outputs: 1 },
    operations: (2 * batch + 1) * 2.5 * count(grid) * Math.log2(count(grid)),
  };
}
