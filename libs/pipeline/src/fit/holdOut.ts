import type { Shape3 } from '@blurcycle/core';
import { crop } from '@blurcycle/data';
import type { Specimen } from './simulateImages.ts';

/** From so many sharp stacks on, one can be spared whole. */
const MANY = 5;
/** Of fewer, this part of the last one is spared. */
const PART = 0.25;
/** A shorter piece says nothing about a model. */
const SHORTEST = 24;

/**
 * Keeps a specimen out of the training: the last of five or more; of fewer, the last quarter of the
 * last one along its longer lateral side, unless too little would be left of it.
 *
 * @param patch - What the rest has to hold.
 */
export function holdOut(
  specimens: readonly Specimen[],
  patch: Shape3,
): { readonly trained: readonly Specimen[]; readonly heldOut: Specimen | null } {
  const others = specimens.slice(0, -1);
  const last = specimens[specimens.length - 1];
  if (specimens.length >= MANY) return { trained: others, heldOut: last };
  const { shape } = last.volume;
  const axis = shape[1] > shape[2] ? 1 : 2;
  const spared = Math.floor(PART * shape[axis]);
  const left = shape[axis] - spared;
  if (spared < SHORTEST || left < patch[axis]) return { trained: specimens, heldOut: null };
  const sides = (side: number): Shape3 =>
    axis === 1 ? [shape[0], side, shape[2]] : [shape[0], shape[1], side];
  const from: Shape3 = axis === 1 ? [0, left, 0] : [0, 0, left];
  const rest = crop(last.volume, [0, 0, 0], sides(left));
  return {
    trained: [...others, { name: last.name, volume: rest }],
    heldOut: {
      name: `the last quarter of ${last.name}`,
      volume: crop(last.volume, from, sides(spared)),
    },
  };
}
