import type { Pairing, RandomStream, Shape3 } from '@blurcycle/core';
import { sameSides } from './sameSides.ts';
import type { PatchSample } from './samplePatch.ts';
import { turn, type Turn } from './turn.ts';

const AXIS_PAIRS = [
  [1, 2],
  [0, 1],
  [0, 2],
] as const;

/**
 * A sample rotated by a multiple of 90 degrees in a random plane and flipped along a random axis,
 * or not.
 *
 * Only planes in which the patch is square are used, so its shape stays; without any, the patch is
 * only flipped. A rotation out of the lateral plane also turns the axial blur, as in the paper
 * (section IV: any pair of axes). Both patches of a paired sample are turned alike, those of an
 * unpaired sample independently.
 *
 * @param stream - Three numbers for each turn.
 */
export function augment(sample: PatchSample, stream: RandomStream, pairing: Pairing): PatchSample {
  const first = drawTurn(stream, sample.blurred.shape);
  const second = pairing === 'paired' ? first : drawTurn(stream, sample.sharp.shape);
  return { blurred: turn(sample.blurred, first), sharp: turn(sample.sharp, second) };
}

function drawTurn(stream: RandomStream, shape: Shape3): Turn {
  const planes = AXIS_PAIRS.filter((plane) => sameSides(shape, plane));
  const plane = stream.integer(Math.max(1, planes.length));
  const quarters = stream.integer(4);
  // 0, 1, 2: flip this axis; 3: none.
  const flip = stream.integer(4);
  return {
    plane: planes.length === 0 ? [1, 2] : planes[plane],
    quarters: planes.length === 0 ? 0 : quarters,
    flip: flip === 3 ? null : flip,
  };
}
