/** Channels, slices and time points of a file, and their order in its pages, by its metadata. */
export interface StackDimensions {
  /** Program whose metadata state it; `plain` for a file without metadata. */
  readonly source: 'ImageJ' | 'OME' | 'tifffile' | 'plain';
  /** Order of channels, slices and time points in the pages, fastest first. */
  readonly order: PlaneOrder;
  readonly channels: number;
  readonly slices: number;
  readonly timePoints: number;
  /** Page of each plane in `order` if the file lists them; null if they follow one another. */
  readonly pages: readonly number[] | null;
  /** Edge lengths of a voxel in µm, z, y, x; null where the file does not state it. */
  readonly voxelSizeUm: readonly [dz: number | null, dy: number | null, dx: number | null];
}

/** Orders of channel, slice and time, fastest first. */
export type PlaneOrder = 'czt' | 'ctz' | 'zct' | 'ztc' | 'tcz' | 'tzc';

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

/** Length of one unit in µm, by the names in microscopy files, in lower case. */
const MICROMETERS: Readonly<Record<string, number>> = {
  m: 1e6,
  meter: 1e6,
  dm: 1e5,
  cm: 1e4,
  centimeter: 1e4,
  mm: 1e3,
  millimeter: 1e3,
  um: 1,
  µm: 1,
  μm: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometre: 1,
  nm: 1e-3,
  nanometer: 1e-3,
  nanometre: 1e-3,
  pm: 1e-6,
  å: 1e-4,
  angstrom: 1e-4,
  in: 25400,
  inch: 25400,
  ft: 304800,
};

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
  return Object.hasOwn(MICROMETERS, plain) ? MICROMETERS[plain] : null;
}
