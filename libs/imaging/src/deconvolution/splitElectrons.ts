import {
  assertRange,
  createRandomStream,
  createVolume,
  extent,
  mean,
  type Volume,
} from '@blurcycle/core';
import { halfDeviate } from '../halfDeviate.ts';
import { noiseCoefficients } from '../photonTransfer.ts';
import { noiseSample, noiseVariance } from './noiseLevel.ts';

/** An image as two halves of its electrons, independent of each other. */
export interface SplitImage {
  /** One half, in the units of the image: twice as bright, so that it has the same light. */
  readonly training: Volume;
  /** The other half in electrons, with `readVariance` / 2 added as in the source. */
  readonly heldOut: Float32Array;
  /** Electrons for one unit of the image. */
  readonly electronsPerCount: number;
  /** Variance of the read noise in electrons. */
  readonly readVariance: number;
}

/** No camera, single image or sum of a few, holds more electrons in a voxel. */
const MOST_ELECTRONS = 1e6;
/** Part of the photon noise that must be there; the noise is known to some 10 %. */
const LEAST_NOISE = 0.5;
/** The same halves every time: a result can be made again. */
const SEED = 1;

/**
 * Splits the electrons of an image at random: each falls into one of two halves.
 *
 * n = round(g y + r), k ~ Binomial(n, 1/2): if n is Poisson distributed, k and n - k are too, with
 * half the mean, and independent. The read noise of a camera, of variance r, is no photon noise;
 * with r added, mean and variance of n are equal as those of a Poisson variable are, and the
 * halves are uncorrelated. r is what the noise of the image has beyond photon noise.
 *
 * Sources: Neufeld, Dharamshi, Gao & Witten, Data thinning for convolution-closed distributions,
 * JMLR 25 (2024), arXiv:2301.07276, for the split; Snyder et al., Compensation for read-out noise
 * in HST image restoration (STScI 1994), for r.
 *
 * @param image - Counts above the offset of the camera, at least 0.
 * @param psf - Its transfer function tells noise from light.
 * @param given - Electrons for one count; from the noise of the image unless given.
 * @throws {RuleError} If the noise is not that of counted light.
 */
export function splitElectrons(
  where: string,
  image: Volume,
  psf: Volume,
  given: number | undefined,
): SplitImage {
  const sample = noiseSample(image);
  const electronsPerCount = given ?? 1 / noiseCoefficients(sample, psf, 0).a;
  const [, largest] = extent(image.data);
  const most = electronsPerCount * largest;
  assertRange(
    most <= MOST_ELECTRONS,
    where,
    "observed with stop 'held-out'",
    'hold counts of a camera, at most 1e6 electrons in a voxel',
    Number.isFinite(most) ? `${most.toPrecision(3)} electrons` : 'no photon noise',
    REMEDY,
  );
  const light = electronsPerCount * mean(sample.data);
  const variance = electronsPerCount ** 2 * noiseVariance(sample, psf);
  assertRange(
    variance >= LEAST_NOISE * light,
    where,
    "observed with stop 'held-out'",
    'have the photon noise of its electrons, a variance as large as their number',
    `${variance.toPrecision(3)} for ${light.toPrecision(3)} electrons a voxel`,
    REMEDY,
  );
  const readVariance = Math.max(0, variance - light);
  const stream = createRandomStream(SEED, 'deconvolution/held-out');
  const { shape, voxelSizeUm, data } = image;
  const training = createVolume(shape, voxelSizeUm);
  const heldOut = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const electrons = Math.round(electronsPerCount * data[i] + readVariance);
    const half = halfDeviate(stream, electrons);
    training.data[i] = Math.max(0, (2 * half - readVariance) / electronsPerCount);
    heldOut[i] = electrons - half;
  }
  return { training, heldOut, electronsPerCount, readVariance };
}

const REMEDY =
  "smoothed, resampled or computed images do not: give the camera's own voxels, its --electrons-per-count, or --stop discrepancy";
