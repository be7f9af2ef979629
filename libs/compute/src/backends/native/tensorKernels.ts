import * as tf from '@tensorflow/tfjs-core';
import { OPERATION_CODES, pack } from '../../../native/layouts.ts';
import { LEAKY_RELU_GRADIENT } from '../../ops/runKernel.ts';
import { collapseBroadcast, rowReduction } from '../kernelShapes.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';
import type { NativeBackend } from './nativeBackend.ts';

const binary = (
  kernelName: string,
  operation: keyof typeof OPERATION_CODES.binary,
): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { a, b }) => {
    const outShape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const sides = collapseBroadcast(outShape, a.shape, b.shape);
    const size = sizeOf(outShape);
    if (sides === undefined || size === 0) return undefined;
    const result = backend.allocate(outShape, size);
    const shape = pack('binaryShape', {
      operation: OPERATION_CODES.binary[operation],
      extent: sides.extent,
      aStrides: sides.a,
      bStrides: sides.b,
    });
    backend.addon.elementwiseBinary(
      shape,
      backend.floats(a),
      backend.floats(b),
      backend.floats(result),
    );
    return result;
  });

const unary = (
  kernelName: string,
  operation: keyof typeof OPERATION_CODES.unary,
): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { x }, { alpha }) => {
    const size = sizeOf(x.shape);
    const result = backend.allocate(x.shape, size);
    const slope = typeof alpha === 'number' ? alpha : 0;
    backend.addon.elementwiseUnary(
      OPERATION_CODES.unary[operation],
      size,
      backend.floats(x),
      slope,
      backend.floats(result),
    );
    return result;
  });

/** Functions of single elements. */
export const ELEMENTWISE_KERNELS = [
  binary(tf.Add, 'add'),
  binary(tf.Sub, 'subtract'),
  binary(tf.Multiply, 'multiply'),
  binary(tf.RealDiv, 'divide'),
  unary(tf.Sigmoid, 'sigmoid'),
  unary(tf.LeakyRelu, 'leakyRelu'),
  unary(tf.Relu, 'leakyRelu'),
  unary(tf.Square, 'square'),
  unary(tf.Abs, 'absolute'),
  unary(tf.Neg, 'negate'),
  unary(tf.Sqrt, 'squareRoot'),
  unary(tf.Rsqrt, 'inverseSquareRoot'),
  unary(tf.Sign, 'sign'),
  defineKernel(LEAKY_RELU_GRADIENT, (backend, { x, dy }, { slope }) => {
    const size = sizeOf(x.shape);
    const dx = backend.allocate(x.shape, size);
    backend.addon.leakyReluGradient(
      size,
      backend.floats(x),
      backend.floats(dy),
      slope as number,
      backend.floats(dx),
    );
    return dx;
  }),
];

const reduction = (kernelName: string, isMean: boolean): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { x }, attributes) => {
    const reduced = rowReduction(x.shape, attributes);
    if (reduced === undefined) return undefined;
    const { batches, rows, channels, outShape } = reduced;
    const result = backend.allocate(outShape, batches * channels);
    const factor = isMean ? 1 / rows : 1;
    const shape = pack('sumShape', { batches, rows, channels });
    backend.addon.sumRows(shape, backend.floats(x), factor, backend.floats(result));
    return result;
  });

const filled = (kernelName: string, value: number): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { x }) => {
    const result = backend.allocate(x.shape, sizeOf(x.shape));
    backend.floats(result).fill(value);
    return result;
  });

/** Sums, constant tensors, and operations that only move elements. */
export const SHAPE_KERNELS = [
  reduction(tf.Sum, false),
  reduction(tf.Mean, true),
  filled(tf.ZerosLike, 0),
  filled(tf.OnesLike, 1),
  defineKernel(tf.Fill, (backend, _, { shape, value, dtype }) => {
    if (typeof value !== 'number' || (dtype !== undefined && dtype !== 'float32')) return undefined;
    const outShape = shape as number[];
    const result = backend.allocate(outShape, sizeOf(outShape));
    backend.floats(result).fill(value);
    return result;
  }),
  defineKernel(tf.Concat, (backend, inputs, { axis }) => {
    const parts = Object.values(inputs);
    const along = tf.util.parseAxisParam(axis as number, parts[0].shape)[0];
    const outShape = tf.backend_util.computeOutShape(
      parts.map((part) => part.shape),
      along,
    );
    const result = backend.allocate(outShape, sizeOf(outShape));
    const rows = sizeOf(outShape.slice(0, along));
    const stride = sizeOf(outShape.slice(along));
    let at = 0;
    for (const part of parts) {
      const width = sizeOf(part.shape.slice(along));
      if (rows > 0 && width > 0) {
        const shape = pack('copyShape', {
          rows,
          channels: width,
          fromStride: width,
          fromFirst: 0,
          toStride: stride,
          toFirst: at,
        });
        backend.addon.copyChannels(shape, backend.floats(part), backend.floats(result));
      }
      at += width;
    }
    return result;
  }),
  defineKernel(tf.Slice, (backend, { x }, { begin, size }) => {
    const [starts, sizes] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]);
    tf.slice_util.assertParamsValid(x, starts, sizes);
    const result = backend.allocate(sizes, sizeOf(sizes));
    const zeros = sizes.map(() => 0);
    copyBox(backend, sizes, { values: x, begin: starts }, { values: result, begin: zeros });
    return result;
  }),
  defineKernel(tf.PadV2, (backend, { x }, { paddings, constantValue }) => {
    const frame = paddings as [number, number][];
    if (frame.some(([before, after]) => before < 0 || after < 0)) return undefined;
    const outShape = x.shape.map((side, axis) => side + frame[axis][0] + frame[axis][1]);
    const result = backend.allocate(outShape, sizeOf(outShape));
    backend.floats(result).fill(constantValue as number);
    const starts = frame.map(([before]) => before);
    copyBox(
      backend,
      x.shape,
      { values: x, begin: starts.map(() => 0) },
      { values: result, begin: starts },
    );
    return result;
  }),
];

/** A tensor and the first element of a box in it. */
interface BoxPlace {
  readonly values: tf.TensorInfo;
  readonly begin: readonly number[];
}

/** One of the nested loops of a copy: how often, and how far apart in both tensors. */
interface Loop {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Copies a box of elements from one tensor to another of the same rank.
 *
 * Axes that continue without a gap in both tensors are merged; then the innermost loop is one
 * stretch of memory, the next one the rows of a call of the add-on, and the rest (planes of a crop)
 * are stepped through here.
 */
function copyBox(
  backend: NativeBackend,
  box: readonly number[],
  from: BoxPlace,
  to: BoxPlace,
): void {
  if (sizeOf(box) === 0) return;
  const fromSteps = steps(from.values.shape);
  const toSteps = steps(to.values.shape);
  const loops = joinAxes(box, fromSteps, toSteps);
  const stretch = loops.pop() ?? { count: 1, from: 1, to: 1 };
  const rows = loops.pop() ?? { count: 1, from: stretch.count, to: stretch.count };
  const source = backend.floats(from.values);
  const target = backend.floats(to.values);
  const copyPlanes = (depth: number, fromAt: number, toAt: number): void => {
    if (depth === loops.length) {
      const shape = pack('copyShape', {
        rows: rows.count,
        channels: stretch.count,
        fromStride: rows.from,
        fromFirst: fromAt,
        toStride: rows.to,
        toFirst: toAt,
      });
      backend.addon.copyChannels(shape, source, target);
      return;
    }
    const loop = loops[depth];
    for (let i = 0; i < loop.count; i++)
      copyPlanes(depth + 1, fromAt + i * loop.from, toAt + i * loop.to);
  };
  copyPlanes(0, dot(from.begin, fromSteps), dot(to.begin, toSteps));
}

/** The loops of a copy, outermost first; the last has step 1 in both tensors. */
function joinAxes(
  box: readonly number[],
  fromSteps: readonly number[],
  toSteps: readonly number[],
): Loop[] {
  const loops: Loop[] = [{ count: 1, from: 1, to: 1 }];
  for (let axis = box.length - 1; axis >= 0; axis--) {
    const inner = loops[0];
    const loop = { count: box[axis], from: fromSteps[axis], to: toSteps[axis] };
    if (loop.count === 1) continue;
    if (loop.from === inner.from * inner.count && loop.to === inner.to * inner.count) {
      loops[0] = { ...inner, count: inner.count * loop.count };
    } else {
      loops.unshift(loop);
    }
  }
  return loops;
}

function steps(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
