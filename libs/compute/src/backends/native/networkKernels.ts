import * as tf from '@tensorflow/tfjs-core';
import {
  INSTANCE_NORM,
  INSTANCE_NORM_GRADIENT,
  LOSS,
  LOSS_GRADIENT,
} from '../../ops/kernelNames.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';

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

/** Normalization with activation, pooling and losses. */
export const NETWORK_KERNELS = [
  defineKernel(INSTANCE_NORM, (backend, { x }, { epsilon, slope }) => {
    const [batch, channels] = [x.shape[0], x.shape[4]];
    const size = sizeOf(x.shape);
    const y = backend.allocate(x.shape, size);
    const statistics = backend.allocate([batch, 2, channels], 2 * batch * channels);
    backend.addon.instanceNormForward(
      Int32Array.of(batch, size / (batch * channels), channels),
      backend.floats(x),
      epsilon as number,
      slope as number,
      backend.floats(y),
      backend.floats(statistics),
    );
    return [y, statistics];
  }),
  defineKernel(INSTANCE_NORM_GRADIENT, (backend, { x, statistics, dy }, { slope }) => {
    const [batch, channels] = [x.shape[0], x.shape[4]];
    const size = sizeOf(x.shape);
    const dx = backend.allocate(x.shape, size);
    backend.addon.instanceNormGradient(
      Int32Array.of(batch, size / (batch * channels), channels),
      backend.floats(x),
      backend.floats(statistics),
      backend.floats(dy),
      slope as number,
      backend.floats(dx),
    );
    return dx;
  }),
  defineKernel(tf.MaxPool3D, (backend, { x }, attributes) => {
    if (!isBlockPooling(x.shape, attributes)) return undefined;
    const outShape = x.shape.map((side, axis) => (axis > 0 && axis < 4 ? side >> 1 : side));
    const y = backend.allocate(outShape, sizeOf(outShape));
    backend.addon.maxPoolForward(Int32Array.from(x.shape), backend.floats(x), backend.floats(y));
    return y;
  }),
  defineKernel(tf.MaxPool3DGrad, (backend, { input, dy }, attributes) => {
    if (!isBlockPooling(input.shape, attributes)) return undefined;
    const dx = backend.allocate(input.shape, sizeOf(input.shape));
    const shape = Int32Array.from(input.shape);
    backend.addon.maxPoolGradient(
      shape,
      backend.floats(input),
      backend.floats(dy),
      backend.floats(dx),
    );
    return dx;
  }),
  defineKernel(LOSS, (backend, { a, b }, { absolute }) => {
    const result = backend.allocate([], 1);
    const [first, second] = [backend.floats(a), backend.floats(b)];
    const { addon } = backend;
    const value = addon.lossMean(
      absolute === true ? 1 : 0,
      first.length,
      first,
      second,
      second.length,
    );
    backend.floats(result)[0] = value;
    return result;
  }),
  defineKernel(LOSS_GRADIENT, (backend, { a, b, dy }, { absolute }) => {
    const [first, second] = [backend.floats(a), backend.floats(b)];
    const result = backend.allocate(a.shape, first.length);
    const factor = ((absolute === true ? 1 : 2) * backend.floats(dy)[0]) / first.length;
    backend.addon.lossGradient(
      absolute === true ? 1 : 0,
      first.length,
      first,
      second,
      second.length,
      factor,
      backend.floats(result),
    );
    return result;
  }),
];
