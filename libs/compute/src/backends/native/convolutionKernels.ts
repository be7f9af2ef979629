import * as tf from '@tensorflow/tfjs-core';
import { OPERATION_CODES, pack, type Packed } from '../../../native/layouts.ts';
import { blurGeometry } from '../../fft/blurGeometry.ts';
import { WHOLE_SPECTRUM } from '../../fft/engineGeometry.ts';
import {
  BLUR_KERNEL_GRADIENT,
  BLUR_VOLUME,
  CONV_WEIGHT_GRADIENTS,
  CONV_WITH_BIAS,
  UP_CONV,
} from '../../ops/runKernel.ts';
import { convShapeOf } from '../kernelShapes.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';
import type { Attributes, Inputs, NativeBackend } from './nativeBackend.ts';

/**
 * The convolution without and with a bias, its two gradients, and the transposed convolution with
 * kernel and stride 2.
 */
export const CONVOLUTION_KERNELS = [
  defineKernel(tf.Conv3D, (backend, inputs, attributes) =>
    forward(backend, inputs, attributes, null),
  ),
  defineKernel(CONV_WITH_BIAS, (backend, inputs, attributes) =>
    forward(backend, inputs, attributes, inputs.bias),
  ),
  defineKernel(tf.Conv3DBackpropInputV2, (backend, { dy, filter }, attributes) => {
    const inputShape = attributes.inputShape as number[];
    const geometry = geometryOf(inputShape, filter.shape, attributes);
    if (geometry === undefined) return undefined;
    const dx = backend.allocate(inputShape, sizeOf(inputShape));
    backend.addon.convInputGradient(
      geometry.shape,
      backend.floats(dy),
      backend.floats(filter),
      backend.floats(dx),
      precisionOf(attributes),
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
  defineKernel(UP_CONV, (backend, { x, filter, bias }, attributes) => {
    const [batch, depth, height, width, inputs] = x.shape;
    const outputs = filter.shape[3];
    const outShape = [batch, 2 * depth, 2 * height, 2 * width, outputs];
    const y = backend.allocate(outShape, sizeOf(outShape));
    backend.addon.upConvForward(
      pack('upConvShape', { batch, input: [depth, height, width], inputs, outputs }),
      backend.floats(x),
      backend.floats(filter),
      backend.floats(bias),
      backend.floats(y),
      precisionOf(attributes),
    );
    return y;
  }),
];

function forward(
  backend: NativeBackend,
  { x, filter }: Inputs,
  attributes: Attributes,
  bias: tf.TensorInfo | null,
): tf.TensorInfo | undefined {
  const geometry = geometryOf(x.shape, filter.shape, attributes);
  if (geometry === undefined) return undefined;
  const y = backend.allocate(geometry.outShape, sizeOf(geometry.outShape));
  backend.addon.convForward(
    geometry.shape,
    backend.floats(x),
    backend.floats(filter),
    bias === null ? null : backend.floats(bias),
    backend.floats(y),
    precisionOf(attributes),
  );
  return y;
}

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
    precisionOf(attributes),
  );
  return bias === undefined ? [filter] : [filter, bias];
}

/** The add-on's code of the precision of the factors. */
function precisionOf({ precision }: Attributes): 0 | 1 {
  return OPERATION_CODES.precision[precision === 'bfloat16' ? 'bfloat16' : 'float32'];
}

interface Geometry {
  readonly shape: Packed<'convShape'>;
  readonly outShape: number[];
}

/** Descriptions made before: a network asks for the same few in every step. */
const known = new Map<string, Geometry>();
const MOST_KNOWN = 1000;

/** The add-on's description of a convolution; undefined where it is dilated. */
function geometryOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: Attributes,
): Geometry | undefined {
  const { strides, pad, dilations } = attributes;
  const key = [inputShape, filterShape, strides, pad, dilations].map(String).join('/');
  const found = known.get(key);
  if (found !== undefined) return found;
  const shape = convShapeOf(inputShape, filterShape, attributes);
  if (shape === undefined) return undefined;
  const made = {
    shape: pack('convShape', shape),
    outShape: [shape.batch, ...shape.output, shape.outputs],
  };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, made);
  return made;
}

/** The blur through the Fourier transform, and the gradient of its kernel. */
export const BLUR_KERNELS = [
  defineKernel(BLUR_VOLUME, (backend, { x, kernel }, { adjoint }) => {
    const { addon, pool } = backend;
    const { grid, volumeBox, kernelBox } = blurGeometry(x.shape, kernel.shape);
    const spectrum = pool.take(addon.fftSpectrumLength(pack('fftGrid', { sides: grid })));
    addon.fftSpectrum(
      pack('spectrumGeometry', { grid, box: kernelBox, alongZ: 1 }),
      backend.floats(kernel),
      spectrum,
    );
    const y = backend.allocate(x.shape, sizeOf(x.shape));
    addon.fftConvolve(
      pack('convolveGeometry', {
        grid,
        from: volumeBox,
        to: volumeBox,
        volumes: x.shape[0],
        conjugate: adjoint === true ? 1 : 0,
        ...WHOLE_SPECTRUM,
      }),
      backend.floats(x),
      spectrum,
      backend.floats(y),
    );
    pool.give(spectrum);
    return y;
  }),
  defineKernel(BLUR_KERNEL_GRADIENT, (backend, { x, dy }, { kernelShape }) => {
    const sides = kernelShape as number[];
    const { grid, volumeBox, kernelBox } = blurGeometry(x.shape, sides);
    const gradient = backend.allocate(sides, sizeOf(sides));
    backend.addon.fftCorrelate(
      pack('correlateGeometry', { grid, from: volumeBox, to: kernelBox, volumes: x.shape[0] }),
      backend.floats(x),
      backend.floats(dy),
      backend.floats(gradient),
    );
    return gradient;
  }),
];
