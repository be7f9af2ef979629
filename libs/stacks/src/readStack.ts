import type { ReadTiffOptions, TiffStack } from '@blurcycle/data';
import { assertUsable } from './assertUsable.ts';
import { readStackFile } from './openStack.ts';

/**
 * Reads a stack to deconvolve and refuses what no deconvolution can work with.
 *
 * @throws {InputError} One line if the file cannot be read, has NaN or infinite values, or only one
 *   intensity.
 */
export async function readStack(path: string, options: ReadTiffOptions): Promise<TiffStack> {
  const stack = await readStackFile(path, options);
  assertUsable(stack.volume, path);
  return stack;
}
