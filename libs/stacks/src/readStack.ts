import { type ReadTiffOptions, readTiffStack, type TiffStack } from '@blurcycle/data';
import { assertUsable } from './assertUsable.ts';

/**
 * Reads a stack to deconvolve and refuses what no deconvolution can work with.
 *
 * @throws {InputError} One line if the file cannot be read, has NaN or infinite values, or only one
 *   intensity.
 */
export async function readStack(path: string, options: ReadTiffOptions): Promise<TiffStack> {
  const stack = await readTiffStack(path, options);
  assertUsable(stack.volume, path);
  return stack;
}
