import * as tf from '@tensorflow/tfjs-core';
import { LEAKY_RELU_GRADIENT } from '../../../ops/kernelNames.ts';
import { collapseBroadcast } from '../../native/collapseBroadcast.ts';
import type { GpuKernel } from '../gpuKernel.ts';
import { runForEach } from '../runProgram.ts';

/**
 * Place of an operand's element: its steps along the three loops of the result, 0 where it is
 * repeated.
 */
const PLACE = `
  fn place(index : i32, steps : vec3<i32>) -> i32 {
    let inner = index % uniforms.extent.z;
    let outer = index / uniforms.extent.z;
    return outer / uniforms.extent.y * steps.x + outer % uniforms.extent.y * steps.y + inner * steps.z;
  }`;

/** Of tfjs' own, the ones that add a list to a volume of five axes do not compile. */
const binary = (kernelName: string, sign: string): GpuKernel => ({
  kernelName,
  run: (gpu, { a, b }) => {
    const outputShape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const sides = collapseBroadcast(outputShape, a.shape, b.shape);
    if (sides === undefined) return undefined;
    return runForEach(gpu, {
      name: kernelName,
      inputs: { a, b },
      outputShape,
      integers: { extent: sides.extent, aSteps: sides.a, bSteps: sides.b },
      helpers: PLACE,
      expression: `a[place(index, uniforms.aSteps)] ${sign} b[place(index, uniforms.bSteps)]`,
    });
  },
});

/** Arithmetic of two tensors with broadcasting, and the gradient of the leaky rectifier. */
export const ELEMENTWISE_KERNELS: readonly GpuKernel[] = [
  binary(tf.Add, '+'),
  binary(tf.Sub, '-'),
  binary(tf.Multiply, '*'),
  binary(tf.RealDiv, '/'),
  {
    kernelName: LEAKY_RELU_GRADIENT,
    run: (gpu, { x, dy }, { slope }) =>
      runForEach(gpu, {
        name: LEAKY_RELU_GRADIENT,
        inputs: { x, dy },
        outputShape: x.shape,
        floats: { slope: slope as number },
        expression: 'dy[index] * select(uniforms.slope, 1.0, x[index] > 0.0)',
      }),
  },
];
