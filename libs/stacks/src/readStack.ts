import { chooseStack, type ReadTiffOptions, type TiffStack } from '@blurcycle/data';
import { assertUsable } from './assertUsable.ts';
import { openStack } from './openStack.ts';

/**
 * Reads a stack to deconvolve and refuses what no deconvolution can work with.
 *
 * @throws {InputError} One line if the file cannot be read, has NaN or infinite values, or only one
 *   intensity.
 */
export async function readStack(path: string, options: ReadTiffOptions): Promise<TiffStack> {
  const acquisition = await openStack(path, { ...options, single: true });
  try {
    const { sampleType, statedVoxelSizeUm, channels, timePoints } = acquisition;
    const { channel, timePoint } = chooseStack(path, acquisition, options);
    const volume = await acquisition.read(channel, timePoint);
    assertUsable(volume, path);
    return { volume, sampleType, statedVoxelSizeUm, channels, timePoints };
  } finally {
    await acquisition.close();
  }
}
