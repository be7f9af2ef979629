import * as tf from '@tensorflow/tfjs-core';
import { OPERATION_CODES, pack, type Packed } from '../../../native/layouts.ts';
import { INSTANCE_NORM, INSTANCE_NORM_GRADIENT, LOSS, LOSS_GRADIENT } from '../../ops/runKernel.ts';
import { isBlockPooling, pooledShape } from '../kernelShapes.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';

/** Normalization with activation, pooling and losses. */
export const NETWORK_KERNELS = [
  defineKernel(INSTANCE_NORM, (backend, { x }, { epsilon, slope }) => {
    const [batch, channels] = [x.shape[0], x.shape[4]];
    const size = sizeOf(x.shape);
    const y = backend.allocate(x.shape, size);
    const statistics = backend.allocate([batch, 2, channels], 2 * batch * channels);
    backend.addon.instanceNormForward(
      pack('normShape', { batch, voxels: size / (batch * channels), channels }),
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
      pack('normShape', { batch, voxels: size / (batch * channels), channels }),
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
    const outShape = pooledShape(x.shape);
    const y = backend.allocate(outShape, sizeOf(outShape));
    backend.addon.maxPoolForward(poolShape(x), backend.floats(x), backend.floats(y));
    return y;
  }),
  defineKernel(tf.MaxPool3DGrad, (backend, { input, dy }, attributes) => {
    if (!isBlockPooling(input.shape, attributes)) return undefined;
    const dx = backend.allocate(input.shape, sizeOf(input.shape));
    backend.addon.maxPoolGradient(
      poolShape(input),
      backend.floats(input),
      backend.floats(dy),
      backend.floats(dx),
    );
    return dx;
  }),
  defineKernel(LOSS, (backend, { a, b }, { absolute }) => {
    const result = backend.allocate([], 1);
    const [first, second] = [backend.floats(a), backend.floats(b)];
    const value = backend.addon.lossMean(
      absolute === true ? OPERATION_CODES.loss.absolute : OPERATION_CODES.loss.square,
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
      absolute === true ? OPERATION_CODES.loss.absolute : OPERATION_CODES.loss.square,
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

function poolShape({ shape }: tf.TensorInfo): Packed<'poolShape'> {
  return pack('poolShape', { batch: shape[0], input: shape.slice(1, 4), channels: shape[4] });
}
