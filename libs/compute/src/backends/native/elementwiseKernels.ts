import * as tf from '@tensorflow/tfjs-core';
import { LEAKY_RELU_GRADIENT } from '../../ops/kernelNames.ts';
import { collapseBroadcast } from './collapseBroadcast.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';

const binary = (kernelName: string, operation: number): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { a, b }) => {
    const outShape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const sides = collapseBroadcast(outShape, a.shape, b.shape);
    const size = sizeOf(outShape);
    if (sides === undefined || size === 0) return undefined;
    const result = backend.allocate(outShape, size);
    const shape = Int32Array.of(operation, ...sides.extent, ...sides.a, ...sides.b);
    backend.addon.elementwiseBinary(
      shape,
      backend.floats(a),
      backend.floats(b),
      backend.floats(result),
    );
    return result;
  });

const unary = (kernelName: string, operation: number, parameter = 0): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { x }, { alpha }) => {
    const size = sizeOf(x.shape);
    const result = backend.allocate(x.shape, size);
    const slope = typeof alpha === 'number' ? alpha : parameter;
    backend.addon.elementwiseUnary(
      operation,
      size,
      backend.floats(x),
      slope,
      backend.floats(result),
    );
    return result;
  });

/** Functions of single elements; the numbers are those of the add-on. */
export const ELEMENTWISE_KERNELS = [
  binary(tf.Add, 0),
  binary(tf.Sub, 1),
  binary(tf.Multiply, 2),
  binary(tf.RealDiv, 3),
  unary(tf.Sigmoid, 0),
  unary(tf.LeakyRelu, 1),
  unary(tf.Relu, 1),
  unary(tf.Square, 2),
  unary(tf.Abs, 3),
  unary(tf.Neg, 4),
  unary(tf.Sqrt, 5),
  unary(tf.Rsqrt, 6),
  unary(tf.Sign, 7),
  defineKernel(LEAKY_RELU_GRADIENT, (backend, { x, dy }, { slope }) => {
    const size = sizeOf(x.shape);
    const dx = backend.allocate(x.shape, size);
    const { addon } = backend;
    addon.leakyReluGradient(
      size,
      backend.floats(x),
      backend.floats(dy),
      slope as number,
      backend.floats(dx),
    );
    return dx;
  }),
];
