import { lengthUnitUm } from './lengthUnit.ts';
import type { StackDimensions } from './stackDimensions.ts';

/**
 * The image description that makes ImageJ and Fiji open pages as one z stack with its voxel depth.
 *
 * The lateral voxel size stands in the resolution tags, in pixels per unit.
 *
 * @param displayRange - Smallest and largest stored value, so that the stack is not shown black.
 */
export function formatImagejDescription(
  slices: number,
  spacingUm: number,
  displayRange: readonly [low: number, high: number],
): string {
  const lines = [
    'ImageJ=1.54f',
    `images=${slices}`,
    `slices=${slices}`,
    'hyperstack=true',
    'mode=grayscale',
    'unit=micron',
    `spacing=${spacingUm}`,
    'loop=false',
  ];
  const [low, high] = displayRange;
  if (Number.isFinite(low) && Number.isFinite(high)) lines.push(`min=${low}`, `max=${high}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Dimensions that ImageJ wrote into an image description, or null when the text is not ImageJ's.
 *
 * @param description - Text of the tag ImageDescription of the first page.
 * @param unitsPerPixel - Reciprocal of the first page's resolution along y and x, null where
 *   missing or zero.
 */
export function parseImagejDescription(
  description: string,
  unitsPerPixel: readonly [y: number | null, x: number | null],
): StackDimensions | null {
  if (!description.startsWith('ImageJ=')) return null;
  const entries = new Map(
    description.split('\n').map((line): [string, string] => {
      const split = line.indexOf('=');
      return [line.slice(0, split), line.slice(split + 1).trim()];
    }),
  );
  const count = (key: string) => {
    const value = Number(entries.get(key) ?? 1);
    return Number.isSafeInteger(value) && value > 0 ? value : 1;
  };
  const channels = count('channels');
  const timePoints = count('frames');
  // A plain stack may say only how many images there are: then they are slices.
  const images = count('images');
  const slices = entries.has('slices')
    ? count('slices')
    : Math.floor(images / (channels * timePoints)) || 1;
  const unit = (key: string) => lengthUnitUm(entries.get(key) ?? entries.get('unit') ?? '');
  const spacing = Math.abs(Number(entries.get('spacing')));
  const size = (length: number | null, unitUm: number | null) =>
    length !== null && length > 0 && Number.isFinite(length) && unitUm !== null
      ? length * unitUm
      : null;
  const [unitsY, unitsX] = unitsPerPixel;
  return {
    source: 'ImageJ',
    order: 'czt',
    channels,
    slices,
    timePoints,
    pages: null,
    voxelSizeUm: [
      size(spacing, unit('zunit')),
      size(unitsY, unit('yunit')),
      size(unitsX, unit('unit')),
    ],
  };
}
