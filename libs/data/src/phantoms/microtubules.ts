import {
  assertRange,
  createVolume,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import {
  growCentreLine,
  insideBox,
  volumeBox,
  type CentreLine,
  type Point3,
} from './centreLine.ts';
import { drawTube } from './drawTube.ts';

/** What a simulated microtubule network looks like. */
export interface MicrotubuleOptions {
  /** Sides in voxels, z, y, x. */
  readonly shape: Shape3;
  /** Edge lengths of a voxel in µm, z, y, x. */
  readonly voxelSizeUm: VoxelSizeUm;
  /** Radius of every filament in µm. */
  readonly filamentRadiusUm: number;
  /** Length of filament in each µm³ of the volume. */
  readonly filamentDensityPerUm2: number;
  /** Length over which a filament forgets its direction, in µm. */
  readonly persistenceLengthUm: number;
  /** Length over which the curvature of a filament changes, in µm. @defaultValue 2 */
  readonly curvatureLengthUm?: number;
}

/** A phantom and the axes of its filaments. */
export interface MicrotubulePhantom {
  readonly volume: Volume;
  /** One polyline in µm for each filament; voxel (i, j, k) has its centre at (i dz, j dy, k dx). */
  readonly centreLines: readonly CentreLine[];
}

/**
 * A network of smooth curved filaments of intensity 1 on a background of 0.
 *
 * Filaments are smooth worm-like chains of the given persistence length through uniformly drawn
 * points in uniformly drawn directions; they run on beyond the volume, so that its borders look
 * like a cut through a larger network. They are added until their length inside the volume is
 * `filamentDensityPerUm2` times its size; the last one ends where that is reached.
 *
 * Cost: about 10 ms for 48x128x128 voxels. The same options and stream state give the same network.
 *
 * @throws {RangeError} If a length or the density is not positive.
 */
export function microtubules(
  options: MicrotubuleOptions,
  stream: RandomStream,
): MicrotubulePhantom {
  const { shape, voxelSizeUm, filamentRadiusUm, filamentDensityPerUm2, persistenceLengthUm } =
    options;
  const { curvatureLengthUm = 2 } = options;
  const positive = {
    filamentRadiusUm,
    filamentDensityPerUm2,
    persistenceLengthUm,
    curvatureLengthUm,
  };
  for (const [name, value] of Object.entries(positive)) {
    assertRange(Number.isFinite(value) && value > 0, 'microtubules', name, 'be positive', value);
  }
  const volume = createVolume(shape, voxelSizeUm);
  const inside = volumeBox(shape, voxelSizeUm);
  // Beyond this margin nothing of a filament reaches the volume, unless it turns back: rare at
  // these stiffnesses.
  const around = volumeBox(shape, voxelSizeUm, 2 * filamentRadiusUm + Math.max(...voxelSizeUm));
  // Fine enough for round bends: at most half a radius, so that a bent tube has no visible corners.
  const stepUm = Math.min(0.1, filamentRadiusUm / 2);
  const bending = { persistenceLengthUm, curvatureLengthUm, stepUm };

  const sizeUm3 = shape[0] * shape[1] * shape[2] * voxelSizeUm[0] * voxelSizeUm[1] * voxelSizeUm[2];
  let remainingSteps = Math.round((filamentDensityPerUm2 * sizeUm3) / stepUm);
  assertRange(
    remainingSteps > 0,
    'microtubules',
    'filamentDensityPerUm2',
    'give the volume some filament',
    filamentDensityPerUm2,
  );
  const centreLines: CentreLine[] = [];
  while (remainingSteps > 0) {
    const seed = inside.low.map((low, axis) => low + stream.uniform() * (inside.high[axis] - low));
    const grown = growCentreLine(stream, around, [seed[0], seed[1], seed[2]], bending);
    const kept = takeInside(grown, (point) => insideBox(inside, point), remainingSteps);
    remainingSteps -= kept.insideCount;
    centreLines.push(kept.centreLine);
    drawTube(volume, kept.centreLine, filamentRadiusUm);
  }
  return { volume, centreLines };
}

/** The beginning of a centre line, up to and including `limit` points inside the volume. */
function takeInside(
  centreLine: CentreLine,
  isInside: (point: Point3) => boolean,
  limit: number,
): { readonly centreLine: CentreLine; readonly insideCount: number } {
  let insideCount = 0;
  for (let i = 0; i < centreLine.length; i++) {
    if (!isInside(centreLine[i])) continue;
    insideCount++;
    if (insideCount === limit && i + 1 < centreLine.length) {
      return { centreLine: centreLine.slice(0, i + 1), insideCount };
    }
  }
  return { centreLine, insideCount };
}
