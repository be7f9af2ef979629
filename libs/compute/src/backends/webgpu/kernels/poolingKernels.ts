import * as tf from '@tensorflow/tfjs-core';
import type { GpuKernel } from '../gpuKernel.ts';
import { runForEach } from '../runProgram.ts';

const isTwo = (sides: unknown): boolean =>
  typeof sides === 'number' ? sides === 2 : (sides as number[]).every((side) => side === 2);

/** Pooling by blocks of two without padding, of volumes that hold at least one block. */
const isBlockPooling = (
  shape: readonly number[],
  { filterSize, strides, pad }: Readonly<Record<string, unknown>>,
): boolean =>
  isTwo(filterSize) &&
  isTwo(strides) &&
  pad === 'valid' &&
  shape.slice(1, 4).every((side) => side >= 2);

const pooledShape = (shape: readonly number[]): number[] =>
  shape.map((side, axis) => (axis > 0 && axis < 4 ? side >> 1 : side));

/** Sides of both volumes and places of the corners of a block; `block` is z, y, x and the batch. */
const BLOCKS = `
  fn cornerPlace(block : vec4<i32>, corner : i32, channel : i32) -> i32 {
    let at = 2 * block.xyz + vec3<i32>(corner / 4, corner / 2 % 2, corner % 2);
    let sides = uniforms.sides;
    return (((block.w * sides.x + at.x) * sides.y + at.y) * sides.z + at.z) * sides.w + channel;
  }`;

/**
 * Largest values of blocks of 2 x 2 x 2 voxels, and their gradient, which the last of equal voxels
 * gets, as in tfjs.
 */
export const POOLING_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: tf.MaxPool3D,
    run: (gpu, { x }, attributes) => {
      if (!isBlockPooling(x.shape, attributes)) return undefined;
      return runForEach(gpu, {
        name: tf.MaxPool3D,
        inputs: { x },
        outputShape: pooledShape(x.shape),
        integers: { sides: x.shape.slice(1) },
        helpers: `${BLOCKS}
          fn largest(index : i32) -> f32 {
            let blocks = uniforms.sides.xyz / 2;
            let channel = index % uniforms.sides.w;
            let column = index / uniforms.sides.w;
            let row = column / blocks.z;
            let block = vec4<i32>(row / blocks.y % blocks.x, row % blocks.y, column % blocks.z, row / blocks.y / blocks.x);
            var most = x[cornerPlace(block, 0, channel)];
            for (var corner = 1; corner < 8; corner++) { most = max(most, x[cornerPlace(block, corner, channel)]); }
            return most;
          }`,
        expression: 'largest(index)',
      });
    },
  },
  {
    kernelName: tf.MaxPool3DGrad,
    run: (gpu, { dy, input }, attributes) => {
      if (!isBlockPooling(input.shape, attributes)) return undefined;
      return runForEach(gpu, {
        name: tf.MaxPool3DGrad,
        inputs: { x: input, dy },
        outputShape: input.shape,
        integers: { sides: input.shape.slice(1) },
        helpers: `${BLOCKS}
          fn share(index : i32) -> f32 {
            let sides = uniforms.sides;
            let blocks = sides.xyz / 2;
            let channel = index % sides.w;
            let column = index / sides.w;
            let row = column / sides.z;
            let at = vec3<i32>(row / sides.y % sides.x, row % sides.y, column % sides.z);
            let block = vec4<i32>(at / 2, row / sides.y / sides.x);
            if (any(block.xyz >= blocks)) { return 0.0; }
            let own = at.x % 2 * 4 + at.y % 2 * 2 + at.z % 2;
            for (var corner = 0; corner < 8; corner++) {
              let other = x[cornerPlace(block, corner, channel)];
              if (other > x[index] || (other == x[index] && corner > own)) { return 0.0; }
            }
            return dy[(((block.w * blocks.x + block.x) * blocks.y + block.y) * blocks.z + block.z) * sides.w + channel];
          }`,
        expression: 'share(index)',
      });
    },
  },
];
