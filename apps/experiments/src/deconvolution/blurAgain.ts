import type { Boundary, Volume } from '@blurcycle/core';
import { blur } from '@blurcycle/imaging';

/**
 * The image that an estimate would give, without background.
 *
 * Beyond the edge lies what the method assumed there; for `weights`, whose estimate is cut off at
 * the edge, the mirror image.
 */
export function blurAgain(
  estimate: Volume,
  psf: Volume,
  boundary: Boundary = 'weights',
): Float32Array {
  const border = boundary === 'periodic' || boundary === 'zero' ? boundary : 'reflect';
  return blur(estimate, psf, { border }).data;
}
