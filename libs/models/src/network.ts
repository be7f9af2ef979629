import type { Tensor5D, Variable } from '@tensorflow/tfjs-core';

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
  /**
   * Puts the parameters back where they are allowed to be; called after every update, where there
   * is such a rule.
   */
  constrain?(): void;
  /** Frees what is neither a parameter nor made by `apply`, where there is such a thing. */
  dispose?(): void;
}

/** Number of trainable scalars of the networks. */
export function countParameters(
  ...networks: readonly { readonly parameters: readonly Parameter[] }[]
): number {
  return networks
    .flatMap((network) => network.parameters)
    .reduce((sum, { variable }) => sum + variable.size, 0);
}

/** Frees the parameters of the networks; they must not be applied afterwards. */
export function disposeNetworks(
  ...networks: readonly { readonly parameters: readonly Parameter[] }[]
): void {
  for (const network of networks) for (const { variable } of network.parameters) variable.dispose();
}
