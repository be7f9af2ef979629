import type { FileSource } from './fileSource.ts';
import { SAMPLE_LAYOUTS, viewSamples } from './sampleType.ts';
import type { TiffPage } from './tiffPage.ts';

/**
 * Reads a plane that follows the first without a directory of its own, as ImageJ writes stacks beyond 4 GiB.
 *
 * @param index - Position after the first plane, from 0.
 * @throws {Error} One line, if the first plane is not stored in one piece or the file ends before the plane does.
 */
export async function readFollowingPlane(
  source: FileSource,
  first: TiffPage,
  index: number,
  target: Float32Array,
): Promise<void> {
  const { offsets, byteCounts } = first;
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i] !== offsets[i - 1] + byteCounts[i - 1]) throw new Error('its planes are not in one piece');
  }
  if (
    first.compression.name !== 'none' ||
    first.tiled ||
    first.samplesPerPixel > 1 ||
    first.predictor !== 1
  ) {
    throw new Error('its description speaks of several planes, it holds one page (save it again)');
  }
  const length = target.length * SAMPLE_LAYOUTS[first.sampleType].bytes;
  const offset = offsets[0] + index * length;
  if (offset + length > source.fileSize) {
    throw new Error(
      `plane ${index + 1} ends at byte ${offset + length}, the file at ${source.fileSize}: it is cut off`,
    );
  }
  const { data } = await source.fetchSlice({ offset, length });
  target.set(viewSamples(new Uint8Array(data), first.sampleType, first.image.littleEndian));
}
