import { formatValue, InputError } from '@blurcycle/core';
import type { Network } from '@blurcycle/models';
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { NamedArray } from './decodeArrayFile.ts';

/**
 * Assigns weights to the parameters of a network by name.
 *
 * @throws {InputError} If one is missing or has another shape.
 */
export function writeNetworkWeights(
  network: Pick<Network, 'parameters'>,
  weights: ReadonlyMap<string, NamedArray>,
): void {
  for (const { name, variable } of network.parameters) {
    const array = weights.get(name);
    if (array === undefined || array.shape.join() !== variable.shape.join()) {
      const got = array === undefined ? 'none' : formatValue(array.shape);
      throw new InputError(
        `writeNetworkWeights: ${name} must have shape ${formatValue(variable.shape)}, got ${got} (the weights are of another network)`,
      );
    }
    assign(variable, array);
  }
}

/** Copies an array into a variable. */
export function assign(variable: Variable, { shape, data }: NamedArray): void {
  tidy(() => variable.assign(tensor(data, [...shape], 'float32')));
}
