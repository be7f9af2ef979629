import { crc32, deflateSync } from 'node:zlib';
import { voxelIndex, type Volume } from '@blurcycle/core';
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
/** Part of the values that are shown as white: single bright voxels would darken the rest. */
const BRIGHTEST = 0.0005;

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
  await writeFileAtomically(path, 'deconvolve', encodePng({ width, height, gray }));
}

function projections(volume: Volume): { readonly above: Picture; readonly below: Picture } {
  const { data, shape, voxelSizeUm } = volume;
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
  const sorted = data.toSorted();
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))];
  const window = [at(0.01), at(1 - BRIGHTEST)] as const;
  const rows = Math.max(1, Math.round((depth * voxelSizeUm[0]) / voxelSizeUm[2]));
  return {
    above: picture(xy, width, height, height, window),
    below: picture(xz, width, depth, rows, window),
  };
}

/** The nearest of `available` rows for each of `height`. */
function picture(
  values: Float32Array,
  width: number,
  available: number,
  height: number,
  [low, high]: readonly [number, number],
): Picture {
  const gray = new Uint8Array(width * height);
  const range = high > low ? high - low : 1;
  for (let row = 0; row < height; row++) {
    const from = Math.min(available - 1, Math.floor(((row + 0.5) * available) / height)) * width;
    for (let x = 0; x < width; x++) {
      const part = (values[from + x] - low) / range;
      gray[row * width + x] = Math.round(WHITE * Math.min(1, Math.max(0, part)));
    }
  }
  return { width, height, gray };
}

function paste(into: Uint8Array, width: number, part: Picture, left: number, top: number): void {
  for (let row = 0; row < part.height; row++) {
    const line = part.gray.subarray(row * part.width, (row + 1) * part.width);
    into.set(line, (top + row) * width + left);
  }
}

/** An 8-bit gray PNG. Source: ISO/IEC 15948, sections 5 and 11. */
function encodePng({ width, height, gray }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits; the color type 0 is gray
  const rows = Buffer.alloc(height * (width + 1)); // each row begins with the filter 0
  for (let row = 0; row < height; row++)
    rows.set(gray.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')];
  return Buffer.concat([signature, ...parts]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
