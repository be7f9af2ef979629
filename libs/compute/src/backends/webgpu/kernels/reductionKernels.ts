import * as tf from '@tensorflow/tfjs-core';
import type { GpuKernel } from '../gpuKernel.ts';
import { sumRows } from './sumRows.ts';

const reduction = (kernelName: string, isMean: boolean): GpuKernel => ({
  kernelName,
  run: (gpu, { x }, { axis, keepDims }) => {
    const axes = tf.util.parseAxisParam(axis as number | number[], x.shape).sort((p, q) => p - q);
    const adjoining = axes.every((a, i) => a === axes[0] + i);
    if (!adjoining || axes.length === 0 || x.shape.includes(0)) return undefined;
    const end = axes[0] + axes.length;
    const rows = tf.util.sizeFromShape(x.shape.slice(axes[0], end));
    const sum = sumRows(gpu, {
      name: 'sum',
      inputs: { x },
      shape: [
        tf.util.sizeFromShape(x.shape.slice(0, axes[0])),
        rows,
        tf.util.sizeFromShape(x.shape.slice(end)),
      ],
      floats: { factor: isMean ? 1 / rows : 1 },
      term: 'vec2<f32>(x[at], 0.0)',
      finish: 'total * uniforms.factor',
      kept: 1,
    });
    const middle = keepDims === true ? axes.map(() => 1) : [];
    return { ...sum, shape: [...x.shape.slice(0, axes[0]), ...middle, ...x.shape.slice(end)] };
  },
});

/** Sums and means over axes that adjoin each other. */
export const REDUCTION_KERNELS: readonly GpuKernel[] = [
  reduction(tf.Sum, false),
  reduction(tf.Mean, true),
];
