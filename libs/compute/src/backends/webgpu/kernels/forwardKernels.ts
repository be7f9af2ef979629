import * as tf from '@tensorflow/tfjs-core';
import { runForEach, type GpuKernel } from '../runProgram.ts';

const unary = (kernelName: string, expression: string): GpuKernel => ({
  kernelName,
  run: (gpu, { x }) =>
    runForEach(gpu, {
      name: `forward${kernelName}`,
      inputs: { x },
      outputShape: x.shape,
      expression,
    }),
});

/**
 * What a U-Net takes beside our kernels, for pages, which do without those of tfjs: rectifier,
 * sigmoid, and two tensors one behind the other along their last axis.
 */
export const FORWARD_KERNELS: readonly GpuKernel[] = [
  unary(tf.Relu, 'max(x[index], 0.0)'),
  unary(tf.Sigmoid, '1.0 / (1.0 + exp(-x[index]))'),
  {
    kernelName: tf.Concat,
    run: (gpu, inputs, { axis }) => {
      const [a, b, ...more] = Object.values(inputs);
      if (more.length > 0 || axis !== a.shape.length - 1) return undefined;
      const channels = [a, b].map(({ shape }) => shape[shape.length - 1]);
      return runForEach(gpu, {
        name: 'forwardConcat',
        inputs: { a, b },
        outputShape: [...a.shape.slice(0, -1), channels[0] + channels[1]],
        integers: { channels },
        helpers: `
          fn at(index : i32) -> f32 {
            let both = uniforms.channels.x + uniforms.channels.y;
            let row = index / both;
            let channel = index % both;
            if (channel < uniforms.channels.x) { return a[row * uniforms.channels.x + channel]; }
            return b[row * uniforms.channels.y + channel - uniforms.channels.x];
          }`,
        expression: 'at(index)',
      });
    },
  },
];
