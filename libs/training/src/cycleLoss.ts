import type { Scalar, Tensor5D } from '@tensorflow/tfjs-core';
import { meanAbsolute, meanSquare } from '@blurcycle/compute';

/**
 * One cycle-consistency term: ‖a - b‖ per voxel (eq. 14 and 16), L1 as in the framework or squared
 * L2.
 */
export function cycleLoss(a: Tensor5D, b: Tensor5D, norm: 'l1' | 'l2'): Scalar {
  return norm === 'l1' ? meanAbsolute(a, b) : meanSquare(a, b); // eq. 14, 16
}
