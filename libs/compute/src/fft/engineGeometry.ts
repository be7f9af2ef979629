import type { Shape3 } from '@blurcycle/core';
import { pack, packNumbers, type Packed } from '../../native/layouts.ts';
import type { PoissonUpdate, UpdateSums } from './poissonUpdate.ts';

/** A whole volume, and where its first voxel lies on the grid. */
type Placed = readonly [sides: Shape3, origin: Shape3];

function box([sides, origin]: Placed): number[] {
  return packNumbers('fftBox', { sides, begin: [0, 0, 0], extent: sides, origin });
}

/**
 * How the spectrum of a kernel is stored: whole (0 planes), or its own planes alone, transformed
 * along x and y, from a plane of the grid on.
 */
interface KernelStorage {
  readonly kernelPlanes: number;
  readonly kernelOrigin: number;
}

export const WHOLE_SPECTRUM: KernelStorage = { kernelPlanes: 0, kernelOrigin: 0 };

/** What the C++ kernels take for the spectrum of a kernel. */
export function spectrumGeometry(
  grid: Shape3,
  kernelShape: Shape3,
  origin: Shape3,
  { kernelPlanes } = WHOLE_SPECTRUM,
): Packed<'spectrumGeometry'> {
  const alongZ = kernelPlanes === 0 ? 1 : 0;
  return pack('spectrumGeometry', { grid, box: box([kernelShape, origin]), alongZ });
}

/** What they take for a convolution of one volume. */
export function convolveGeometry(
  grid: Shape3,
  from: Placed,
  to: Placed,
  conjugate: boolean,
  storage = WHOLE_SPECTRUM,
): Packed<'convolveGeometry'> {
  const boxes = { from: box(from), to: box(to) };
  const how = { volumes: 1, conjugate: conjugate ? 1 : 0, ...storage };
  return pack('convolveGeometry', { grid, ...boxes, ...how });
}

/** What they take for an update of an object at the grid's origin. */
export function updateGeometry(
  grid: Shape3,
  object: Shape3,
  image: Placed,
  { weights }: Pick<PoissonUpdate, 'weights'>,
  storage = WHOLE_SPECTRUM,
): Packed<'updateGeometry'> {
  const boxes = { object: box([object, [0, 0, 0]]), image: box(image) };
  const isUniform = weights.length === 1 ? 1 : 0;
  return pack('updateGeometry', { grid, ...boxes, ...storage, isUniform });
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
