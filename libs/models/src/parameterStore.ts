import {
  tensor,
  tidy,
  variable,
  type Rank,
  type ShapeMap,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { RandomStream } from '@blurcycle/core';
import type { Parameter } from './network.ts';

/** Where a network under construction registers its parameters, in a fixed order. */
export interface ParameterStore {
  readonly parameters: readonly Parameter[];
  /**
   * Uniform on ±1/√fanIn: what PyTorch, the paper's framework, gives a convolution's filter and
   * bias by default. The paper does not state its initialization: inferred, see docs/deviations.md.
   */
  uniform<R extends Rank>(name: string, shape: ShapeMap[R], fanIn: number): Variable<R>;
  /** Given values. */
  values<R extends Rank>(name: string, shape: ShapeMap[R], data: Float32Array): Variable<R>;
}

/**
 * An empty store.
 *
 * @param stream - Where initial values come from; drawn in the order of registration.
 */
export function createParameterStore(stream: RandomStream): ParameterStore {
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
  return {
    parameters,
    values,
    uniform<R extends Rank>(name: string, shape: ShapeMap[R], fanIn: number) {
      const bound = 1 / Math.sqrt(fanIn);
      const count = shape.reduce((product, side) => product * side, 1);
      const data = Float32Array.from({ length: count }, () => bound * (2 * stream.uniform() - 1));
      return values<R>(name, shape, data);
    },
  };
}
