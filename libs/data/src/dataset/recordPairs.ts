import { createRandomStream, type Border, type RandomStream, type Volume } from '@blurcycle/core';
import {
  addPhotonNoise,
  addReadNoise,
  averageSnrDb,
  calibrateReadNoise,
  createForwardModel,
} from '@blurcycle/imaging';
import type { Pair } from './pair.ts';

/** The noise that volumes are recorded with. */
export interface NoiseSettings {
  /** Average SNR in dB that the read noise brings the volumes to; null adds no read noise. */
  readonly averageSnrDb: number | null;
  /** Photons at intensity 1; null leaves photon noise out. */
  readonly poissonPeakCounts: number | null;
}

/** A microscope and its exposure. */
export interface RecordingOptions {
  /** Unit-sum PSF, sampled as the specimens. */
  readonly psf: Volume;
  /** Exposure; a data set has one, also for another PSF or noise level. */
  readonly gain: number;
  /**
   * Seed of the noise; each specimen has the streams `noise/<id>/photons` and `noise/<id>/read` of
   * it.
   */
  readonly seed: number;
  readonly noise: NoiseSettings;
  /** @defaultValue 'periodic', as the EPFL microtubules were blurred */
  readonly border?: Border;
  /** Read noise to use instead of finding it from `noise.averageSnrDb`. */
  readonly readNoiseSigma?: number;
}

/** Volumes recorded together, with one read noise. */
export interface Recording {
  readonly pairs: readonly Pair[];
  readonly readNoiseSigma: number;
  /** Average SNR in dB that came out, over all voxels of all pairs; Infinity without noise. */
  readonly averageSnrDb: number;
  /**
   * False when the target cannot be met, because photon noise alone is worse; there is no read
   * noise then.
   */
  readonly reachable: boolean;
}

/** A specimen that waits to be recorded. */
export type Specimen = Pick<Pair, 'id' | 'sharp'>;

/**
 * Blurs specimens and adds noise, the same noise for the same seed and id whatever is done with the
 * images.
 *
 * Test specimens are recorded again with another PSF or noise level by the data set's gain and
 * seed: `recordPairs(dataset.test, { psf: richardsWolf, gain: dataset.gain, seed, noise })`.
 *
 * Cost: two FFTs and about two random numbers for each voxel.
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
 * As `recordPairs`, for specimens that are blurred already; `clean[i]` is gain × PSF *
 * `specimens[i]`.
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
