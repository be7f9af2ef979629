/** What the pages of a file stand for, as its metadata say. */
export interface StackDimensions {
  /** Who wrote the metadata; `plain` for a file without any. */
  readonly source: 'ImageJ' | 'OME' | 'tifffile' | 'plain';
  /** Order in which pages run through channels, slices and time points, fastest first. */
  readonly order: PlaneOrder;
  readonly channels: number;
  readonly slices: number;
  readonly timePoints: number;
  /**
   * Page of each plane in `order`, where the file lists them; null when they follow one another.
   */
  readonly pages: readonly number[] | null;
  /** Edge lengths of a voxel in µm, z, y, x; null where the file does not say. */
  readonly voxelSizeUm: readonly [dz: number | null, dy: number | null, dx: number | null];
}

/** Orders of channel, slice and time, fastest first. */
export type PlaneOrder = 'czt' | 'ctz' | 'zct' | 'ztc' | 'tcz' | 'tzc';

/** Position of a plane in the order of its file; all counted from 0. */
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

/**
 * Dimensions as the pages count them: channels that lie side by side in each page take no pages of
 * their own.
 */
export function pagedDimensions(
  dimensions: StackDimensions,
  samplesPerPixel: number,
): StackDimensions {
  const sideBySide = samplesPerPixel > 1 && dimensions.channels === samplesPerPixel;
  return sideBySide ? { ...dimensions, channels: 1 } : dimensions;
}
