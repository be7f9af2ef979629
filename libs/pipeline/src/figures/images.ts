import { join } from 'node:path';
import type { Volume } from '@blurcycle/core';
import type { FigureBlock, ImagesBlock, VolumesBlock } from '@blurcycle/experiment';
import { writeFileAtomically } from '@blurcycle/files';
import { PNG } from 'pngjs';

/**
 * An 8-bit gray PNG of a picture seen through a display window.
 *
 * @param values - Intensities row by row; those outside the window become black or white.
 * @param window - Intensities shown as black and as white.
 */
function encodeGrayPng(
  values: Float32Array,
  width: number,
  height: number,
  [low, high]: readonly [number, number],
): Buffer {
  const gray = { colorType: 0, inputColorType: 0, bitDepth: 8, inputHasAlpha: false } as const;
  const image = new PNG({ width, height, ...gray });
  image.data = Buffer.from(
    Uint8Array.from(values, (value) =>
      Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low)))),
    ),
  );
  return PNG.sync.write(image, { ...gray, deflateLevel: 9 });
}

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
    files.set(file, encodeGrayPng(values, width, height, head.window));
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
    await writeImage(join(folder, file), encodeGrayPng(volume.data, width, depth * height, window));
    written.push({ ...item, file });
  }
  const { shape, voxelSizeUm } = first;
  return { kind: 'volumes', id, title, shape, voxelSizeUm, window, items: written };
}
