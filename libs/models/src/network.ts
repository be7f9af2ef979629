import {
  tensor,
  tidy,
  variable,
  type Rank,
  type ShapeMap,
  type Tensor5D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { RandomStream } from '@blurcycle/core';
import { conv3d, upConv3d } from '@blurcycle/compute';

/** One trainable array of a network, under a name that is unique within the network. */
export interface Parameter {
  readonly name: string;
  readonly variable: Variable;
}

/** A function of volumes with trainable parameters. Tensors are [n, z, y, x, c]. */
export interface Network {
  readonly parameters: readonly Parameter[];
  /** Memory: consumes nothing; returns one new tensor; call inside tidy. */
  apply(x: Tensor5D): Tensor5D;
  /** Projects the parameters onto the allowed set after an update; absent without a constraint. */
  constrain?(): void;
  /** Frees tensors that are not parameters, such as a known kernel; absent where there are none. */
  dispose?(): void;
}

/** Number of trainable scalars of the networks. */
export function countParameters(...networks: readonly Pick<Network, 'parameters'>[]): number {
  return networks
    .flatMap((network) => network.parameters)
    .reduce((sum, { variable }) => sum + variable.size, 0);
}

/** Frees the parameters of the networks; they must not be applied afterwards. */
export function disposeNetworks(...networks: readonly Pick<Network, 'parameters'>[]): void {
  for (const network of networks) for (const { variable } of network.parameters) variable.dispose();
}

/** Where a network under construction registers its parameters, in a fixed order. */
export interface ParameterStore {
  readonly parameters: readonly Parameter[];
  /** Uniform on ±bound, by the store's rule for the filter and the bias of a convolution. */
  uniform<R extends Rank>(name: string, shape: ShapeMap[R], fanIn: number): Variable<R>;
  /** Given values. */
  values<R extends Rank>(name: string, shape: ShapeMap[R], data: Float32Array): Variable<R>;
}

/**
 * Bound of initial weights times √fanIn. `pytorch`: the default of the paper's framework; the paper
 * does not state its initialization: inferred, see docs/deviations.md. `he`: keeps the mean square
 * of a signal through a convolution and a ReLU (He et al. 2015, arXiv:1502.01852, eq. 10).
 */
const BOUNDS = { pytorch: 1, he: Math.sqrt(6) } as const;

/**
 * An empty store.
 *
 * @param stream - Source of the initial values; drawn in the order of registration.
 */
export function createParameterStore(
  stream: RandomStream,
  rule: keyof typeof BOUNDS = 'pytorch',
): ParameterStore {
  const parameters: Parameter[] = [];
  const values = <R extends Rank>(
    name: string,
    shape: ShapeMap[R],
    data: Float32Array,
  ): Variable<R> => {
    const created = tidy(() => variable(tensor<R>(data, shape, 'float32')));
    parameters.push({ name, variable: created });
    return created;
  };
  const uniform = <R extends Rank>(
    name: string,
    shape: ShapeMap[R],
    fanIn: number,
  ): Variable<R> => {
    const bound = BOUNDS[rule] / Math.sqrt(fanIn);
    const count = shape.reduce((product, side) => product * side, 1);
    const data = Float32Array.from({ length: count }, () => bound * (2 * stream.uniform() - 1));
    return values<R>(name, shape, data);
  };
  return {
    parameters,
    values,
    uniform,
  };
}

/** A layer: tensor in, tensor out. */
export type Layer = (x: Tensor5D) => Tensor5D;

/** Geometry of a convolution layer with a cubic kernel. */
interface ConvolutionOptions {
  /** Side of the kernel in voxels. */
  readonly kernel: number;
  /** @defaultValue 1 */
  readonly stride?: 1 | 2;
  /**
   * Zeros added on each side, or `same` for an output as large as the input. @defaultValue `same`
   */
  readonly padding?: 'same' | number;
}

/**
 * A convolution with bias. Registers `name/filter` [k, k, k, inputs, outputs] and `name/bias`
 * [outputs] in `store`.
 */
export function convolutionLayer(
  store: ParameterStore,
  name: string,
  inputs: number,
  outputs: number,
  { kernel, stride = 1, padding = 'same' }: ConvolutionOptions,
): Layer {
  const fanIn = kernel ** 3 * inputs;
  const filter = store.uniform<Rank.R5>(
    `${name}/filter`,
    [kernel, kernel, kernel, inputs, outputs],
    fanIn,
  );
  const bias = store.uniform<Rank.R1>(`${name}/bias`, [outputs], fanIn);
  return (x) => conv3d(x, filter, bias, { stride, padding });
}

/**
 * A transposed convolution, kernel 2 and stride 2, with bias: doubles the sides. Registers
 * `name/filter` [2, 2, 2, outputs, inputs] and `name/bias` [outputs] in `store`.
 */
export function upConvolutionLayer(
  store: ParameterStore,
  name: string,
  inputs: number,
  outputs: number,
): Layer {
  // PyTorch takes the fan-in of a transposed convolution from the second axis of its weights:
  // outputs x kernel volume.
  const fanIn = 8 * outputs;
  const filter = store.uniform<Rank.R5>(`${name}/filter`, [2, 2, 2, outputs, inputs], fanIn);
  const bias = store.uniform<Rank.R1>(`${name}/bias`, [outputs], fanIn);
  return (x) => upConv3d(x, filter, bias);
}
