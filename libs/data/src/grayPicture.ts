import { voxelIndex, type Volume } from '@blurcycle/core';
import { PNG } from 'pngjs';

/** Part of the voxels that are shown as black. */
const DARKEST = 0.01;
/** Part of the voxels that are shown as white: single bright ones would darken the rest. */
const BRIGHTEST = 0.0005;

/** Intensities shown as black and as white: those of the darkest 1 % and the brightest 0.05 %. */
export function displayWindow({ data }: Volume): readonly [number, number] {
  const sorted = data.toSorted();
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))];
  const [low, high] = [at(DARKEST), at(1 - BRIGHTEST)];
  return [low, high > low ? high : low + 1];
}

/**
 * The largest value along z for each (y, x), row by row, and along y for each (z, x).
 *
 * Memory: the two planes.
 */
export function maximumProjections({ data, shape }: Volume): {
  readonly xy: Float32Array;
  readonly xz: Float32Array;
} {
  const [depth, height, width] = shape;
  const xy = new Float32Array(height * width).fill(-Infinity);
  const xz = new Float32Array(depth * width).fill(-Infinity);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = data[voxelIndex(shape, z, y, x)];
        const [above, below] = [y * width + x, z * width + x];
        if (value > xy[above]) xy[above] = value;
        if (value > xz[below]) xz[below] = value;
      }
    }
  }
  return { xy, xz };
}

/** Gray values from 0 to 255 of intensities seen through a window; those outside it are clipped. */
export function grayLevels(
  values: Float32Array,
  [low, high]: readonly [number, number],
): Uint8Array {
  return Uint8Array.from(values, (value) =>
    Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low)))),
  );
}

/** An 8-bit gray PNG. @param gray - Row by row. */
export function encodeGrayPng(gray: Uint8Array, width: number, height: number): Buffer {
  const format = { colorType: 0, inputColorType: 0, bitDepth: 8, inputHasAlpha: false } as const;
  const image = new PNG({ width, height, ...format });
  image.data = Buffer.from(gray);
  return PNG.sync.write(image, { ...format, deflateLevel: 9 });
}
