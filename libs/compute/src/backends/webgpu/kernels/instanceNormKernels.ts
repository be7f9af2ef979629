import type { TensorInfo } from '@tensorflow/tfjs-core';
import { INSTANCE_NORM, INSTANCE_NORM_GRADIENT } from '../../../ops/kernelNames.ts';
import type { GpuKernel } from '../gpuKernel.ts';
import { runForEach } from '../runProgram.ts';
import { sumRows } from './sumRows.ts';

/** Of [batch, 2, channels] the pair that belongs to the element `at` of [batch, rows, channels]. */
const PAIR = `
  fn pairPlace(at : i32) -> i32 {
    return at / (uniforms.voxels * uniforms.channels) * 2 * uniforms.channels + at % uniforms.channels;
  }`;

/** As the activation is linear on both sides of zero, its derivative is 1 or the slope. */
const ACTIVATION = `
  fn slopeAt(normalized : f32) -> f32 { return select(uniforms.slope, 1.0, normalized > 0.0); }`;

function sidesOf({ shape }: TensorInfo): [batch: number, voxels: number, channels: number] {
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
      // The channel's first voxel is taken off before squaring: far from zero the squares would
      // swallow the variance.
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
