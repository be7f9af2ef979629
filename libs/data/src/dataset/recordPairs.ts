import {
  assertRange,
  createRandomStream,
  createVolume,
  extent,
  mean,
  type Border,
  type RandomStream,
  type Volume,
} from '@blurcycle/core';
import {
  addPhotonNoise,
  addReadNoise,
  averageSnrDb,
  calibrateReadNoise,
  createForwardModel,
} from '@blurcycle/imaging';

/** A specimen and its noisy image, voxel for voxel. */
export interface Pair {
  /** Split and number, as `test-0`. */
  readonly id: string;
  readonly sharp: Volume;
  readonly blurred: Volume;
}

/** Noise of the recording. */
export interface NoiseSettings {
  /** Average SNR in dB after read noise; null adds no read noise. */
  readonly averageSnrDb: number | null;
  /** Photons at intensity 1; null adds no photon noise. */
  readonly poissonPeakCounts: number | null;
}

/** Microscope, exposure and noise. */
export interface RecordingOptions {
  /** Unit-sum PSF, sampled as the specimens. */
  readonly psf: Volume;
  /** Exposure; the same for all PSFs and noise levels of a data set. */
  readonly gain: number;
  /**
   * Seed of the noise; each specimen has its streams `noise/<id>/photons` and `noise/<id>/read`.
   */
  readonly seed: number;
  readonly noise: NoiseSettings;
  /** @defaultValue 'periodic', as the EPFL microtubules were blurred */
  readonly border?: Border;
  /** Standard deviation of the read noise; overrides `noise.averageSnrDb`. */
  readonly readNoiseSigma?: number;
}

/** Volumes recorded with one standard deviation of the read noise. */
export interface Recording {
  readonly pairs: readonly Pair[];
  readonly readNoiseSigma: number;
  /** Measured average SNR in dB over all voxels of all pairs; Infinity without noise. */
  readonly averageSnrDb: number;
  /** False if photon noise alone exceeds the target; then no read noise is added. */
  readonly reachable: boolean;
}

/** A specimen before recording. */
export type Specimen = Pick<Pair, 'id' | 'sharp'>;

/**
 * Blurs specimens and adds noise; the random numbers depend only on the seed and the id.
 *
 * To record test specimens with another PSF or noise level, use the gain and seed of the data set:
 * `recordPairs(dataset.test, { psf: richardsWolf, gain: dataset.gain, seed, noise })`.
 *
 * Cost: two FFTs per specimen and about two random numbers per voxel.
 *
 * @param specimens - At least one; all of one shape.
 */
export function recordPairs(specimens: readonly Specimen[], options: RecordingOptions): Recording {
  const { psf, gain, border = 'periodic' } = options;
  const model = createForwardModel(psf, specimens[0].sharp.shape, { border, gain });
  const clean = specimens.map(({ sharp }) => model.forward(sharp));
  return recordBlurred(specimens, clean, options);
}

/**
 * As `recordPairs`, for blurred specimens without noise: `clean[i]` = gain × PSF * `specimens[i]`.
 */
export function recordBlurred(
  specimens: readonly Specimen[],
  clean: readonly Volume[],
  options: Pick<RecordingOptions, 'seed' | 'noise' | 'readNoiseSigma'>,
): Recording {
  const { seed, noise } = options;
  const stream = (id: string, part: string): RandomStream =>
    createRandomStream(seed, `noise/${id}/${part}`);
  const counted = specimens.map(({ id }, i) =>
    addPhotonNoise(clean[i], noise.poissonPeakCounts, stream(id, 'photons')),
  );
  const calibration = calibrateReadNoise(clean, counted, noise.averageSnrDb ?? Infinity);
  const { readNoiseSigma = calibration.readNoiseSigma } = options;
  const pairs = specimens.map(({ id, sharp }, i) => ({
    id,
    sharp,
    blurred: addReadNoise(counted[i], readNoiseSigma, stream(id, 'read')),
  }));
  return {
    pairs,
    readNoiseSigma,
    averageSnrDb: averageSnrDb(
      clean,
      pairs.map(({ blurred }) => blurred),
    ),
    reachable: noise.averageSnrDb === null || calibration.reachable,
  };
}

/** Fraction of the voxels of a volume that count as its brightest. */
const BRIGHTEST_FRACTION = 5e-4;

/**
 * The exposure gain that scales the brightest voxels of a set of blurred volumes to about 1.
 *
 * gain = 1 / (mean over the volumes of the 99.95th percentile of the intensity). Unlike the
 * maximum, which depends on single crossings of filaments and grows with the volume, it does not
 * depend on the size of the volumes.
 *
 * @param blurred - Specimens after convolution with the unit-sum PSF.
 */
export function exposureGain(blurred: readonly Volume[]): number {
  const bright = mean(blurred.map(({ data }) => brightness(data)));
  assertRange(bright > 0, 'exposureGain', 'blurred', 'hold some light', bright);
  return 1 / bright;
}

/** The smallest intensity of the brightest voxels. */
function brightness(data: Float32Array): number {
  const rank = Math.max(1, Math.round(BRIGHTEST_FRACTION * data.length));
  // Most voxels are dark: sorting only those above half the maximum, if they are enough, is 50
  // times faster.
  const [, maximum] = extent(data);
  const bright = data.filter((value) => value > maximum / 2);
  const sorted = (bright.length >= rank ? bright : data.slice()).sort();
  return sorted[sorted.length - rank];
}

/** factor × (volume - offset). */
export function scaleVolume(
  { shape, voxelSizeUm, data }: Volume,
  factor: number,
  offset = 0,
): Volume {
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => factor * (value - offset)),
  );
}
