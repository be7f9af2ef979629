import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import type {
  CurvesBlock,
  FactsBlock,
  FigureBlock,
  ImagesBlock,
  VolumesBlock,
} from '@blurcycle/experiment';
import { PNG } from 'pngjs';

/** One thing that an experiment shows beside its table, with its images read. */
export type ShownBlock = VolumeSet | CurvesBlock | ImageSet | FactsBlock;

/** Reads what a block refers to; a damaged image is an `InputError`. */
export async function readBlock(directory: string, block: FigureBlock): Promise<ShownBlock> {
  switch (block.kind) {
    case 'volumes':
      return readVolumeSet(directory, block);
    case 'images':
      return readImageSet(directory, block);
    case 'curves':
    case 'facts':
      return block;
  }
}

/** One stack: grey values [z, y, x], 0 at the lower end of the window and 255 at the upper. */
export interface ShownVolume {
  readonly id: string;
  readonly label: string;
  readonly role: 'input' | 'truth' | 'estimate';
  readonly grey: Uint8Array;
  /** The planes one below the other, as a PNG. */
  readonly png: Buffer;
}

/** Stacks that show the same place, decoded. */
export interface VolumeSet extends Omit<VolumesBlock, 'items'> {
  readonly items: readonly ShownVolume[];
  /** Every how manyth plane is kept; 1 unless the report would have become too large. */
  readonly planeStep: number;
}

/** Reads the PNGs of a block; a damaged one is an `InputError`. */
export async function readVolumeSet(directory: string, block: VolumesBlock): Promise<VolumeSet> {
  const [depth, height, width] = block.shape;
  const items = await Promise.all(
    block.items.map(async ({ file, ...item }): Promise<ShownVolume> => {
      const path = join(directory, file);
      const { png, ...decoded } = await readGreyPng(path);
      if (decoded.width !== width || decoded.height !== height * depth) {
        const wanted = `${width} x ${height * depth}`;
        const got = `${decoded.width} x ${decoded.height}`;
        throw new InputError(`readVolumeSet: ${path} must measure ${wanted} (x, z*y), got ${got}`);
      }
      return { ...item, grey: decoded.grey, png };
    }),
  );
  return { ...block, items, planeStep: 1 };
}

/** One plane image. */
export interface ShownImage extends Omit<ImagesBlock['items'][number], 'file'> {
  /** Pixels across and down. */
  readonly width: number;
  readonly height: number;
  readonly png: Buffer;
}

/** Plane images that share one display window, read. */
export interface ImageSet extends Omit<ImagesBlock, 'items'> {
  readonly items: readonly ShownImage[];
}

/** Reads the PNGs of a block; a damaged one is an `InputError`. */
export async function readImageSet(directory: string, block: ImagesBlock): Promise<ImageSet> {
  const items = await Promise.all(
    block.items.map(async ({ file, ...item }): Promise<ShownImage> => {
      const { width, height, png } = await readGreyPng(join(directory, file));
      return { ...item, width, height, png };
    }),
  );
  return { ...block, items };
}

/** A grey picture, as a file and as values row by row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
  readonly png: Buffer;
}

/** Reads an 8-bit grey PNG; one that is missing or damaged is an `InputError`. */
export async function readGreyPng(path: string): Promise<GreyImage> {
  let png: Buffer;
  let decoded: PNG;
  try {
    png = await readFile(path);
    decoded = PNG.sync.read(png);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`readGreyPng: ${path} must be a PNG, got an error: ${reason}`);
  }
  const { width, height, data } = decoded;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
  return { width, height, grey, png };
}
