import { createVolume } from '@blurcycle/core';
import type { MethodSettings, NetworkSettings } from '@blurcycle/experiment';
import { countParameters, disposeNetworks } from '@blurcycle/models';
import { buildMethodNetworks } from '@blurcycle/training';

/** Trained parameters of each network of a method. */
export interface ParameterCounts {
  readonly sharpGenerator: number;
  readonly blurGenerator: number;
  /** All discriminators together. */
  readonly discriminators: number;
}

/**
 * Counts the parameters of a method's networks at any size, by building them.
 *
 * Cost: 4 bytes for each parameter while it counts; a back-end must be selected.
 */
export function countParametersAt(
  method: MethodSettings,
  network: NetworkSettings,
): ParameterCounts {
  // What is in a known kernel does not matter: it has no parameter.
  const kernel = createVolume([1, 1, 1], [1, 1, 1], Float32Array.of(1));
  const { sharpGenerator, blurGenerator, discriminators } = buildMethodNetworks(
    method,
    network,
    0,
    kernel,
  );
  const judges = Object.values(discriminators);
  const networks = [sharpGenerator, ...(blurGenerator === null ? [] : [blurGenerator])];
  try {
    return {
      sharpGenerator: countParameters(sharpGenerator),
      blurGenerator: blurGenerator === null ? 0 : countParameters(blurGenerator),
      discriminators: countParameters(...judges),
    };
  } finally {
    disposeNetworks(...networks, ...judges);
    blurGenerator?.dispose?.();
  }
}
