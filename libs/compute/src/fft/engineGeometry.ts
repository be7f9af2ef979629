import type { Shape3 } from '@blurcycle/core';
import { pack, packNumbers, type Packed } from '../../native/layouts.ts';
import type { PoissonUpdate, UpdateSums } from './poissonUpdate.ts';

/** A whole volume, and where its first voxel lies on the grid. */
type Placed = readonly [sides: Shape3, origin: Shape3];

function box([sides, origin]: Placed): number[] {
  return packNumbers('fftBox', { sides, begin: [0, 0, 0], extent: sides, origin });
}

/** What the C++ kernels take for the spectrum of a kernel. */
export function spectrumGeometry(
  grid: Shape3,
  kernelShape: Shape3,
  origin: Shape3,
): Packed<'spectrumGeometry'> {
  return pack('spectrumGeometry', { grid, box: box([kernelShape, origin]) });
}

/** What they take for a convolution of one volume. */
export function convolveGeometry(
  grid: Shape3,
  from: Placed,
  to: Placed,
  conjugate: boolean,
): Packed<'convolveGeometry'> {
  const boxes = { from: box(from), to: box(to) };
  return pack('convolveGeometry', { grid, ...boxes, volumes: 1, conjugate: conjugate ? 1 : 0 });
}

/** What they take for an update of an object at the grid's origin. */
export function updateGeometry(
  grid: Shape3,
  object: Shape3,
  image: Placed,
): Packed<'updateGeometry'> {
  return pack('updateGeometry', { grid, object: box([object, [0, 0, 0]]), image: box(image) });
}

/** The numbers of an update. */
export function updateSettings(update: PoissonUpdate): Float64Array {
  const { background, floor, leastResidual = -1, extrapolation } = update;
  const factor = extrapolation?.factor ?? 0;
  return new Float64Array(
    packNumbers('updateSettings', { background, floor, factor, leastResidual }),
  );
}

/** The sums of an update as the kernels leave them. */
export function sumsOf(done: boolean, sums: Float64Array): UpdateSums {
  const [, change, total, along, square] = sums;
  return { done, change, total, along, square };
}
