import { join } from 'node:path';
import type { Volume } from '@blurcycle/core';
import { encodeGrayPng, grayLevels } from '@blurcycle/data';
import type { FigureBlock, ImagesBlock, VolumesBlock } from '@blurcycle/experiment';
import { writeFileAtomically } from '@blurcycle/files';

/** Blocks of `figures.json` and the images that they name, not yet written. */
export interface FigureParts {
  readonly blocks: readonly FigureBlock[];
  /** Path inside the experiment's directory, `figures/<name>.png`, to the bytes. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Several parts as one, in order. */
export function joinParts(...parts: readonly FigureParts[]): FigureParts {
  return {
    blocks: parts.flatMap(({ blocks }) => [...blocks]),
    files: new Map(parts.flatMap(({ files }) => [...files])),
  };
}

/** Writes the images into the experiment's directory and returns the blocks. */
export async function writeParts(
  folder: string,
  { blocks, files }: FigureParts,
): Promise<readonly FigureBlock[]> {
  for (const [file, bytes] of files) await writeImage(join(folder, file), bytes);
  return blocks;
}

function writeImage(path: string, bytes: Buffer): Promise<void> {
  return writeFileAtomically(path, 'figures', bytes, { parents: true });
}

/** A plane to be shown. */
export interface PlaneImage {
  readonly id: string;
  readonly label: string;
  /** Rows and columns. */
  readonly sides: readonly [rows: number, columns: number];
  readonly pixelSizeUm: readonly [down: number, across: number];
  /** Row by row. */
  readonly values: Float32Array;
  /** Description in numbers for readers who do not see the image. */
  readonly alt: string;
}

/** Planes side by side through one display window. */
export function planeImages(
  head: Pick<ImagesBlock, 'id' | 'title' | 'window' | 'quantity'>,
  planes: readonly PlaneImage[],
): FigureParts {
  const files = new Map<string, Buffer>();
  const items = planes.map(({ id, label, sides, pixelSizeUm, values, alt }) => {
    const file = `figures/${head.id}-${id}.png`;
    const [height, width] = sides;
    files.set(file, encodeGrayPng(grayLevels(values, head.window), width, height));
    return { id, label, pixelSizeUm, file, alt };
  });
  return { blocks: [{ kind: 'images', ...head, items }], files };
}

/** Stacks of one field of view. */
export interface ShownVolumes {
  /** Unique within the experiment. */
  readonly id: string;
  readonly title: string;
  /** Intensities shown as black and as white. */
  readonly window: readonly [number, number];
  /** All of one shape and voxel size. */
  readonly items: readonly (Pick<VolumesBlock['items'][number], 'id' | 'label' | 'role'> & {
    readonly volume: Volume;
  })[];
}

/**
 * Writes stacks for the slice viewer, `figures/<block>-<item>.png` with the z planes from top to
 * bottom.
 *
 * @param folder - Directory of the experiment.
 * @returns The block of `figures.json` that names them.
 */
export async function writeVolumesBlock(
  folder: string,
  { id, title, window, items }: ShownVolumes,
): Promise<VolumesBlock> {
  const [{ volume: first }] = items;
  const written: VolumesBlock['items'][number][] = [];
  for (const { volume, ...item } of items) {
    const [depth, height, width] = volume.shape;
    const file = `figures/${id}-${item.id}.png`;
    await writeImage(
      join(folder, file),
      encodeGrayPng(grayLevels(volume.data, window), width, depth * height),
    );
    written.push({ ...item, file });
  }
  const { shape, voxelSizeUm } = first;
  return { kind: 'volumes', id, title, shape, voxelSizeUm, window, items: written };
}
