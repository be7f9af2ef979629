import * as tf from '@tensorflow/tfjs-core';
import {
  INSTANCE_NORM,
  INSTANCE_NORM_GRADIENT,
  LOSS,
  LOSS_GRADIENT,
} from '../../../ops/runKernel.ts';
import { isBlockPooling, pooledShape } from '../../kernelShapes.ts';
import { runForEach, type GpuKernel } from '../runProgram.ts';
import { sumRows } from './sumRows.ts';

/** Of [batch, 2, channels] the pair that belongs to the element `at` of [batch, rows, channels]. */
const PAIR = `
  fn pairPlace(at : i32) -> i32 {
    return at / (uniforms.voxels * uniforms.channels) * 2 * uniforms.channels + at % uniforms.channels;
  }`;

/** As the activation is linear on both sides of zero, its derivative is 1 or the slope. */
const ACTIVATION = `
  fn slopeAt(normalized : f32) -> f32 { return select(uniforms.slope, 1.0, normalized > 0.0); }`;

function sidesOf({ shape }: tf.TensorInfo): [batch: number, voxels: number, channels: number] {
  return [shape[0], shape[1] * shape[2] * shape[3], shape[4]];
}

/**
 * Instance normalization with activation, and its gradient: h = f'(n) dy, dx = s (h - <h> - n <n
 * h>).
 */
export const INSTANCE_NORM_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: INSTANCE_NORM,
    run: (gpu, { x }, { epsilon, slope }) => {
      const shape = sidesOf(x);
      const [, voxels, channels] = shape;
      // The channel's first voxel is subtracted before squaring: far from zero, rounding of the
      // squares would hide the variance.
      const pivot = 'x[batch * uniforms.shape.y * channels + channel]';
      const statistics = sumRows(gpu, {
        name: INSTANCE_NORM,
        inputs: { x },
        shape,
        floats: { epsilon: epsilon as number },
        term: `vec2<f32>(x[at] - ${pivot}, (x[at] - ${pivot}) * (x[at] - ${pivot}))`,
        finish: `vec2<f32>(${pivot} + total.x / f32(rows),
          inverseSqrt(max(0.0, total.y / f32(rows) - total.x / f32(rows) * (total.x / f32(rows))) + uniforms.epsilon))`,
        kept: 2,
      });
      const y = runForEach(gpu, {
        name: `${INSTANCE_NORM}/apply`,
        inputs: { x, statistics },
        outputShape: x.shape,
        integers: { voxels, channels },
        floats: { slope: slope as number },
        helpers: `${PAIR}${ACTIVATION}
          fn normalize(at : i32) -> f32 {
            let pair = pairPlace(at);
            let n = (x[at] - statistics[pair]) * statistics[pair + uniforms.channels];
            return n * slopeAt(n);
          }`,
        expression: 'normalize(index)',
      });
      return [y, statistics];
    },
  },
  {
    kernelName: INSTANCE_NORM_GRADIENT,
    run: (gpu, { x, statistics, dy }, attributes) => {
      const shape = sidesOf(x);
      const [, voxels, channels] = shape;
      const slope = attributes['slope'] as number;
      const pair = 'batch * 2 * channels + channel';
      const n = `((x[at] - statistics[${pair}]) * statistics[${pair} + channels])`;
      const h = `dy[at] * select(uniforms.slope, 1.0, ${n} > 0.0)`;
      const means = sumRows(gpu, {
        name: INSTANCE_NORM_GRADIENT,
        inputs: { x, statistics, dy },
        shape,
        floats: { slope },
        term: `vec2<f32>(${h}, ${h} * ${n})`,
        finish: 'total / f32(rows)',
        kept: 2,
      });
      const dx = runForEach(gpu, {
        name: `${INSTANCE_NORM_GRADIENT}/apply`,
        inputs: { x, statistics, dy, means },
        outputShape: x.shape,
        integers: { voxels, channels },
        floats: { slope },
        helpers: `${PAIR}${ACTIVATION}
          fn gradient(at : i32) -> f32 {
            let pair = pairPlace(at);
            let inverse = statistics[pair + uniforms.channels];
            let n = (x[at] - statistics[pair]) * inverse;
            return inverse * (dy[at] * slopeAt(n) - means[pair] - n * means[pair + uniforms.channels]);
          }`,
        expression: 'gradient(index)',
      });
      gpu.disposeData(means.dataId);
      return dx;
    },
  },
];

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

/** WGSL: the difference at a place, `b` being a volume or one number. */
const difference = (b: tf.TensorInfo, at: string): string =>
  `(a[${at}] - b[${isNumber(b) ? '0' : at}])`;

const isNumber = (b: tf.TensorInfo): boolean => b.shape.length === 0;

/** Mean square and mean absolute difference, and their gradient for the first tensor. */
export const LOSS_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: LOSS,
    run: (gpu, { a, b }, { absolute }) => {
      const d = difference(b, 'at');
      const mean = sumRows(gpu, {
        name: `${LOSS}${String(absolute)}${isNumber(b) ? 'Number' : ''}`,
        inputs: { a, b },
        shape: [1, tf.util.sizeFromShape(a.shape), 1],
        term: `vec2<f32>(${absolute === true ? `abs(${d})` : `${d} * ${d}`}, 0.0)`,
        finish: 'total / f32(rows)',
        kept: 1,
      });
      return { ...mean, shape: [] };
    },
  },
  {
    kernelName: LOSS_GRADIENT,
    run: (gpu, { a, b, dy }, { absolute }) => {
      const d = difference(b, 'index');
      return runForEach(gpu, {
        name: `${LOSS_GRADIENT}${String(absolute)}${isNumber(b) ? 'Number' : ''}`,
        inputs: { a, b, dy },
        outputShape: a.shape,
        floats: { factor: (absolute === true ? 1 : 2) / tf.util.sizeFromShape(a.shape) },
        expression: `dy[0] * uniforms.factor * ${absolute === true ? `sign(${d})` : d}`,
      });
    },
  },
];
