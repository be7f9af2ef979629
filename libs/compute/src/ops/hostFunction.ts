import * as tf from '@tensorflow/tfjs-core';
import { assertRange } from '@blurcycle/core';
import { hasKernel, HOST_FUNCTION, runKernel, type GradientRules } from './runKernel.ts';

/** A differentiable function of a few arrays, computed in TypeScript. */
export interface HostFunction {
  /** Shape of the value. */
  readonly shape: readonly number[];
  value(inputs: readonly Float32Array[]): Float32Array;
  /** Gradients for the inputs of a scalar with gradient `gradient` for the value. */
  pullBack(inputs: readonly Float32Array[], gradient: Float32Array): readonly Float32Array[];
}

/**
 * The value of a function that runs in TypeScript on the CPU, in any precision, between tensors.
 *
 * For maps with few inputs and outputs: both are copied. Gradients of gradients do not exist.
 * Memory: returns one new tensor.
 *
 * @throws {RuleError} On the WebGPU back-end, which cannot be read within an update.
 */
export function hostFunction<R extends tf.Rank>(
  inputs: readonly tf.Tensor[],
  f: HostFunction,
): tf.Tensor<R> {
  assertRange(
    hasKernel(HOST_FUNCTION),
    'hostFunction',
    'the back-end',
    'be native or js',
    tf.getBackend(),
    'this model needs a function in TypeScript; train it on the CPU',
  );
  // tfjs wants a list where a rule keeps all inputs.
  const list = [...inputs] as unknown as tf.NamedTensorMap;
  return runKernel<tf.Tensor<R>>(HOST_FUNCTION, list, { f });
}

/** The kernel, for back-ends in memory of the CPU. */
export function hostFunctionKernel(backendName: string): tf.KernelConfig {
  return {
    kernelName: HOST_FUNCTION,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const f = attrs?.f as unknown as HostFunction;
      const cpu = backend as tf.KernelBackend & CpuStorage;
      const arrays = Object.values(inputs).map(
        (input) => cpu.readSync(input!.dataId) as Float32Array,
      );
      return cpu.makeTensorInfo([...f.shape], 'float32', f.value(arrays));
    },
  };
}

/** What back-ends in memory of the CPU have besides the interface of tfjs. */
interface CpuStorage {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

/** The gradient of `hostFunction`. */
export const HOST_FUNCTION_GRADIENTS: GradientRules = {
  [HOST_FUNCTION]: {
    saveAllInputs: true,
    pullBack: (dy, inputs, attributes) => {
      const f = attributes.f as HostFunction;
      // The gradients of all inputs come together; they are computed with the first.
      let gradients: readonly Float32Array[] | undefined;
      const all = (): readonly Float32Array[] =>
        (gradients ??= f.pullBack(inputs.map(floats), floats(dy)));
      return Object.fromEntries(
        inputs.map((input, i) => [String(i), () => tf.tensor(all()[i], input.shape)]),
      );
    },
  },
};

function floats(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}
