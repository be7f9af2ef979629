import { SAMPLE_LAYOUTS, swapBytes, viewSamples } from './sampleType.ts';
import { blockGrid, bytesOfBlock, rowsOfBlock, type TiffPage } from './tiffPage.ts';
import { undoFloatingPointPredictor, undoHorizontalDifferences } from './undoPredictor.ts';

const MACHINE_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Reads the grey values of one page into `target`, row by row; they are not rescaled.
 *
 * Memory: one block at a time.
 *
 * @param sample - Which of the samples of a pixel, from 0.
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
    // `decode` is what geotiff calls for each block; it returns this machine's byte order.
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

/** The bytes of a block, unpacked, differences undone, in this machine's byte order. */
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
