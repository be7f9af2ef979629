import { createRealFft3d, isSmooth } from '@blurcycle/compute/transforms';
import { type Shape3, type Volume, type VoxelSizeUm } from '@blurcycle/core';

/** How blocks end: `none` for volumes that are periodic, `hann` for all others. */
export type Taper = 'none' | 'hann';

/**
 * Innermost radial bins that a taper fills with light of other bins, twice the half width of Hann's
 * main lobe: out of focus a wide-field microscope transfers next to nothing there, and its
 * brightest frequencies lie beside.
 */
export const LEAKY_BINS = { none: 0, hann: 4 } as const satisfies Record<Taper, number>;

/** Bins of spatial frequency: |kz| by lateral radius, of a block of voxels. */
export interface RadialBins {
  readonly block: Shape3;
  readonly voxelSizeUm: VoxelSizeUm;
  readonly axialCount: number;
  readonly radialCount: number;
  /** |kz| of each axial bin and the lateral radius of each radial bin, cycles/µm. */
  readonly axialPerUm: Float64Array;
  readonly radialPerUm: Float64Array;
  /** Frequencies in each bin, [axial][radial]; 0 where there is none. */
  readonly counts: Float64Array;
  /** Bin of each frequency of the half spectrum of a block, [z][y][x/2 + 1]. */
  readonly binOf: Int32Array;
}

/** Power of one set of volumes in the bins, mean over its blocks. */
export interface RadialSpectrum {
  /** Mean over blocks and frequencies of |F|² per voxel. */
  readonly power: Float64Array;
  /** Variance between blocks of the mean over frequencies; NaN with one block. */
  readonly variance: Float64Array;
  readonly blocks: number;
  /** Mean intensity. */
  readonly mean: number;
}

/** Bins for a block; the radial width is that of the coarser lateral axis. */
export function radialBins(block: Shape3, voxelSizeUm: VoxelSizeUm): RadialBins {
  const [depth, height, width] = block;
  const half = Math.floor(width / 2) + 1;
  const steps = block.map((side, axis) => 1 / (side * voxelSizeUm[axis]));
  const radialStep = Math.max(steps[1], steps[2]);
  const axialCount = Math.floor(depth / 2) + 1;
  const radiusOf = (y: number, x: number): number =>
    Math.hypot(Math.min(y, height - y) * steps[1], x * steps[2]);
  const largest = radiusOf(Math.floor(height / 2), half - 1);
  const radialCount = Math.round(largest / radialStep) + 1;
  const counts = new Float64Array(axialCount * radialCount);
  const radii = new Float64Array(radialCount);
  const inRing = new Float64Array(radialCount);
  const binOf = new Int32Array(depth * height * half);
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < half; x++, i++) {
        const radius = radiusOf(y, x);
        const ring = Math.round(radius / radialStep);
        binOf[i] = Math.min(z, depth - z) * radialCount + ring;
        // The other half of the spectrum mirrors all but the first and the last column.
        const images = x === 0 || 2 * x === width ? 1 : 2;
        counts[binOf[i]] += images;
        radii[ring] += images * radius;
        inRing[ring] += images;
      }
    }
  }
  return {
    block,
    voxelSizeUm,
    axialCount,
    radialCount,
    axialPerUm: Float64Array.from({ length: axialCount }, (_, z) => z * steps[0]),
    radialPerUm: radii.map((sum, ring) => sum / Math.max(inRing[ring], 1)),
    counts,
    binOf,
  };
}

/**
 * The largest block that fits into every volume and that the transform can do, a product of 2, 3,
 * 5 and 7 along each axis.
 */
export function commonBlock(volumes: readonly Volume[]): Shape3 {
  const side = (axis: 0 | 1 | 2): number => {
    let length = Math.min(...volumes.map(({ shape }) => shape[axis]));
    while (!isSmooth(length)) length--;
    return length;
  };
  return [side(0), side(1), side(2)];
}

/**
 * Mean power spectrum of the blocks of a set of volumes, in bins.
 *
 * P(k) = |Σ w (v - m) exp(-2πi k·r)|² / Σ w², m the mean of the set for a tapered block and 0
 * otherwise; white noise of variance σ² has P = σ² at every frequency. Blocks overlap as little as
 * covers each volume.
 *
 * Cost: one real transform for each block.
 */
export function radialSpectrum(
  volumes: readonly Volume[],
  bins: RadialBins,
  taper: Taper,
): RadialSpectrum {
  const { block, binOf, counts } = bins;
  const fft = createRealFft3d(block);
  const voxels = block[0] * block[1] * block[2];
  const mean =
    volumes.reduce((sum, { data }) => sum + data.reduce((a, b) => a + b, 0) / data.length, 0) /
    volumes.length;
  const windows = block.map((side) => taperOf(side, taper));
  const energy = windows.reduce((product, w) => product * w.reduce((a, b) => a + b * b, 0), 1);
  const images = imagesOf(block);
  const power = new Float64Array(counts.length);
  const squares = new Float64Array(counts.length);
  let blocks = 0;
  const values = new Float32Array(voxels);
  for (const volume of volumes) {
    for (const origin of blockOrigins(volume.shape, block)) {
      cutBlock(volume, origin, block, windows, taper === 'none' ? 0 : mean, values);
      const { real, imaginary } = fft.forward(values, block, [0, 0, 0]);
      const sums = new Float64Array(counts.length);
      for (let i = 0; i < binOf.length; i++)
        sums[binOf[i]] += (images[i] * (real[i] ** 2 + imaginary[i] ** 2)) / energy;
      blocks++;
      sums.forEach((sum, bin) => {
        const value = sum / Math.max(counts[bin], 1);
        power[bin] += value;
        squares[bin] += value * value;
      });
    }
  }
  for (let bin = 0; bin < power.length; bin++) power[bin] /= blocks;
  const variance = squares.map((sum, bin) => (sum - blocks * power[bin] ** 2) / (blocks - 1));
  return { power, variance, blocks, mean };
}

/** How often each frequency of the half spectrum stands in the whole. */
function imagesOf([depth, height, width]: Shape3): Uint8Array {
  const half = Math.floor(width / 2) + 1;
  return Uint8Array.from({ length: depth * height * half }, (_, i) => {
    const x = i % half;
    return x === 0 || 2 * x === width ? 1 : 2;
  });
}

function taperOf(side: number, taper: Taper): Float64Array {
  return Float64Array.from({ length: side }, (_, i) =>
    taper === 'none' ? 1 : Math.sin((Math.PI * (i + 0.5)) / side) ** 2,
  );
}

function blockOrigins(shape: Shape3, block: Shape3): Shape3[] {
  const along = (axis: 0 | 1 | 2): number[] => {
    const count = Math.ceil(shape[axis] / block[axis]);
    const room = shape[axis] - block[axis];
    return Array.from({ length: count }, (_, i) =>
      count === 1 ? Math.floor(room / 2) : Math.round((i * room) / (count - 1)),
    );
  };
  return along(0).flatMap((z) => along(1).flatMap((y) => along(2).map((x): Shape3 => [z, y, x])));
}

function cutBlock(
  { data, shape }: Volume,
  origin: Shape3,
  block: Shape3,
  [alongZ, alongY, alongX]: readonly Float64Array[],
  mean: number,
  into: Float32Array,
): void {
  for (let z = 0, i = 0; z < block[0]; z++) {
    for (let y = 0; y < block[1]; y++) {
      const from = ((origin[0] + z) * shape[1] + origin[1] + y) * shape[2] + origin[2];
      const weight = alongZ[z] * alongY[y];
      for (let x = 0; x < block[2]; x++, i++)
        into[i] = (data[from + x] - mean) * weight * alongX[x];
    }
  }
}
