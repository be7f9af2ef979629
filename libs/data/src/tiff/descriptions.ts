import { formatValue } from '@blurcycle/core';
import type { Hyperstack } from './omeXml.ts';
import {
  isPlaneOrder,
  lengthUnitUm,
  type PlaneOrder,
  type StackDimensions,
} from './stackDimensions.ts';

/** ImageJ shows so many channels together. */
const MOST_COMPOSITE = 7;

/**
 * The image description with which ImageJ and Fiji open the pages as z stacks with their voxel
 * depth.
 *
 * The lateral voxel size is in the resolution tags, in pixels per unit.
 *
 * @param displayRange - Smallest and largest stored value; without it ImageJ may show the stack
 *   black.
 * @param note - How the image was made, one line.
 * @param scale - Stored values over those that ImageJ is to show.
 */
export function formatImagejDescription(
  { shape: [slices], voxelSizeUm, channels, timePoints }: Hyperstack,
  [low, high]: readonly [low: number, high: number],
  { note, scale = 1 }: { readonly note?: string | undefined; readonly scale?: number } = {},
): string {
  const isComposite = channels > 1 && channels <= MOST_COMPOSITE;
  const lines = [
    'ImageJ=1.54f',
    `images=${slices * channels * timePoints}`,
    ...(channels > 1 ? [`channels=${channels}`] : []),
    `slices=${slices}`,
    ...(timePoints > 1 ? [`frames=${timePoints}`] : []),
    'hyperstack=true',
    `mode=${isComposite ? 'composite' : 'grayscale'}`,
    ...(voxelSizeUm === null ? ['unit=pixel'] : ['unit=micron', `spacing=${voxelSizeUm[0]}`]),
    'loop=false',
    ...(Number.isFinite(low) && Number.isFinite(high) ? [`min=${low}`, `max=${high}`] : []),
    ...(scale === 1 ? [] : ['cf=0', 'c0=0', `c1=${1 / scale}`, 'vunit=gray value']),
    ...(note === undefined ? [] : [`blurcycle=${escapeUnicode(note)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function escapeUnicode(text: string): string {
  return text.replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Dimensions in an image description of ImageJ, or null for any other text.
 *
 * @param description - Text of the tag ImageDescription of the first page.
 * @param unitsPerPixel - Reciprocal of the resolution of the first page along y and x, null if it
 *   is missing or zero.
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
  // A plain stack may state only the number of images: then they are slices.
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
    order: pageOrder(entries.get('order')),
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

/** ImageJ's own order is c, z, t; files from elsewhere state another with `order=`. */
function pageOrder(stated = 'czt'): PlaneOrder {
  const order = stated.toLowerCase().replace(/^xy/, '');
  if (!isPlaneOrder(order)) throw new Error(`its description states the unknown order '${stated}'`);
  return order;
}

/**
 * Dimensions in an image description of Python's tifffile, or null for any other text.
 *
 * tifffile stores the shape of the array as JSON, and its axes only if the user names them: up to
 * three sides without names are slices, rows and columns.
 *
 * @throws {Error} For more than three unnamed sides.
 */
export function parseTifffileDescription(description: string): StackDimensions | null {
  if (!description.startsWith('{"')) return null;
  const { shape, axes } = parseJson(description);
  if (shape === null || shape.length < 2) return null;
  const sides = shape.slice(0, -2).filter((side) => side > 1);
  if (axes === null || axes.length !== shape.length || !axes.endsWith('YX')) {
    if (sides.length > 1) {
      throw new Error(
        `its sides ${formatValue(shape)} have no names (save it with metadata={'axes': 'TZYX'})`,
      );
    }
    return dimensions('plain', 'zct', new Map([['Z', sides[0] ?? 1]]));
  }
  const counts = new Map(
    [...axes.slice(0, -2)].map((axis, i): [string, number] => [axis, shape[i]]),
  );
  for (const axis of counts.keys()) {
    if (!'TCZ'.includes(axis) && counts.get(axis) !== 1)
      throw new Error(`its axis '${axis}' is none of T, C, Z`);
  }
  const present = [...counts.keys()].filter((axis) => 'TCZ'.includes(axis));
  const missing = ['Z', 'C', 'T'].filter((axis) => !present.includes(axis));
  const order = [...present.reverse(), ...missing].join('').toLowerCase() as PlaneOrder;
  return dimensions('tifffile', order, counts);
}

function dimensions(
  source: 'plain' | 'tifffile',
  order: PlaneOrder,
  counts: ReadonlyMap<string, number>,
): StackDimensions {
  return {
    source,
    order,
    channels: counts.get('C') ?? 1,
    slices: counts.get('Z') ?? 1,
    timePoints: counts.get('T') ?? 1,
    pages: null,
    voxelSizeUm: [null, null, null],
  };
}

function parseJson(text: string): { shape: number[] | null; axes: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('shape' in value))
      return { shape: null, axes: null };
    const shape: unknown = value.shape;
    const sound =
      Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side > 0);
    const axes: unknown = 'axes' in value ? value.axes : null;
    return {
      shape: sound ? (shape as number[]) : null,
      axes: typeof axes === 'string' ? axes : null,
    };
  } catch {
    return { shape: null, axes: null };
  }
}
