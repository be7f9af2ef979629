import { join } from 'node:path';
import type { ImagesBlock } from '@blurcycle/experiment';
import { readGreyPng } from './readGreyPng.ts';

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
