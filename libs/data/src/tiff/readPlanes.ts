import { undoFloatingPointPredictor, undoHorizontalDifferences } from './codecs.ts';
import type { FileSource } from './openTiff.ts';
import { MACHINE_IS_LITTLE_ENDIAN, SAMPLE_LAYOUTS, swapBytes, viewSamples } from './tags.ts';
import { blockGrid, bytesOfBlock, rowsOfBlock, type TiffPage } from './tiffPage.ts';

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
