import { describeViolation, extent, findNotFinite, InputError, type Volume } from '@blurcycle/core';

/**
 * Throws for what no deconvolution can work with: NaN or infinite values, or only one intensity.
 *
 * @param name - What the message calls the stack.
 */
export function assertUsable({ data, shape }: Volume, name: string): void {
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
        `every value of '${name}'`,
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
        `'${name}'`,
        'hold more than one intensity',
        `${low} everywhere`,
        'is it the right file, channel and time point?',
      ),
    );
  }
}
