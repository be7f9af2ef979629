import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import type {
  CurvesBlock,
  FactsBlock,
  FigureBlock,
  ImagesBlock,
  KernelsBlock,
  VolumesBlock,
} from '@blurcycle/experiment';
import { PNG } from 'pngjs';
import { kernelValues, type ShownKernel } from '../model/kernels.ts';

/** A block of `figures.json` with its images read. */
export type ShownBlock = VolumeSet | CurvesBlock | ImageSet | FactsBlock | KernelBlock;

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
    case 'kernels':
      return readKernels(directory, block);
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
  /** Brightest voxels of the whole stored stack, whatever part of it the page holds. */
  readonly brightest: Projections;
}

/** The brightest voxel along an axis. */
export interface Projections {
  /** Along z, [y, x]. */
  readonly xy: Uint8Array;
  /** Along y, [z, x]. */
  readonly xz: Uint8Array;
}

/**
 * Which part of the stored stacks the page holds: all planes of all or of a square, or none; of
 * stacks that were stored thinned, one plane.
 */
type HeldPart = 'whole' | 'square' | 'none' | 'plane';

/** Stacks of the same region, decoded. */
export interface VolumeSet extends Omit<VolumesBlock, 'items'> {
  readonly items: readonly ShownVolume[];
  /** `shape` is that of the part, `storedShape` that of the stored stacks. */
  readonly part: HeldPart;
  readonly storedShape: VolumesBlock['shape'];
  /** Planes of the volumes that the stacks were taken from, where fewer were stored. */
  readonly volumePlanes?: number;
}

async function readVolumeSet(directory: string, block: VolumesBlock): Promise<VolumeSet> {
  const [depth, height, width] = block.shape;
  const items = await Promise.all(
    block.items.map(async ({ file, ...item }): Promise<ShownVolume> => {
      const path = join(directory, file);
      const { gray, png } = await readGrayPng(path, [height * depth, width]);
      return { ...item, gray, png, brightest: projectBrightest(gray, block.shape) };
    }),
  );
  return { ...block, items, part: 'whole', storedShape: block.shape };
}

/** Brightest voxels of a stack along z and along y. */
export function projectBrightest(
  gray: Uint8Array,
  [depth, height, width]: readonly [number, number, number],
): Projections {
  const xy = new Uint8Array(height * width);
  const xz = new Uint8Array(depth * width);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = gray[(z * height + y) * width + x];
        if (value > xy[y * width + x]) xy[y * width + x] = value;
        if (value > xz[z * width + x]) xz[z * width + x] = value;
      }
    }
  }
  return { xy, xz };
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

/** Kernels in one window, decoded. */
export interface KernelBlock extends Omit<KernelsBlock, 'kernels'> {
  readonly kernels: readonly ShownKernel[];
  /** The values as they are stored, in the same order. */
  readonly stored: readonly string[];
}

function readKernels(directory: string, block: KernelsBlock): KernelBlock {
  const count = block.shape.reduce((product, side) => product * side, 1);
  const kernels = block.kernels.map(({ values, ...kernel }): ShownKernel => {
    const bytes = Buffer.from(values, 'base64');
    if (bytes.length !== 2 * count) {
      const rule = `hold ${count} values in kernel ${kernel.id} of ${block.id}`;
      throw new InputError(
        `readKernels: ${join(directory, 'figures.json')} must ${rule}, got ${bytes.length / 2}`,
      );
    }
    return { ...kernel, values: kernelValues(bytes, block.scale) };
  });
  return { ...block, kernels, stored: block.kernels.map(({ values }) => values) };
}

/** A gray image, as a file and as values row by row. */
interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly gray: Uint8Array;
  readonly png: Buffer;
}

/** Pictures beside a table are far smaller: a larger one is damage, and would fill the memory. */
const MOST_PIXELS = 2 ** 26;

/**
 * Reads an 8-bit gray PNG. Its header is checked before anything is unpacked.
 *
 * @param wanted - Height and width that it must have; at most 64 million pixels unless given.
 */
async function readGrayPng(
  path: string,
  wanted?: readonly [height: number, width: number],
): Promise<GrayImage> {
  const png = await readFile(path).catch((error: unknown) => {
    throw notPng(path, error);
  });
  const [height, width] = sizeInHeader(png);
  if (wanted !== undefined && (height !== wanted[0] || width !== wanted[1])) {
    const size = `${wanted[1]} x ${wanted[0]} (x, z*y)`;
    throw new InputError(`readGrayPng: ${path} must measure ${size}, got ${width} x ${height}`);
  }
  if (width * height > MOST_PIXELS) {
    const rule = `hold at most ${MOST_PIXELS} pixels`;
    throw new InputError(`readGrayPng: ${path} must ${rule}, got ${width} x ${height}`);
  }
  try {
    const { data } = PNG.sync.read(png);
    const gray = new Uint8Array(width * height);
    for (let i = 0; i < gray.length; i++) gray[i] = data[4 * i];
    return { width, height, gray, png };
  } catch (error) {
    throw notPng(path, error);
  }
}

/** The size that the first chunk states; zeros where the file is too short for one. */
function sizeInHeader(png: Buffer): readonly [height: number, width: number] {
  return png.length < 24 ? [0, 0] : [png.readUInt32BE(20), png.readUInt32BE(16)];
}

function notPng(path: string, error: unknown): InputError {
  const reason = error instanceof Error ? error.message : String(error);
  return new InputError(`readGrayPng: ${path} must be a PNG, got an error: ${reason}`);
}
