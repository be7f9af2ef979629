import * as tf from '@tensorflow/tfjs-core';
import { copyBox } from './copyBox.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';

const reduction = (kernelName: string, isMean: boolean): tf.KernelConfig =>
  defineKernel(kernelName, (backend, { x }, { axis, keepDims }) => {
    const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
    const summed = [...axes].sort((p, q) => p - q);
    const first = summed[0];
    const adjoining = summed.every((a, i) => a === first + i);
    const size = sizeOf(x.shape);
    if (!adjoining || summed.length === 0 || size === 0) return undefined;
    const end = first + summed.length;
    const batches = sizeOf(x.shape.slice(0, first));
    const rows = sizeOf(x.shape.slice(first, end));
    const channels = sizeOf(x.shape.slice(end));
    const kept = keepDims === true ? summed.map(() => 1) : [];
    const outShape = [...x.shape.slice(0, first), ...kept, ...x.shape.slice(end)];
    const result = backend.allocate(outShape, batches * channels);
    const factor = isMean ? 1 / rows : 1;
    const shape = Int32Array.of(batches, rows, channels);
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
        const shape = Int32Array.of(rows, width, width, 0, stride, at);
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
