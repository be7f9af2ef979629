import type { Volume } from '@blurcycle/core';

/** A specimen and its noisy image, voxel for voxel. */
export interface Pair {
  /** Split and number, as `test-0`. */
  readonly id: string;
  readonly sharp: Volume;
  readonly blurred: Volume;
}
