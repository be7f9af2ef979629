/** Channels, slices and time points of a file, and their order in its pages, by its metadata. */
export interface StackDimensions {
  /** Program whose metadata state it; `plain` for a file without metadata. */
  readonly source: 'ImageJ' | 'OME' | 'tifffile' | 'MetaMorph' | 'LSM' | 'plain';
  /** Order of channels, slices and time points in the pages, fastest first. */
  readonly order: PlaneOrder;
  readonly channels: number;
  readonly slices: number;
  readonly timePoints: number;
  /** Page of each plane in `order` if the file lists them; null if they follow one another. */
  readonly pages: readonly PageReference[] | null;
  /** Edge lengths of a voxel in µm, z, y, x; null where the file does not state it. */
  readonly voxelSizeUm: readonly [dz: number | null, dy: number | null, dx: number | null];
}

/** A page of the file, from 0 (-1: none), or of another file in the same folder. */
export interface PageReference {
  readonly page: number;
  /** Name of the other file. */
  readonly file: string | null;
}

/** Orders of channel, slice and time, fastest first. */
export type PlaneOrder = 'czt' | 'ctz' | 'zct' | 'ztc' | 'tcz' | 'tzc';

/** Whether a text is one of the six orders. */
export function isPlaneOrder(order: string): order is PlaneOrder {
  return ['czt', 'ctz', 'zct', 'ztc', 'tcz', 'tzc'].includes(order);
}

/** Index of a plane in the order of its file; all indices from 0. */
export function planeIndex(
  dimensions: StackDimensions,
  channel: number,
  slice: number,
  timePoint: number,
): number {
  const position = { c: channel, z: slice, t: timePoint };
  const size = { c: dimensions.channels, z: dimensions.slices, t: dimensions.timePoints };
  let index = 0;
  let stride = 1;
  for (const axis of dimensions.order) {
    if (axis !== 'c' && axis !== 'z' && axis !== 't') continue;
    index += position[axis] * stride;
    stride *= size[axis];
  }
  return index;
}

/** Dimensions in pages: interleaved channels share a page, so they count as one. */
export function pagedDimensions(
  dimensions: StackDimensions,
  samplesPerPixel: number,
): StackDimensions {
  const interleaved = samplesPerPixel > 1 && dimensions.channels === samplesPerPixel;
  return interleaved ? { ...dimensions, channels: 1 } : dimensions;
}

/** Prefixes of the meter with the length in µm. */
const PREFIXES = [
  ['', '', 1e6],
  ['deci', 'd', 1e5],
  ['centi', 'c', 1e4],
  ['milli', 'm', 1e3],
  ['micro', 'u', 1],
  ['micro', 'µ', 1],
  ['micro', 'μ', 1],
  ['nano', 'n', 1e-3],
  ['pico', 'p', 1e-6],
] as const;

/** Length of one unit in µm, by the names in microscopy files, in lower case. */
const MICROMETERS: ReadonlyMap<string, number> = new Map([
  ...PREFIXES.flatMap(([name, letter, length]) =>
    [
      `${letter}m`,
      ...[`${name}meter`, `${name}metre`, `${letter}meter`, `${letter}metre`].flatMap(plural),
    ].map((unit) => [unit, length] as const),
  ),
  ...[...plural('micron'), 'µ', 'μ'].map((unit) => [unit, 1] as const),
  ...['å', ...plural('angstrom'), ...plural('ångström')].map((unit) => [unit, 1e-4] as const),
  ...['in', 'inch', 'inches', '"'].map((unit) => [unit, 25400] as const),
  ...['ft', 'foot', 'feet'].map((unit) => [unit, 304800] as const),
]);

function plural(name: string): string[] {
  return [name, `${name}s`];
}

/**
 * Length of a named unit in µm, or null for a name that is not a length (`pixel`, `reference
 * frame`, the empty string).
 *
 * Accepts ImageJ's escaped micro sign (`\u00B5m`) and both micro signs of Unicode.
 */
export function lengthUnitUm(name: string): number | null {
  const plain = name
    .trim()
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .toLowerCase();
  return MICROMETERS.get(plain) ?? null;
}
