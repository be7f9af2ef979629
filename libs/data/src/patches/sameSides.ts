import type { Shape3 } from '@blurcycle/core';

/**
 * True when the two axes have equal sides, so that a quarter turn in their plane keeps the shape.
 */
export function sameSides(shape: Shape3, [first, second]: readonly [number, number]): boolean {
  return shape[first] === shape[second];
}
