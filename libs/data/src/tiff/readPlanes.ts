import { InputError } from '@blurcycle/core';
import { undoFloatingPointPredictor, undoHorizontalDifferences } from './codecs.ts';
import type { FileSource } from './openTiff.ts';
import { pagedDimensions, planeIndex, type StackDimensions } from './stackDimensions.ts';
import { MACHINE_IS_LITTLE_ENDIAN, SAMPLE_LAYOUTS, swapBytes, viewSamples } from './tags.ts';
import { blockGrid, bytesOfBlock, rowsOfBlock, type TiffPage } from './tiffPage.ts';

/** Choice of one z stack from a file with several, or with pages of unknown meaning. */
export interface PlaneChoice {
  /** Channel, counted from 1 as in Fiji. Required if there are several. */
  readonly channel?: number;
  /** Time point, counted from 1. Required if there are several. */
  readonly timePoint?: number;
  /** Meaning of the pages, slices or time points, if the file does not state it or is wrong. */
  readonly pageAxis?: 'z' | 't';
}

/** A plane to read: page of the file and sample of its pixels, both from 0. */
export interface Plane {
  readonly page: number;
  readonly sample: number;
}

/** Names of files that are time series although their metadata do not say so. */
const TIME_NAME = /time[-_ ]?(lapse|series|course|points?)/i;

/**
 * The planes of the z stack that the user chose, in order.
 *
 * @param name - File name: the only hint at time points if the metadata name no axes.
 * @param samplesPerPixel - Interleaved channels of each page.
 * @throws {InputError} If there are several channels or time points and no choice, with the options
 *   that choose.
 */
export function choosePlanes(
  name: string,
  dimensions: StackDimensions,
  samplesPerPixel: number,
  choice: PlaneChoice,
): Plane[] {
  const { channels, slices, timePoints } = relabel(name, dimensions, choice);
  const relabeled = { ...dimensions, channels, slices, timePoints };
  const channel = pick(name, 'channel', '--channel', channels, choice.channel);
  const hint = slices === 1 ? ', or give --page-axis z if its pages are slices' : '';
  const timePoint = pick(name, 'time point', '--time-point', timePoints, choice.timePoint, hint);
  const paged = pagedDimensions(relabeled, samplesPerPixel);
  const interleaved = paged !== relabeled;
  return Array.from({ length: slices }, (_, slice) => {
    const index = planeIndex(paged, interleaved ? 0 : channel, slice, timePoint);
    return { page: dimensions.pages?.[index] ?? index, sample: interleaved ? channel : 0 };
  });
}

/** Dimensions with `pageAxis` as the meaning of the pages. */
function relabel(name: string, dimensions: StackDimensions, { pageAxis, timePoint }: PlaneChoice) {
  const { source, channels, slices, timePoints } = dimensions;
  const unnamed = source === 'plain' && slices > 1;
  if (pageAxis === undefined && unnamed && timePoint === undefined && TIME_NAME.test(name)) {
    throw new InputError(
      `readTiffStack: '${name}' must be a z stack, got ${slices} pages without axes that its name calls time points ` +
        `(choose one with --time-point 1 to ${slices}, or give --page-axis z if they are slices)`,
    );
  }
  const axis = pageAxis ?? (unnamed && timePoint !== undefined ? 't' : undefined);
  if (axis === undefined) return { channels, slices, timePoints };
  if (slices > 1 && timePoints > 1) {
    throw new InputError(
      `readTiffStack: --page-axis must be left out for '${name}', got '${axis}' ` +
        `(the file says itself that it holds ${slices} slices and ${timePoints} time points)`,
    );
  }
  const pages = slices * timePoints;
  return axis === 'z'
    ? { channels, slices: pages, timePoints: 1 }
    : { channels, slices: 1, timePoints: pages };
}

/** Index from 0 of the channel or time point to read. */
function pick(
  name: string,
  what: string,
  flag: string,
  available: number,
  chosen: number | undefined,
  hint = '',
): number {
  if (chosen === undefined) {
    if (available === 1) return 0;
    throw new InputError(
      `readTiffStack: '${name}' must be a single z stack, got ${available} ${what}s ` +
        `(choose one with ${flag} 1 to ${available}${hint})`,
    );
  }
  if (Number.isSafeInteger(chosen) && chosen >= 1 && chosen <= available) return chosen - 1;
  throw new InputError(
    `readTiffStack: ${what} must be a whole number from 1 to ${available} for '${name}', got ${chosen} (give ${flag})`,
  );
}

/**
 * Reads the gray values of one page into `target`, row by row, without rescaling.
 *
 * Memory: one block at a time.
 *
 * @param sample - Sample of each pixel, from 0.
 * @throws {Error} One line, if a block is damaged.
 */
export async function readPlane(
  page: TiffPage,
  sample: number,
  target: Float32Array,
): Promise<void> {
  const { width, height, blockWidth, blockHeight, separate } = page;
  const { across, down } = blockGrid(page);
  const stride = separate ? 1 : page.samplesPerPixel;
  const first = separate ? 0 : sample;
  for (let by = 0; by < down; by++) {
    // geotiff calls `decode` for each block; the result is in the byte order of this machine.
    const decode = (packed: ArrayBufferLike) =>
      Promise.resolve(unpackBlock(new Uint8Array(packed), page, by).buffer);
    for (let bx = 0; bx < across; bx++) {
      const { data } = await page.image.getTileOrStrip(bx, by, separate ? sample : 0, { decode });
      const values = viewSamples(new Uint8Array(data), page.sampleType, MACHINE_IS_LITTLE_ENDIAN);
      const rows = Math.min(rowsOfBlock(page, by), height - by * blockHeight);
      const columns = Math.min(blockWidth, width - bx * blockWidth);
      for (let y = 0; y < rows; y++) {
        let from = y * blockWidth * stride + first;
        const to = (by * blockHeight + y) * width + bx * blockWidth;
        for (let x = 0; x < columns; x++, from += stride) target[to + x] = values[from];
      }
    }
  }
}

/** The bytes of a block, decoded, in the byte order of this machine. */
function unpackBlock(packed: Uint8Array, page: TiffPage, by: number): Uint8Array<ArrayBuffer> {
  const size = SAMPLE_LAYOUTS[page.sampleType].bytes;
  const length = bytesOfBlock(page, by);
  const decoded = page.compression.decode(packed, length);
  if (decoded.length < length) {
    throw new Error(`a block of values ends after ${decoded.length} of ${length} bytes`);
  }
  const bytes = new Uint8Array(decoded.subarray(0, length));
  const stride = page.separate ? 1 : page.samplesPerPixel;
  const block = { valuesPerRow: page.blockWidth * stride, rows: rowsOfBlock(page, by), stride };
  if (page.predictor === 3) {
    undoFloatingPointPredictor(bytes, size, block, MACHINE_IS_LITTLE_ENDIAN);
    return bytes;
  }
  if (page.image.littleEndian !== MACHINE_IS_LITTLE_ENDIAN) swapBytes(bytes, size);
  if (page.predictor === 2) undoHorizontalDifferences(bytes, size, block);
  return bytes;
}

/** True if the values of a page are contiguous and uncompressed, so that one read is enough. */
export function isContiguous({
  tiled,
  compression,
  samplesPerPixel,
  predictor,
  offsets,
  byteCounts,
}: TiffPage): boolean {
  if (tiled || compression.name !== 'none' || samplesPerPixel > 1 || predictor !== 1) return false;
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i] !== offsets[i - 1] + byteCounts[i - 1]) return false;
  }
  return true;
}

/**
 * Reads a contiguous plane, or the `index`th one after it, which has no directory, as ImageJ writes
 * stacks beyond 4 GiB.
 *
 * @param index - Planes after the one of `page`, 0 for that plane itself.
 * @throws {Error} One line, if the plane is not contiguous or the file ends before the plane.
 */
export async function readFollowingPlane(
  source: FileSource,
  page: TiffPage,
  index: number,
  target: Float32Array,
): Promise<void> {
  if (!isContiguous(page))
    throw new Error('its description states several planes, it has one page (save it again)');
  const length = target.length * SAMPLE_LAYOUTS[page.sampleType].bytes;
  const offset = page.offsets[0] + index * length;
  if (offset + length > source.fileSize) {
    throw new Error(
      `plane ${index + 1} ends at byte ${offset + length}, the file at ${source.fileSize}: it is cut off`,
    );
  }
  const { data } = await source.fetchSlice({ offset, length });
  target.set(viewSamples(new Uint8Array(data), page.sampleType, page.image.littleEndian));
}
