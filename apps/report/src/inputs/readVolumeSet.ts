import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import type { VolumesBlock } from '@blurcycle/experiment';
import { readGreyPng } from './readGreyPng.ts';

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
