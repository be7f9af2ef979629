import { createRealFft3d } from '@blurcycle/compute/transforms';
import {
  assertRange,
  assertShape,
  createVolume,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import type { PupilParameters } from '@blurcycle/psf';
import { fitPupil, type PupilFitOptions } from './fitPupil.ts';
import {
  commonBlock,
  LEAKY_BINS,
  radialBins,
  radialSpectrum,
  type RadialBins,
  type RadialSpectrum,
  type Taper,
} from './radialSpectra.ts';

/** Window and model of a kernel that two unpaired sets of volumes determine. */
interface KernelFromSpectraOptions {
  /** Sides of the kernel in voxels, all odd. */
  readonly size: Shape3;
  /**
   * `none` where the volumes are periodic, as simulated ones may be; `hann` for all others, at the
   * price of leakage between frequencies. @defaultValue 'hann'
   */
  readonly taper?: Taper;
  /** Fits a pupil instead of a free kernel. */
  readonly pupil?: PupilFitOptions;
}

/** A kernel and how it came about. */
interface KernelFromSpectra {
  /** Non-negative; its sum is the ratio of the mean intensities. */
  readonly kernel: Volume;
  /** Variance of the white noise in a voxel of the blurred volumes. */
  readonly noiseVariance: number;
  /** Frequencies of a block whose transfer is above its error; the free kernel uses no others. */
  readonly significantFrequencies: number;
  readonly frequencies: number;
  /** Sum of the kernel by the fit instead of by the means; null for a free kernel. */
  readonly fittedGain: number | null;
  /** Null for a free kernel. */
  readonly pupil: PupilParameters | null;
}

/** Bins whose squared transfer is at least this many standard errors of the noise are used. */
const SIGNIFICANCE = 3;
/** Lateral radii beyond this part of the largest hold noise alone: the corners of the spectrum. */
const NOISE_RADIUS = 0.78;

/**
 * The kernel that turns the power spectrum of sharp volumes into that of blurred ones: no pairs,
 * no training.
 *
 * E|Y|² = |H|² E|X|² + noise. The noise is white, so the corners of the spectrum, beyond the
 * support of any transfer function of light at the usual sampling, show its variance. The free
 * kernel has the transfer √((P_Y - noise) / P_X), averaged over the azimuth, where that is at least
 * three standard errors and no taper leaks, and 0 elsewhere; its phase is 0, so it is symmetric; it
 * is cut to the window and its negative values become 0. With `pupil` the numbers of a pupil are
 * fitted instead; then the window must hold the PSF, or the fit bends to replace what is missing.
 *
 * Both assume a PSF that is round about the axis, an additive background of 0 and specimens of one
 * kind in both sets. Neither tells h(z) from h(-z).
 *
 * Cost: one real transform for each volume, 0.1 s at 48 x 128 x 128; a second or two for a pupil
 * at 7 x 15 x 15.
 * Source: the idea in two dimensions: Haltmeier & Hwang (2024), arXiv:2402.00670.
 *
 * @param blurred - Volumes of the microscope.
 * @param sharp - Volumes of other specimens of the same kind; same voxel size.
 * @throws {RuleError} If a set is empty, voxel sizes differ, or a side is even or too large.
 */
export function kernelFromSpectra(
  blurred: readonly Volume[],
  sharp: readonly Volume[],
  options: KernelFromSpectraOptions,
): KernelFromSpectra {
  const { size, taper = 'hann', pupil } = options;
  checkSets(blurred, sharp, size);
  const { voxelSizeUm } = sharp[0];
  const bins = radialBins(commonBlock([...blurred, ...sharp]), voxelSizeUm);
  const [y, x] = [blurred, sharp].map((volumes) => radialSpectrum(volumes, bins, taper));
  const noiseVariance = noiseFloor(y, bins);
  const transfer = squaredTransfer(y, x, bins, noiseVariance, taper);
  const gain = y.mean / x.mean;
  assertRange(
    gain > 0 && Number.isFinite(gain),
    'kernelFromSpectra',
    'the mean of blurred over that of sharp',
    'be positive',
    gain,
    'subtract the background',
  );
  const facts = {
    noiseVariance,
    frequencies: bins.counts.reduce((sum, count) => sum + count, 0),
    significantFrequencies: bins.counts.reduce(
      (sum, count, bin) => sum + (transfer.significant[bin] === 1 ? count : 0),
      0,
    ),
  };
  if (pupil === undefined) {
    const free = zeroPhaseKernel(transfer, bins, gain, size);
    return {
      ...facts,
      kernel: withSum(free, size, voxelSizeUm, gain),
      fittedGain: null,
      pupil: null,
    };
  }
  const fit = fitPupil({ bins, blurred: y, sharp: x, taper, noiseVariance, gain, size, ...pupil });
  return {
    ...facts,
    kernel: withSum(fit.kernel, size, voxelSizeUm, gain),
    fittedGain: Math.exp(fit.parameters.logGain),
    pupil: { ...fit.parameters, logGain: Math.log(gain) },
  };
}

/** |H|² in each bin, and 1 where it is above its error. */
interface SquaredTransfer {
  readonly square: Float64Array;
  readonly significant: Uint8Array;
}

function squaredTransfer(
  y: RadialSpectrum,
  x: RadialSpectrum,
  { counts, radialCount }: RadialBins,
  noise: number,
  taper: Taper,
): SquaredTransfer {
  const square = y.power.map(
    (power, bin) => (power - noise) / Math.max(x.power[bin], Number.MIN_VALUE),
  );
  const significant = Uint8Array.from(counts, (count, bin) => {
    const leaky = bin >= radialCount && bin % radialCount < LEAKY_BINS[taper];
    if (count === 0 || leaky) return 0;
    // The power at one frequency scatters by its mean; half of the frequencies mirror the rest.
    const error = (y.power[bin] / x.power[bin]) * Math.sqrt(2 / (count * y.blocks));
    return square[bin] > SIGNIFICANCE * error ? 1 : 0;
  });
  return { square, significant };
}

/** Mean power in the corners of the lateral spectrum. */
function noiseFloor({ power }: RadialSpectrum, bins: RadialBins): number {
  const { radialPerUm, radialCount, counts } = bins;
  const limit = NOISE_RADIUS * radialPerUm[radialCount - 1];
  let sum = 0;
  let count = 0;
  power.forEach((value, bin) => {
    if (radialPerUm[bin % radialCount] < limit) return;
    sum += counts[bin] * value;
    count += counts[bin];
  });
  return sum / count;
}

/** The inverse transform of √|H|², cut to `size`; the frequency 0 has the gain. */
function zeroPhaseKernel(
  { square, significant }: SquaredTransfer,
  { block, binOf }: RadialBins,
  gain: number,
  size: Shape3,
): Float32Array {
  const real = Float64Array.from(binOf, (bin) =>
    significant[bin] === 1 ? Math.sqrt(square[bin]) : 0,
  );
  real[0] = gain;
  const origin = size.map((side, axis) => block[axis] - (side - 1) / 2) as unknown as Shape3;
  return createRealFft3d(block).inverse(
    { real, imaginary: new Float64Array(real.length) },
    size,
    origin,
  );
}

/** The kernel without negative values, with sum `gain`. */
function withSum(
  values: ArrayLike<number>,
  size: Shape3,
  voxelSizeUm: VoxelSizeUm,
  gain: number,
): Volume {
  const positive = Float32Array.from(values, (value) => Math.max(value, 0));
  const scale = gain / positive.reduce((sum, value) => sum + value, 0);
  return createVolume(
    size,
    voxelSizeUm,
    positive.map((value) => scale * value),
  );
}

function checkSets(blurred: readonly Volume[], sharp: readonly Volume[], size: Shape3): void {
  const where = 'kernelFromSpectra';
  assertShape(where, 'size', size);
  assertRange(
    size.every((side) => side % 2 === 1),
    where,
    'size',
    'have odd sides',
    size,
  );
  for (const [name, volumes] of Object.entries({ blurred, sharp })) {
    assertRange(volumes.length > 0, where, name, 'hold a volume', volumes.length);
    for (const { shape, voxelSizeUm } of volumes) {
      const fits = shape.every((side, axis) => side >= 1.5 * size[axis]);
      assertRange(fits, where, name, 'be at least 1.5 times as large as the kernel', shape);
      const same = voxelSizeUm.every(
        (step, axis) => Math.abs(step / sharp[0].voxelSizeUm[axis] - 1) < 1e-6,
      );
      assertRange(same, where, name, 'have one voxel size', voxelSizeUm, 'resample one set');
    }
  }
}
