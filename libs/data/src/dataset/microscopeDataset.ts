import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import {
  averageSnrDb,
  blindRichardsonLucy,
  createForwardModel,
  recordEmccd,
  type BlindRichardsonLucyOptions,
  type EmccdCamera,
} from '@blurcycle/imaging';
import { microtubules, type MicrotubuleOptions } from '../phantoms/microtubules.ts';
import { exposureGain, scaleVolume, type Pair } from './recordPairs.ts';

/** A simulated recording of tubulin, and the deconvolution behind its sharp set. */
export interface MicroscopeDatasetConfig extends MicrotubuleOptions {
  /** True unit-sum PSF of the microscope, aberration included, at `voxelSizeUm`. */
  readonly psf: Volume;
  /** Unit-sum PSF that blind deconvolution starts from: the one by the optics, unaberrated. */
  readonly firstPsf: Volume;
  readonly camera: EmccdCamera;
  /** Expected photoelectrons of the brightest voxels, before the multiplication register. */
  readonly peakPhotoelectrons: number;
  readonly sharpSet: Pick<
    BlindRichardsonLucyOptions,
    'rounds' | 'objectIterations' | 'psfIterations'
  >;
  readonly volumes: { readonly train: number; readonly validation: number; readonly test: number };
  /** Seed of specimens and noise; each volume has its own streams. */
  readonly seed: number;
  /** Called after each deconvolved volume. */
  readonly onDeconvolved?: (done: number, all: number) => void;
}

/** A pair with known ground truth, and the blind deconvolution of its image. */
interface DeconvolvedPair extends Pair {
  readonly deconvolved: Volume;
}

/** The data set, in the intensities of the networks. */
export interface MicroscopeDataset {
  /** Images with their blind deconvolutions as `sharp`, not the ground truth. */
  readonly train: readonly Pair[];
  /** Blind deconvolutions of as many other specimens: the unpaired sharp set. */
  readonly unpaired: readonly Volume[];
  /** Images with their ground truth as `sharp`. */
  readonly validation: readonly Pair[];
  readonly test: readonly DeconvolvedPair[];
  /** The linear operator from sharp to blurred, before noise. */
  readonly kernel: Volume;
  /** Sum of the kernel. */
  readonly gain: number;
  /** Camera counts that map to 0 and 1. */
  readonly counts: { readonly black: number; readonly white: number };
  /** Standard deviation of the read noise in the intensities of the networks. */
  readonly readNoiseSigma: number;
  /** Measured average SNR of the test volumes in dB. */
  readonly averageSnrDb: number;
}

/**
 * A simulation of the paper's real data set, with known ground truth: tubulin imaged by an
 * aberrated microscope and an EMCCD camera, and an unpaired sharp set, the blind Richardson-Lucy
 * deconvolution of other recordings.
 *
 * One affine map takes all counts to the intensities of the networks: 0 is the offset of the
 * camera, 1 the 99.95th percentile of the training images. The sharp set is divided by its own
 * 99.95th percentile and clipped at 1, the largest output of the sigmoid. The ground truth has the
 * scale of the sharp set: blurred = kernel * sharp except for noise.
 *
 * Cost: that of blind Richardson-Lucy on 2 train + test volumes. Deterministic for a seed.
 */
export function buildMicroscopeDataset(config: MicroscopeDatasetConfig): MicroscopeDataset {
  const { camera, peakPhotoelectrons, psf, firstPsf, volumes, seed, onDeconvolved } = config;
  const model = createForwardModel(psf, config.shape, { border: 'periodic' });
  const specimens = (split: string, count: number): Recorded[] =>
    Array.from({ length: count }, (_, i) => {
      const id = `${split}-${i}`;
      const object = microtubules(config, createRandomStream(seed, `data/${id}`)).volume;
      return { id, object, clean: model.forward(object) };
    });
  const train = specimens('train', volumes.train);
  // The id stays: it names the random streams.
  const unpaired = specimens('unmatched', volumes.train);
  const validation = specimens('validation', volumes.validation);
  const test = specimens('test', volumes.test);

  const exposure = peakPhotoelectrons * exposureGain(train.map(({ clean }) => clean));
  const record = ({ id, clean }: Recorded): Volume =>
    recordEmccd(
      scaleVolume(clean, exposure),
      camera,
      createRandomStream(seed, `noise/${id}/camera`),
    );
  const black = camera.offsetCounts;
  const trainCounts = train.map(record);
  const perCount = exposureGain(trainCounts.map((counts) => scaleVolume(counts, 1, black)));
  const toBlurred = (counts: Volume): Volume => scaleVolume(counts, perCount, black);
  const trainBlurred = trainCounts.map(toBlurred);
  const unpairedBlurred = unpaired.map((one) => toBlurred(record(one)));
  const testBlurred = test.map((one) => toBlurred(record(one)));

  let done = 0;
  const all = 2 * volumes.train + volumes.test;
  const deconvolve = (blurred: Volume): Volume => {
    const { estimate } = blindRichardsonLucy(blurred, firstPsf, {
      ...config.sharpSet,
      negatives: 'clip',
    });
    onDeconvolved?.(++done, all);
    return estimate;
  };
  const trainEstimates = trainBlurred.map(deconvolve);
  const unpairedEstimates = unpairedBlurred.map(deconvolve);
  const sharpScale = exposureGain([...trainEstimates, ...unpairedEstimates]);
  const toSharp = (estimate: Volume): Volume => clipAtOne(scaleVolume(estimate, sharpScale));

  // Counts above black at intensity 1 of an object.
  const countsAtOne = (exposure * camera.multiplication) / camera.electronsPerCount;
  const toGroundTruth = (object: Volume): Volume =>
    scaleVolume(object, countsAtOne * perCount * sharpScale);
  const gain = 1 / sharpScale;
  return {
    train: train.map(({ id }, i) => ({
      id,
      blurred: trainBlurred[i],
      sharp: toSharp(trainEstimates[i]),
    })),
    unpaired: unpairedEstimates.map(toSharp),
    validation: validation.map((one) => ({
      id: one.id,
      blurred: toBlurred(record(one)),
      sharp: toGroundTruth(one.object),
    })),
    test: test.map(({ id, object }, i) => ({
      id,
      blurred: testBlurred[i],
      sharp: toGroundTruth(object),
      deconvolved: toSharp(deconvolve(testBlurred[i])),
    })),
    kernel: scaleVolume(psf, gain),
    gain,
    counts: { black, white: black + 1 / perCount },
    readNoiseSigma: (camera.readNoiseElectrons / camera.electronsPerCount) * perCount,
    averageSnrDb: averageSnrDb(
      test.map(({ clean }) => scaleVolume(clean, countsAtOne * perCount)),
      testBlurred,
    ),
  };
}

/** A specimen and its image before noise, at gain 1. */
interface Recorded {
  readonly id: string;
  readonly object: Volume;
  readonly clean: Volume;
}

function clipAtOne({ shape, voxelSizeUm, data }: Volume): Volume {
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => Math.min(value, 1)),
  );
}
