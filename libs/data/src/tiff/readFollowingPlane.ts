import type { FileSource } from './fileSource.ts';
import { SAMPLE_LAYOUTS, viewSamples } from './sampleType.ts';
import type { TiffPage } from './tiffPage.ts';

/**
 * True when the values of a page lie in the file as they are, one after another: then one read is
 * enough.
 */
export function isOnePiece({
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
 * Reads a plane that lies in one piece, or the `index`th one after it that has no directory of its
 * own, as ImageJ writes stacks beyond 4 GiB.
 *
 * @param index - Position after the plane of `page`, 0 for that plane itself.
 * @throws {Error} One line, if the plane is not stored in one piece or the file ends before the
 *   plane does.
 */
export async function readFollowingPlane(
  source: FileSource,
  page: TiffPage,
  index: number,
  target: Float32Array,
): Promise<void> {
  if (!isOnePiece(page))
    throw new Error('its description speaks of several planes, it holds one page (save it again)');
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
