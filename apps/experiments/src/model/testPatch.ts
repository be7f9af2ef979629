import type { Shape3, Volume } from '@blurcycle/core';
import { crop } from '@blurcycle/data';

/**
 * The part of a stack in its middle, no larger than `patch`, sides multiples of 4: what a model is
 * tested with.
 */
export function testPatch(stack: Volume, patch: Shape3): Volume {
  const side = (axis: number): number =>
    Math.floor(Math.min(patch[axis], stack.shape[axis]) / 4) * 4;
  const shape: Shape3 = [side(0), side(1), side(2)];
  const origin = (axis: number): number => Math.floor((stack.shape[axis] - shape[axis]) / 2);
  return crop(stack, [origin(0), origin(1), origin(2)], shape);
}
