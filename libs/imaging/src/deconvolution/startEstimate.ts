import {
  assertRange,
  assertSameShape,
  voxelCount,
  type StartEstimate,
  type Volume,
} from '@blurcycle/core';
import type { ObservationModel } from './observationModel.ts';

/** The first estimate, on the grid of the model. */
export function startEstimate(
  where: string,
  observed: Volume,
  model: ObservationModel,
  background: number,
  start: StartEstimate | number | Volume,
): Float32Array {
  if (typeof start === 'number') {
    assertRange(
      start >= 0 && Number.isFinite(start),
      where,
      'start',
      'be finite and at least 0',
      start,
    );
    return new Float32Array(voxelCount(model.objectShape)).fill(start);
  }
  const level = startLevel(observed, background);
  if (start === 'flat') return new Float32Array(voxelCount(model.objectShape)).fill(level);
  if (start !== 'observed') {
    assertSameShape(where, start, observed);
    const bad = start.data.find((value) => !(value >= 0 && Number.isFinite(value)));
    assertRange(bad === undefined, where, 'start', 'be finite and at least 0', bad);
  }
  const inside = model.embed(
    start === 'observed' ? aboveBackground(observed, background) : start.data,
  );
  if (inside.length === observed.data.length) return Float32Array.from(inside);
  const mask = model.embed(new Float32Array(observed.data.length).fill(1));
  return inside.map((value, i) => (mask[i] === 1 ? value : level));
}

/** The level of a flat first estimate: the mean of the data above background. */
export function startLevel(observed: Volume, background = 0): number {
  let sum = 0;
  for (let i = 0; i < observed.data.length; i++) sum += Math.max(0, observed.data[i] - background);
  return sum / observed.data.length;
}

function aboveBackground({ data }: Volume, background: number): Float32Array {
  return data.map((value) => Math.max(0, value - background));
}
