import type { Volume } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/files';
import { type EncodedTiff, encodeTiff, type WriteTiffOptions } from './encodeTiff.ts';

/**
 * Writes `encodeTiff` of a volume to a file, atomically.
 *
 * Memory: 16 MiB for float32, and a copy of the values for uint16.
 *
 * @returns The linear map from stored values to those of the volume: stored * scale + offset.
 * @throws {InputError} If the values do not fit the type, or if the file system fails.
 * @example
 * await writeTiffStack('deconvolved.tif', estimate, { sampleType: 'float32' });
 */
export async function writeTiffStack(
  path: string,
  volume: Volume,
  options: WriteTiffOptions = {},
): Promise<Pick<EncodedTiff, 'scale' | 'offset'>> {
  const { head, values, scale, offset } = encodeTiff(volume, options);
  await writeFileAtomically(path, 'writeTiffStack', async (file) => {
    await file.writeFile(head);
    for (const chunk of values()) await file.writeFile(chunk);
  });
  return { scale, offset };
}
