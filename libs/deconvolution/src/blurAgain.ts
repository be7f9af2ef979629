import type { Boundary, Volume } from '@blurcycle/core';
import { blur } from '@blurcycle/imaging';

/**
 * The image of an estimate, without background.
 *
 * The border is that of the method; for `weights`, whose estimate ends at the edge, the mirror
 * image.
 */
export function blurAgain(
  estimate: Volume,
  psf: Volume,
  boundary: Boundary = 'weights',
): Float32Array {
  const border = boundary === 'periodic' || boundary === 'zero' ? boundary : 'reflect';
  return blur(estimate, psf, { border }).data;
}
