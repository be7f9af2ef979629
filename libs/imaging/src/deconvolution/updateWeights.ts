import { extent } from '@blurcycle/core';

/**
 * Voxels that send less light into the image than this part of the maximum are not estimated and
 * stay dark.
 */
const LEAST_SENSITIVITY = 0.01;

/** What the corrections of an update are multiplied with. */
interface UpdateWeights {
  /** 1 / (Hᵀ1), and 0 where too little light reaches the image; one for all where they agree. */
  readonly weights: Float32Array;
  /** Memory of the sensitivities that nobody needs any more. */
  readonly spare: Float32Array | undefined;
}

/**
 * Inverts the sensitivities Hᵀ1, in place.
 *
 * With a periodic border all of them agree, and one number stands for a volume.
 */
export function updateWeights(sensitivity: Float32Array): UpdateWeights {
  const [low, high] = extent(sensitivity);
  const invert = (value: number): number => (value < LEAST_SENSITIVITY * high ? 0 : 1 / value);
  if (low === high) return { weights: Float32Array.of(invert(low)), spare: sensitivity };
  for (let i = 0; i < sensitivity.length; i++) sensitivity[i] = invert(sensitivity[i]);
  return { weights: sensitivity, spare: undefined };
}
