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

/** A block of `figures.json` with its images read. */
export type ShownBlock = VolumeSet | CurvesBlock | ImageSet | FactsBlock;

/**
 * Reads the images of a block.
 *
 * @throws {InputError} If an image is missing, damaged or of the wrong size.
 */
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

/** A stack: gray values [z, y, x], 0 at the lower end of the display window, 255 at the upper. */
export interface ShownVolume {
  readonly id: string;
  readonly label: string;
  readonly role: 'input' | 'truth' | 'estimate';
  readonly gray: Uint8Array;
  /** The planes below each other, as a PNG. */
  readonly png: Buffer;
}

/** Stacks of the same region, decoded. */
export interface VolumeSet extends Omit<VolumesBlock, 'items'> {
  readonly items: readonly ShownVolume[];
  /** One plane in so many is kept; 1 unless the report would be too large. */
  readonly planeStep: number;
}

async function readVolumeSet(directory: string, block: VolumesBlock): Promise<VolumeSet> {
  const [depth, height, width] = block.shape;
  const items = await Promise.all(
    block.items.map(async ({ file, ...item }): Promise<ShownVolume> => {
      const path = join(directory, file);
      const { png, ...decoded } = await readGrayPng(path);
      if (decoded.width !== width || decoded.height !== height * depth) {
        const wanted = `${width} x ${height * depth}`;
        const got = `${decoded.width} x ${decoded.height}`;
        throw new InputError(`readVolumeSet: ${path} must measure ${wanted} (x, z*y), got ${got}`);
      }
      return { ...item, gray: decoded.gray, png };
    }),
  );
  return { ...block, items, planeStep: 1 };
}

/** A plane image. */
export interface ShownImage extends Omit<ImagesBlock['items'][number], 'file'> {
  /** Pixels across and down. */
  readonly width: number;
  readonly height: number;
  readonly png: Buffer;
}

/** Plane images with the same display window, read. */
export interface ImageSet extends Omit<ImagesBlock, 'items'> {
  readonly items: readonly ShownImage[];
}

async function readImageSet(directory: string, block: ImagesBlock): Promise<ImageSet> {
  const items = await Promise.all(
    block.items.map(async ({ file, ...item }): Promise<ShownImage> => {
      const { width, height, png } = await readGrayPng(join(directory, file));
      return { ...item, width, height, png };
    }),
  );
  return { ...block, items };
}

/** A gray image, as a file and as values row by row. */
interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly gray: Uint8Array;
  readonly png: Buffer;
}

/** Reads an 8-bit gray PNG. */
async function readGrayPng(path: string): Promise<GrayImage> {
  let png: Buffer;
  let decoded: PNG;
  try {
    png = await readFile(path);
    decoded = PNG.sync.read(png);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`readGrayPng: ${path} must be a PNG, got an error: ${reason}`);
  }
  const { width, height, data } = decoded;
  const gray = new Uint8Array(width * height);
  for (let i = 0; i < gray.length; i++) gray[i] = data[4 * i];
  return { width, height, gray, png };
}
