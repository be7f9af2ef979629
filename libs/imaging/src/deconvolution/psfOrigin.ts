import type { PsfCenter, Volume } from '@blurcycle/core';
import { interpolate, resample } from './resample.ts';

/** A place in a volume, in voxels from the first one. */
export type Place = readonly [z: number, y: number, x: number];

/** Places of a PSF that should be one, and are not in many files. */
interface PsfPlaces {
  /** Maximum of the smoothed PSF. */
  readonly peak: Place;
  /** Brightest voxel of the file. */
  readonly brightest: Place;
  readonly centroid: Place;
}

/** Steps of Newton's method on the smoothed PSF; each but the first few changes nothing. */
const REFINEMENTS = 8;
/** A whole voxel is taken for the origin of a PSF that lies this close to it. */
const ON_VOXEL = 0.02;

/**
 * Peak, brightest voxel and centroid of a PSF without background.
 *
 * The peak is that of the PSF smoothed by [1 2 1]/4 along each axis, which no hot pixel wins,
 * between voxels: the vertex of the parabola through the interpolated values one voxel before, at
 * and after it, again and again. A PSF that is symmetric about any place has its peak there.
 */
export function psfPlaces({ data, shape }: Pick<Volume, 'data' | 'shape'>): PsfPlaces {
  const smooth = smoothed({ data, shape });
  return {
    peak: refine(smooth, shape, maximum(smooth, shape)),
    brightest: maximum(data, shape),
    centroid: centroidOf(data, shape),
  };
}

/** Where the point source of a PSF is, to a fraction of a voxel; whole where it is nearly so. */
export function originOf(places: PsfPlaces, shape: Volume['shape'], center: PsfCenter): Place {
  if (center === 'middle')
    return [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2), Math.floor(shape[2] / 2)];
  const [z, y, x] = places[center];
  return [onVoxel(z), onVoxel(y), onVoxel(x)];
}

function onVoxel(position: number): number {
  const whole = Math.round(position);
  return Math.abs(position - whole) < ON_VOXEL ? whole : position;
}

/** [1 2 1]/4 along each axis: the mean over two voxels, half a voxel before and after. */
export function smoothed({ data, shape }: Pick<Volume, 'data' | 'shape'>): Float32Array {
  const [depth, height, width] = shape;
  let values = data;
  for (const [side, stride] of [
    [depth, height * width],
    [height, width],
    [width, 1],
  ] as const) {
    const next = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const place = Math.floor(i / stride) % side;
      const before = place > 0 ? values[i - stride] : 0;
      const after = place < side - 1 ? values[i + stride] : 0;
      next[i] = side === 1 ? values[i] : (before + 2 * values[i] + after) / 4;
    }
    values = next;
  }
  return values;
}

function maximum(data: Float32Array, [, height, width]: Volume['shape']): Place {
  let peak = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[peak]) peak = i;
  return [Math.floor(peak / (height * width)), Math.floor(peak / width) % height, peak % width];
}

function centroidOf(data: Float32Array, [, height, width]: Volume['shape']): Place {
  let total = 0;
  const moments = [0, 0, 0];
  data.forEach((value, i) => {
    total += value;
    moments[0] += value * Math.floor(i / (height * width));
    moments[1] += value * (Math.floor(i / width) % height);
    moments[2] += value * (i % width);
  });
  return [moments[0] / total, moments[1] / total, moments[2] / total];
}

function refine(data: Float32Array, shape: Volume['shape'], start: Place): Place {
  const place: [number, number, number] = [...start];
  for (let step = 0; step < REFINEMENTS; step++) {
    for (const axis of [0, 1, 2] as const) {
      if (shape[axis] < 3) continue;
      const [before, here, after] = resample(data, shape, lineThrough(place, axis));
      const curvature = 2 * here - before - after;
      if (!(curvature > 0)) continue;
      const move = Math.min(0.5, Math.max(-0.5, (after - before) / (2 * curvature)));
      // The maximum lies within a voxel of the largest sample.
      const moved = place[axis] + move;
      place[axis] = Math.min(start[axis] + 1, Math.max(start[axis] - 1, moved));
    }
  }
  return interpolate(data, shape, place) > 0 ? place : start;
}

function lineThrough(place: Place, axis: 0 | 1 | 2): Parameters<typeof resample>[2] {
  const along = (of: 0 | 1 | 2) =>
    of === axis
      ? { first: place[of] - 1, step: 1, count: 3, isMean: false }
      : { first: place[of], step: 1, count: 1, isMean: false };
  return [along(0), along(1), along(2)];
}
