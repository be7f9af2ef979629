import type { Volume } from '@blurcycle/core';
import { displayWindow, encodeGrayPng, grayLevels, maximumProjections } from '@blurcycle/data';
import { writeFileAtomically } from '@blurcycle/files';

/** Gray values, row by row. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly gray: Uint8Array;
}

/** Pixels between the pictures of a preview. */
const GAP = 4;
const WHITE = 255;

/**
 * Writes a PNG: on the left the stack, on the right the result; above maximum projections along z,
 * below along y, with square pixels. Each is shown from its darkest 1 % to its brightest 0.05 %.
 */
export async function writePreview(path: string, before: Volume, after: Volume): Promise<void> {
  const pictures = [before, after].map(projections);
  const [{ above, below }] = pictures;
  const width = 2 * above.width + GAP;
  const height = above.height + GAP + below.height;
  const gray = new Uint8Array(width * height).fill(WHITE);
  pictures.forEach((picture, column) => {
    const left = column * (above.width + GAP);
    paste(gray, width, picture.above, left, 0);
    paste(gray, width, picture.below, left, above.height + GAP);
  });
  await writeFileAtomically(path, 'deconvolve', encodeGrayPng(gray, width, height));
}

function projections(volume: Volume): { readonly above: Picture; readonly below: Picture } {
  const { shape, voxelSizeUm } = volume;
  const [depth, height, width] = shape;
  const { xy, xz } = maximumProjections(volume);
  const window = displayWindow(volume);
  const rows = Math.max(1, Math.round((depth * voxelSizeUm[0]) / voxelSizeUm[2]));
  return {
    above: { width, height, gray: grayLevels(xy, window) },
    below: { width, height: rows, gray: stretch(grayLevels(xz, window), width, depth, rows) },
  };
}

/** The nearest of `available` rows for each of `height`. */
function stretch(gray: Uint8Array, width: number, available: number, height: number): Uint8Array {
  const stretched = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = Math.min(available - 1, Math.floor(((row + 0.5) * available) / height)) * width;
    stretched.set(gray.subarray(from, from + width), row * width);
  }
  return stretched;
}

function paste(into: Uint8Array, width: number, part: Picture, left: number, top: number): void {
  for (let row = 0; row < part.height; row++) {
    const line = part.gray.subarray(row * part.width, (row + 1) * part.width);
    into.set(line, (top + row) * width + left);
  }
}
