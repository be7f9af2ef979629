import { describeViolation, extent, findNotFinite, InputError } from '@blurcycle/core';
import { type ReadTiffOptions, readTiffStack, type TiffStack } from '@blurcycle/data';

/**
 * Reads a stack to deconvolve and refuses what no deconvolution can work with.
 *
 * @throws {InputError} One line if the file cannot be read, has NaN or infinite values, or only one
 *   intensity.
 */
export async function readStack(path: string, options: ReadTiffOptions): Promise<TiffStack> {
  const stack = await readTiffStack(path, options);
  const { data, shape } = stack.volume;
  const bad = findNotFinite(data);
  if (bad >= 0) {
    const [, height, width] = shape;
    const place = [
      Math.floor(bad / (height * width)),
      Math.floor(bad / width) % height,
      bad % width,
    ];
    throw new InputError(
      describeViolation(
        'readStack',
        `every value of '${path}'`,
        'be finite',
        data[bad],
        `plane ${place[0] + 1}, row ${place[1]}, column ${place[2]}: replace such values by their neighbors first`,
      ),
    );
  }
  const [low, high] = extent(data);
  if (low === high) {
    throw new InputError(
      describeViolation(
        'readStack',
        `'${path}'`,
        'hold more than one intensity',
        `${low} everywhere`,
        'is it the right file, channel and time point?',
      ),
    );
  }
  return stack;
}
