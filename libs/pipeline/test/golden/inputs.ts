import {
  createVolume,
  voxelCount,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';

/**
 * @file Inputs that no stage makes: sums, products and quotients alone, so that their bits are the
 * same on every machine and the golden bits of one stage do not depend on another.
 */

export const VOXEL_SIZE_UM: VoxelSizeUm = [0.25, 0.1, 0.1];

/** Uniform numbers in [0, 1) of a linear congruential generator (Numerical Recipes, 32 bits). */
export function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Soft spots on a dim, noisy background, in [0, 1]. */
export function spots(shape: Shape3, seed: number): Volume {
  const next = uniformNumbers(seed);
  const places = Array.from({ length: 4 }, () => shape.map((side) => next() * (side - 1)));
  const data = new Float32Array(voxelCount(shape));
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++) {
        let light = 0.05 * next();
        for (const [pz, py, px] of places) {
          const square = (z - pz) * (z - pz) + (y - py) * (y - py) + (x - px) * (x - px);
          light += 0.2 / (1 + 0.5 * square);
        }
        data[i++] = light;
      }
    }
  }
  return createVolume(shape, VOXEL_SIZE_UM, data);
}

/** A lopsided bell of unit sum. */
export function bell(shape: Shape3): Volume {
  const data = new Float64Array(voxelCount(shape));
  const [depth, height, width] = shape;
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const z = Math.floor(i / (height * width)) - (depth - 1) / 2;
    const y = (Math.floor(i / width) % height) - (height - 1) / 2;
    const x = (i % width) - (width - 1) / 2;
    data[i] = 1 / (1 + z * z + 0.8 * y * y + 0.6 * x * x + 0.2 * x * y);
    sum += data[i];
  }
  return createVolume(
    shape,
    VOXEL_SIZE_UM,
    Float32Array.from(data, (value) => value / sum),
  );
}
