import {
  createVolume,
  describeViolation,
  InputError,
  median,
  type Shape3,
  type Volume,
} from '@blurcycle/core';

/** Voxels that tell nothing of the light. */
interface BadVoxels {
  /** The stack; a hot voxel has the median of its neighbors in the plane. */
  readonly stack: Volume;
  /** 1 for voxels to believe, 0 for others; undefined where all are believed. */
  readonly mask: Float32Array | undefined;
  readonly hot: number;
  readonly saturated: number;
  /** Voxels that `excluded` names. */
  readonly excluded: number;
  readonly warnings: readonly string[];
}

/** What to look for. */
export interface BadVoxelOptions {
  readonly hotVoxels: 'mask' | 'keep';
  /** Values from here on are saturated; `auto` by the bits of the camera. */
  readonly saturation: number | 'auto' | undefined;
  /** Whether the stack holds what a camera counted. */
  readonly isRaw: boolean;
  /** Voxels that do not count, whatever they hold: those where this is not 0. */
  readonly excluded?: Volume | undefined;
}

/**
 * A blurred point is never so many times brighter than all of its neighbors: the image of a
 * microscope changes slowly from voxel to voxel.
 */
const HOT_FACTOR = 4;
/** The difference is so many times that of neighbors, in standard deviations: no noise. */
const HOT_SIGMAS = 12;
/** Part of a column or row that has to be brighter than both of its sides. */
const LINE_PART = 0.9;
/** More than this part of the stack is no defect of a camera. */
const MOST_HOT = 1e-3;
/** Largest counts of cameras. */
const FULL_SCALES = [255, 1023, 4095, 16383, 65535];
/** So many voxels at the full scale are no coincidence. */
const FEW_SATURATED = 3;

/**
 * Finds hot and saturated voxels of a stack of counts.
 *
 * Hot is a voxel that is more than four times as bright as each of its eight neighbors in the plane
 * (a hot pixel is so in all planes), and by more than noise, or a column or row most of which is so
 * against both of its sides. Stacks of fractions are not looked at, nor those where more than a
 * thousandth would be hot: such are of single voxels by nature.
 */
export function findBadVoxels(given: Volume, options: BadVoxelOptions): BadVoxels {
  const excluded = countExcluded(options.excluded);
  const volume = fillExcluded(given, options.excluded, excluded);
  const { data, shape, voxelSizeUm } = volume;
  const hot = options.isRaw && options.hotVoxels === 'mask' ? findHot(volume) : [];
  const level = options.isRaw ? saturationLevel(data, options.saturation) : undefined;
  const saturated =
    level === undefined ? 0 : data.reduce((sum, value) => sum + (value >= level ? 1 : 0), 0);
  const masksSaturated = options.saturation !== undefined && saturated > 0;
  const warnings = [
    ...(hot.length === 0 ? [] : [describeHot(hot, volume)]),
    ...(saturated === 0
      ? []
      : [
          `${saturated} voxels are saturated, at ${level} or above: ` +
            (masksSaturated
              ? 'they are masked'
              : 'their light is not known; --saturation auto masks them'),
        ]),
  ];
  if (hot.length === 0 && !masksSaturated && excluded === 0)
    return { stack: volume, mask: undefined, hot: 0, saturated, excluded, warnings };
  const mask = new Float32Array(data.length).fill(1);
  const filled = data.slice();
  const isHot = new Set(hot);
  for (const i of hot) {
    mask[i] = 0;
    const good = neighbors(i, shape).filter((other) => !isHot.has(other));
    filled[i] = good.length === 0 ? 0 : median(good.map((other) => data[other]));
  }
  if (masksSaturated && level !== undefined) {
    for (let i = 0; i < data.length; i++) if (data[i] >= level) mask[i] = 0;
  }
  options.excluded?.data.forEach((value, i) => {
    if (value !== 0) mask[i] = 0;
  });
  const stack = hot.length === 0 ? volume : createVolume(shape, voxelSizeUm, filled);
  return { stack, mask, hot: hot.length, saturated, excluded, warnings };
}

/** The stack with the mean of all others in voxels that do not count: what they hold is lost. */
function fillExcluded(volume: Volume, excluded: Volume | undefined, count: number): Volume {
  if (excluded === undefined || count === 0) return volume;
  let total = 0;
  volume.data.forEach((value, i) => (total += excluded.data[i] === 0 ? value : 0));
  const fill = total / (volume.data.length - count);
  const data = volume.data.map((value, i) => (excluded.data[i] === 0 ? value : fill));
  return createVolume(volume.shape, volume.voxelSizeUm, data);
}

function countExcluded(excluded: Volume | undefined): number {
  const count = excluded?.data.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0) ?? 0;
  if (count < (excluded?.data.length ?? Infinity)) return count;
  const remedy = '0 marks the voxels that count';
  throw new InputError(
    describeViolation('deconvolve', '--mask', 'leave voxels that count', 'none', remedy),
  );
}

function describeHot(hot: readonly number[], { shape }: Volume): string {
  const [, height, width] = shape;
  const places = hot
    .slice(0, 3)
    .map(
      (i) =>
        `(${Math.floor(i / (height * width))}, ${Math.floor(i / width) % height}, ${i % width})`,
    );
  const more = hot.length > places.length ? ', ...' : '';
  return (
    `${hot.length} hot ${hot.length === 1 ? 'voxel is' : 'voxels are'} masked, at ${places.join(', ')}${more} ` +
    '(z, y, x from 0): --hot-voxels keep leaves them'
  );
}

function saturationLevel(
  data: Float32Array,
  stated: number | 'auto' | undefined,
): number | undefined {
  if (typeof stated === 'number') return stated;
  const largest = data.reduce((most, value) => Math.max(most, value), 0);
  if (!FULL_SCALES.includes(largest)) return undefined;
  const count = data.reduce((sum, value) => sum + (value === largest ? 1 : 0), 0);
  return count >= FEW_SATURATED ? largest : undefined;
}

/** Places of the neighbors in the plane. */
function neighbors(i: number, [, height, width]: Shape3): number[] {
  const [y, x] = [Math.floor(i / width) % height, i % width];
  const places: number[] = [];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
      if (inside && (dy !== 0 || dx !== 0)) places.push(i + dy * width + dx);
    }
  }
  return places;
}

function findHot(volume: Volume): number[] {
  const { data, shape } = volume;
  const [, height, width] = shape;
  const hot = new Set<number>();
  const least = HOT_SIGMAS * noiseOf(volume);
  const isAbove = (value: number, other: number): boolean =>
    value > HOT_FACTOR * other && value - other > least;
  for (let i = 0; i < data.length; i++) {
    // Nearly all end here.
    if (i % width > 0 && !isAbove(data[i], data[i - 1])) continue;
    if (neighbors(i, shape).every((other) => isAbove(data[i], data[other]))) hot.add(i);
  }
  for (const x of hotLines(volume, 1, width, isAbove)) {
    for (let i = x; i < data.length; i += width) hot.add(i);
  }
  for (const y of hotLines(volume, width, height, isAbove)) {
    for (let i = 0; i < data.length; i++) if (Math.floor(i / width) % height === y) hot.add(i);
  }
  const most = MOST_HOT * data.length + data.length / Math.min(width, height);
  return hot.size > most ? [] : [...hot].sort((a, b) => a - b);
}

/** Standard deviation of the noise, by the differences of neighbors; 1 at least, for counts. */
function noiseOf({ data, shape: [, , width] }: Volume): number {
  const step = Math.max(1, Math.floor(data.length / MOST_SAMPLES));
  const differences: number[] = [];
  for (let i = 0; i < data.length; i += step)
    if (i % width > 0) differences.push(Math.abs(data[i] - data[i - 1]));
  // The median of |a - b| is 0.6745 times the square root of 2 standard deviations.
  return Math.max(1, median(differences.length === 0 ? [0] : differences) / 0.954);
}

/** Enough for a median. */
const MOST_SAMPLES = 2 ** 18;

/** Places of columns (`stride` 1) or rows (`stride` the width) that are brighter along them. */
function hotLines(
  { data, shape }: Volume,
  stride: number,
  count: number,
  isAbove: (value: number, other: number) => boolean,
): number[] {
  const [, height, width] = shape;
  const above = new Float64Array(count);
  for (let i = 0; i < data.length; i++) {
    const place = stride === 1 ? i % width : Math.floor(i / width) % height;
    const before = place === 0 || isAbove(data[i], data[i - stride]);
    if (before && (place === count - 1 || isAbove(data[i], data[i + stride]))) above[place]++;
  }
  const least = (LINE_PART * data.length) / count;
  return Array.from(above.keys()).filter((place) => above[place] >= least);
}
