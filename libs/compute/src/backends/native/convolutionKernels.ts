import * as tf from '@tensorflow/tfjs-core';
import { convShapeArray } from '../../../native/convShape.ts';
import { CONV_WEIGHT_GRADIENTS, CONV_WITH_BIAS, UP_CONV } from '../../ops/kernelNames.ts';
import { defineKernel, sizeOf, type Attributes, type Inputs } from './defineKernel.ts';
import type { NativeBackend } from './nativeBackend.ts';

type Five = [number, number, number, number, number];

/**
 * The three faces of the convolution, the one with a bias, and the transposed convolution with
 * kernel and stride 2.
 */
export const CONVOLUTION_KERNELS = [
  defineKernel(tf.Conv3D, (backend, { x, filter }, attributes) => {
    const geometry = geometryOf(x.shape, filter.shape, attributes);
    if (geometry === undefined) return undefined;
    const y = backend.allocate(geometry.outShape, sizeOf(geometry.outShape));
    const { addon } = backend;
    addon.convForward(
      geometry.shape,
      backend.floats(x),
      backend.floats(filter),
      null,
      backend.floats(y),
    );
    return y;
  }),
  defineKernel(CONV_WITH_BIAS, (backend, { x, filter, bias }, attributes) => {
    const geometry = geometryOf(x.shape, filter.shape, attributes);
    if (geometry === undefined) return undefined;
    const y = backend.allocate(geometry.outShape, sizeOf(geometry.outShape));
    backend.addon.convForward(
      geometry.shape,
      backend.floats(x),
      backend.floats(filter),
      backend.floats(bias),
      backend.floats(y),
    );
    return y;
  }),
  defineKernel(tf.Conv3DBackpropInputV2, (backend, { dy, filter }, attributes) => {
    const inputShape = attributes.inputShape as number[];
    const geometry = geometryOf(inputShape, filter.shape, attributes);
    if (geometry === undefined) return undefined;
    const dx = backend.allocate(inputShape, sizeOf(inputShape));
    const { addon } = backend;
    addon.convInputGradient(
      geometry.shape,
      backend.floats(dy),
      backend.floats(filter),
      backend.floats(dx),
    );
    return dx;
  }),
  defineKernel(
    tf.Conv3DBackpropFilterV2,
    (backend, inputs, attributes) => weightGradients(backend, inputs, attributes, false)?.[0],
  ),
  defineKernel(CONV_WEIGHT_GRADIENTS, (backend, inputs, attributes) =>
    weightGradients(backend, inputs, attributes, true),
  ),
  defineKernel(UP_CONV, (backend, { x, filter, bias }) => {
    const [n, depth, height, width, inputs] = x.shape;
    const outputs = filter.shape[3];
    const outShape = [n, 2 * depth, 2 * height, 2 * width, outputs];
    const y = backend.allocate(outShape, sizeOf(outShape));
    backend.addon.upConvForward(
      Int32Array.of(n, depth, height, width, inputs, outputs),
      backend.floats(x),
      backend.floats(filter),
      backend.floats(bias),
      backend.floats(y),
    );
    return y;
  }),
];

/** Gradients for the filter and, where wanted, for the bias. */
function weightGradients(
  backend: NativeBackend,
  { x, dy }: Inputs,
  attributes: Attributes,
  withBias: boolean,
): tf.TensorInfo[] | undefined {
  const filterShape = attributes.filterShape as number[];
  const geometry = geometryOf(x.shape, filterShape, attributes);
  if (geometry === undefined) return undefined;
  const filter = backend.allocate(filterShape, sizeOf(filterShape));
  const outputs = filterShape[4];
  const bias = withBias ? backend.allocate([outputs], outputs) : undefined;
  backend.addon.convFilterGradient(
    geometry.shape,
    backend.floats(x),
    backend.floats(dy),
    backend.floats(filter),
    bias === undefined ? null : backend.floats(bias),
  );
  return bias === undefined ? [filter] : [filter, bias];
}

interface Geometry {
  readonly shape: Int32Array;
  readonly outShape: number[];
}

/** Descriptions already made: a network asks for the same few in every step. */
const known = new Map<string, Geometry>();
const MOST_KNOWN = 1000;

/** The add-on's description of a convolution; undefined where it is dilated. */
function geometryOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations }: Attributes,
): Geometry | undefined {
  const spread = (dilations ?? 1) as number | [number, number, number];
  if (!(typeof spread === 'number' ? spread === 1 : spread.every((step) => step === 1)))
    return undefined;
  const key = `${inputShape.join()}/${filterShape.join()}/${String(strides)}/${String(pad)}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const info = tf.backend_util.computeConv3DInfo(
    inputShape as Five,
    filterShape as Five,
    strides as number | [number, number, number],
    spread,
    pad as 'valid' | 'same',
  );
  const shape = convShapeArray({
    batch: info.batchSize,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    stride: [info.strideDepth, info.strideHeight, info.strideWidth],
    padBefore: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    inputs: info.inChannels,
    outputs: info.outChannels,
  });
  const made = { shape, outShape: info.outShape };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, made);
  return made;
}
