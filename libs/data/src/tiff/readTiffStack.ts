import { type Acquisition, chooseStack, type ReadTiffOptions } from '../acquisition.ts';
import { openTiffFile } from './openTiffFile.ts';
import type { TiffStack } from './readTiff.ts';

/**
 * `readTiff` of a file on disk.
 *
 * @throws {InputError} Also if the file cannot be opened.
 * @example
 * const { volume } = await readTiffStack('cell.tif', { voxelSizeUm: [0.3, 0.13, 0.13] });
 */
export async function readTiffStack(
  path: string,
  options: ReadTiffOptions = {},
): Promise<TiffStack> {
  return readOneStack(path, await openTiffFile(path, { ...options, single: true }), options);
}

/** The z stack that the options choose of an image, which is closed then. */
export async function readOneStack(
  path: string,
  acquisition: Acquisition,
  options: ReadTiffOptions,
): Promise<TiffStack> {
  try {
    const { sampleType, statedVoxelSizeUm, channels, timePoints } = acquisition;
    const { channel, timePoint } = chooseStack(path, acquisition, options);
    const volume = await acquisition.read(channel, timePoint);
    return { volume, sampleType, statedVoxelSizeUm, channels, timePoints };
  } finally {
    await acquisition.close();
  }
}
