/** @file Learned kernels as the page shows them; the script of the page uses this, too. */

/** A kernel in the window of its figure. */
export interface ShownKernel {
  readonly id: string;
  readonly label: string;
  readonly role: 'truth' | 'start' | 'learned';
  /** Null for what all seeds share. */
  readonly seed: number | null;
  readonly fwhmUm: readonly [number | null, number | null, number | null];
  readonly correlation: number | null;
  /** [z, y, x]. */
  readonly values: Float32Array;
}

/** Kernels in one window. */
export interface KernelSet {
  readonly shape: readonly [depth: number, height: number, width: number];
  readonly voxelSizeUm: readonly [number, number, number];
  readonly kernels: readonly ShownKernel[];
}

/** The values behind 16-bit integers, little-endian. */
export function kernelValues(bytes: Uint8Array, scale: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) =>
    Math.fround(scale * view.getInt16(2 * i, true)),
  );
}

/** The seeds of which a learned kernel is shown. */
export function kernelSeeds({ kernels }: KernelSet): readonly number[] {
  return kernels.flatMap(({ role, seed }) => (role === 'learned' && seed !== null ? [seed] : []));
}

/** Truth, start and learned kernel of a seed, of those that are there. */
export function kernelsOfSeed({ kernels }: KernelSet, seed: number): readonly ShownKernel[] {
  return kernels.filter((kernel) => kernel.seed === null || kernel.seed === seed);
}

/** Learned minus true. */
export function differenceFrom(truth: ShownKernel, learned: ShownKernel): Float32Array {
  return learned.values.map((value, i) => value - truth.values[i]);
}

/** Largest value of all kernels, and largest size of a difference from the truth. */
export function kernelLimits({ kernels }: KernelSet): {
  readonly peak: number;
  readonly difference: number;
} {
  const [truth] = kernels;
  let [peak, difference] = [0, 0];
  for (const kernel of kernels) {
    for (const [i, value] of kernel.values.entries()) {
      if (value > peak) peak = value;
      const away = Math.abs(value - truth.values[i]);
      if (kernel.role === 'learned' && away > difference) difference = away;
    }
  }
  return { peak: peak || 1, difference: difference || 1 };
}

/** Decades of a logarithmic scale. */
export const DECADES = 3;

/** Part of the scale, 0 to 1, of a value that is not negative. */
export function toneOf(value: number, limit: number, isLog: boolean): number {
  const share = Math.min(1, Math.max(0, value / limit));
  if (!isLog) return share;
  return share === 0 ? 0 : Math.max(0, 1 + Math.log10(share) / DECADES);
}

/** The XY plane at `z` or the XZ section at `y` of values in a window, row by row. */
export function cutValues(
  values: Float32Array,
  [depth, height, width]: KernelSet['shape'],
  cut: 'xy' | 'xz',
  at: number,
): Float32Array {
  if (cut === 'xy') return values.slice(at * height * width, (at + 1) * height * width);
  const section = new Float32Array(depth * width);
  for (let z = 0; z < depth; z++) {
    const from = (z * height + at) * width;
    section.set(values.subarray(from, from + width), z * width);
  }
  return section;
}

/** The voxel in the middle, [z, y, x]. */
export function middleOf({ shape }: Pick<KernelSet, 'shape'>): [number, number, number] {
  return [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2), Math.floor(shape[2] / 2)];
}

/** Positions in µm from the middle, and values, along an axis through a voxel. */
export function kernelLine(
  { shape, voxelSizeUm }: Omit<KernelSet, 'kernels'>,
  values: Float32Array,
  point: readonly [number, number, number],
  axis: 0 | 1 | 2,
): readonly (readonly [um: number, value: number])[] {
  return Array.from({ length: shape[axis] }, (_, i) => {
    const [z, y, x] = point.map((at, k) => (k === axis ? i : at));
    const um = (i - Math.floor(shape[axis] / 2)) * voxelSizeUm[axis];
    return [um, values[(z * shape[1] + y) * shape[2] + x]] as const;
  });
}

/** Colors of differences: blue is too small, orange is too large, near black is equal. */
const TOO_SMALL = [86, 170, 255] as const;
const EQUAL = [16, 19, 23] as const;
const TOO_LARGE = [255, 158, 74] as const;

/** The color of a difference from -1, the most too small, to 1. */
export function signedColor(share: number): readonly [number, number, number] {
  const end = share < 0 ? TOO_SMALL : TOO_LARGE;
  const part = Math.min(1, Math.abs(share));
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(EQUAL[channel] + part * (end[channel] - EQUAL[channel]));
  return [mix(0), mix(1), mix(2)];
}
