import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import type { Intensities } from '../src/intensities.ts';

/** Values of a function of z, y, x in double precision. */
export function valuesOf(
  shape: Shape3,
  value: (z: number, y: number, x: number) => number,
): Intensities {
  const data = new Float64Array(shape[0] * shape[1] * shape[2]);
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++) data[i++] = value(z, y, x);
  }
  return { data, shape };
}

/** A volume whose voxel values are a function of z, y, x. */
export function volumeOf(
  shape: Shape3,
  value: (z: number, y: number, x: number) => number,
): Volume {
  return createVolume(shape, [0.25, 0.1, 0.1], Float32Array.from(valuesOf(shape, value).data));
}

/** Uniform random numbers in [0, 1). */
export function randomVolume(shape: Shape3, seed: number): Volume {
  const stream = createRandomStream(seed, 'test/metrics');
  return volumeOf(shape, () => stream.uniform());
}

/** X[i, j] = i + 2j and Y = X + 5 sin(ij) on 16 × 16, range 45. */
export const planeTruth = valuesOf([1, 16, 16], (_, i, j) => i + 2 * j);
export const planeEstimate = valuesOf([1, 16, 16], (_, i, j) => i + 2 * j + 5 * Math.sin(i * j));

/** X = 0 … 511 on 8 × 8 × 8 and Y = X + 10 cos X, range 511. */
export const cubeTruth = valuesOf([8, 8, 8], (z, y, x) => 64 * z + 8 * y + x);
export const cubeEstimate = valuesOf([8, 8, 8], (z, y, x) => {
  const value = 64 * z + 8 * y + x;
  return value + 10 * Math.cos(value);
});
