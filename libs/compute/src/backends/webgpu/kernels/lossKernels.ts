import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { LOSS, LOSS_GRADIENT } from '../../../ops/kernelNames.ts';
import type { GpuKernel } from '../gpuKernel.ts';
import { runForEach } from '../runProgram.ts';
import { sumRows } from './sumRows.ts';

/** WGSL: the difference at a place, `b` being a volume or one number. */
const difference = (b: TensorInfo, at: string): string =>
  `(a[${at}] - b[${isNumber(b) ? '0' : at}])`;

const isNumber = (b: TensorInfo): boolean => b.shape.length === 0;

/** Mean square and mean absolute difference, and their gradient for the first tensor. */
export const LOSS_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: LOSS,
    run: (gpu, { a, b }, { absolute }) => {
      const d = difference(b, 'at');
      const mean = sumRows(gpu, {
        name: `${LOSS}${String(absolute)}${isNumber(b) ? 'Number' : ''}`,
        inputs: { a, b },
        shape: [1, util.sizeFromShape(a.shape), 1],
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
        floats: { factor: (absolute === true ? 1 : 2) / util.sizeFromShape(a.shape) },
        expression: `dy[0] * uniforms.factor * ${absolute === true ? `sign(${d})` : d}`,
      });
    },
  },
];
