import type { ConvShapeArray } from './addon.ts';

/** A number per axis, z, y, x. */
export type Axes3 = readonly [z: number, y: number, x: number];

/**
 * Everything that fixes a 3-D convolution but its data. Channels last, filter [kz, ky, kx, inputs,
 * outputs].
 */
export interface ConvShape {
  readonly batch: number;
  /** Sides of the input. */
  readonly input: Axes3;
  /** Sides of the output; `convOutput` gives them. */
  readonly output: Axes3;
  readonly kernel: Axes3;
  readonly stride: Axes3;
  /**
   * Zeros before the first voxel per axis; those after the last one follow from the output's sides.
   */
  readonly padBefore: Axes3;
  readonly inputs: number;
  readonly outputs: number;
}

/** Sides of a convolution's output: floor((input + before + after - kernel) / stride) + 1. */
export function convOutput(
  input: Axes3,
  kernel: Axes3,
  stride: Axes3,
  padBefore: Axes3,
  padAfter: Axes3,
): Axes3 {
  const side = (axis: 0 | 1 | 2): number =>
    Math.floor((input[axis] + padBefore[axis] + padAfter[axis] - kernel[axis]) / stride[axis]) + 1;
  return [side(0), side(1), side(2)];
}

/** The shape in the order in which the add-on reads it. */
export function convShapeArray(shape: ConvShape): ConvShapeArray {
  const { batch, input, output, kernel, stride, padBefore, inputs, outputs } = shape;
  return Int32Array.of(
    batch,
    ...input,
    ...output,
    ...kernel,
    ...stride,
    ...padBefore,
    inputs,
    outputs,
  );
}
