import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { voxelCount, type Shape3 } from '@blurcycle/core';
import { blurGeometry } from '../fft/blurGeometry.ts';
import { javascriptConvolutionEngine } from '../fft/convolutionEngines.ts';
import { createConvolverOn } from '../fft/convolver.ts';
import { addProduct, createRealFft3d } from '../fft/realFft3d.ts';
import { hostFunctionKernel } from '../ops/hostFunction.ts';
import { roundToBfloat16 } from '../ops/precision.ts';
import { BLUR_KERNEL_GRADIENT, BLUR_VOLUME } from '../ops/runKernel.ts';
import { QuietCpuBackend } from './quietCpuBackend.ts';

/**
 * Registers the pure-JavaScript back-end with tfjs under the name `js`; a second call does nothing.
 */
export function registerJavascriptBackend(): void {
  if (tf.findBackendFactory('js') !== null) return;
  tf.copyRegisteredKernels('cpu', 'js');
  tf.registerKernel({
    kernelName: BLUR_VOLUME,
    backendName: 'js',
    kernelFunc: blurVolumeInJavascript,
  });
  tf.registerKernel({
    kernelName: BLUR_KERNEL_GRADIENT,
    backendName: 'js',
    kernelFunc: blurKernelGradientInJavascript,
  });
  tf.registerKernel(hostFunctionKernel('js'));
  for (const [name, factors] of Object.entries(CONVOLUTION_FACTORS)) roundFactorsOf(name, factors);
  tf.registerBackend('js', () => new QuietCpuBackend());
}

/** The kernels of tfjs that convolutions run on, and the two inputs that each multiplies. */
const CONVOLUTION_FACTORS = {
  [tf.Conv3D]: ['x', 'filter'],
  [tf.Conv3DBackpropInputV2]: ['dy', 'filter'],
  [tf.Conv3DBackpropFilterV2]: ['x', 'dy'],
} as const;

/** Lets a convolution of tfjs round its factors where its attributes say so (`withPrecision`). */
function roundFactorsOf(kernelName: string, factors: readonly [string, string]): void {
  const standard = tf.getKernel(kernelName, 'cpu');
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    if (attrs?.precision !== 'bfloat16')
      return standard.kernelFunc(
        attrs === undefined ? { inputs, backend } : { inputs, backend, attrs },
      );
    const cpu = backend as MathBackendCPU;
    const rounded = factors.map((name): [string, tf.TensorInfo] => {
      const factor = inputs[name] as tf.TensorInfo;
      const values = roundToBfloat16(valuesOf(cpu, factor));
      return [name, cpu.makeTensorInfo(factor.shape, 'float32', values)];
    });
    const result = standard.kernelFunc({
      inputs: { ...inputs, ...Object.fromEntries(rounded) },
      backend,
      attrs,
    });
    for (const [, { dataId }] of rounded) cpu.disposeData(dataId);
    return result;
  };
  tf.unregisterKernel(kernelName, 'js');
  tf.registerKernel({ kernelName, backendName: 'js', kernelFunc });
}

/** The blur of every volume of a batch; see `blur3d`. */
const blurVolumeInJavascript: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, kernel } = inputs as Record<'x' | 'kernel', tf.TensorInfo>;
  const cpu = backend as MathBackendCPU;
  const shape = sides(x);
  const convolver = createConvolverOn(
    javascriptConvolutionEngine,
    shape,
    valuesOf(cpu, kernel),
    kernel.shape as unknown as Shape3,
  );
  const values = valuesOf(cpu, x);
  const result = new Float32Array(values.length);
  const count = voxelCount(shape);
  for (let from = 0; from < values.length; from += count) {
    const volume = values.subarray(from, from + count);
    result.set(
      attrs?.adjoint === true ? convolver.adjoint(volume) : convolver.forward(volume),
      from,
    );
  }
  return cpu.makeTensorInfo(x.shape, 'float32', result);
};

/** Gradient of the kernel: dk[c + d] = sum over volumes and voxels i of dy[i] x[i - d]. */
const blurKernelGradientInJavascript: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', tf.TensorInfo>;
  const cpu = backend as MathBackendCPU;
  const kernelShape = attrs?.kernelShape as unknown as Shape3;
  const shape = sides(x);
  const { grid: sidesOfGrid, reach } = blurGeometry(x.shape, kernelShape);
  const grid = sidesOfGrid as unknown as Shape3;
  const fft = createRealFft3d(grid);
  const count = voxelCount(shape);
  const spectrumCount = grid[0] * grid[1] * (Math.floor(grid[2] / 2) + 1);
  const sum = { real: new Float64Array(spectrumCount), imaginary: new Float64Array(spectrumCount) };
  const xValues = valuesOf(cpu, x);
  const dyValues = valuesOf(cpu, dy);
  for (let from = 0; from < xValues.length; from += count) {
    const object = fft.forward(xValues.subarray(from, from + count), shape, [0, 0, 0]);
    const gradient = fft.forward(dyValues.subarray(from, from + count), shape, [0, 0, 0]);
    addProduct(sum, gradient, object);
  }
  const cutShape = reach.map((r) => 2 * r + 1) as unknown as Shape3;
  const origin = reach.map((r, axis) => (grid[axis] - r) % grid[axis]) as unknown as Shape3;
  const middle = fft.inverse(sum, cutShape, origin);
  return cpu.makeTensorInfo(
    [...kernelShape],
    'float32',
    frameWithZeros(middle, cutShape, kernelShape),
  );
};

/**
 * Kernel voxels farther from the center than any two voxels are from each other have no gradient.
 */
function frameWithZeros(middle: Float32Array, from: Shape3, to: Shape3): Float32Array {
  const framed = new Float32Array(voxelCount(to));
  const shift = to.map((side, axis) => (side - from[axis]) / 2);
  for (let z = 0; z < from[0]; z++) {
    for (let y = 0; y < from[1]; y++) {
      const row = middle.subarray((z * from[1] + y) * from[2], (z * from[1] + y + 1) * from[2]);
      framed.set(row, ((z + shift[0]) * to[1] + y + shift[1]) * to[2] + shift[2]);
    }
  }
  return framed;
}

function sides(x: tf.TensorInfo): Shape3 {
  return [x.shape[1], x.shape[2], x.shape[3]];
}

function valuesOf(backend: MathBackendCPU, tensor: tf.TensorInfo): Float32Array {
  return backend.data.get(tensor.dataId).values as Float32Array;
}
