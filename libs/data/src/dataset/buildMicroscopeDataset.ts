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
import { exposureGain } from './exposureGain.ts';
import type { Pair } from './pair.ts';
import { scaleVolume } from './scaleVolume.ts';

/** A simulated recording of tubulin, and how its sharp set is made. */
export interface MicroscopeDatasetConfig extends MicrotubuleOptions {
  /** Unit-sum PSF of the microscope as it is, aberration included, at `voxelSizeUm`. */
  readonly psf: Volume;
  /** Unit-sum PSF that blind deconvolution begins with: what a user knows of the microscope. */
  readonly firstPsf: Volume;
  readonly camera: EmccdCamera;
  /** Expected electrons of the brightest voxels, before the register. */
  readonly peakPhotoelectrons: number;
  readonly sharpSet: Pick<
    BlindRichardsonLucyOptions,
    'rounds' | 'objectIterations' | 'psfIterations'
  >;
  readonly volumes: { readonly train: number; readonly validation: number; readonly test: number };
  /** Seed of specimens and noise; each volume has its own streams. */
  readonly seed: number;
  /** Told after each volume that was deconvolved. */
  readonly onDeconvolved?: (done: number, all: number) => void;
}

/** A pair whose truth is known, and what blind deconvolution makes of its image. */
export interface DeconvolvedPair extends Pair {
  readonly deconvolved: Volume;
}

/** Recordings on the scale of the networks. */
export interface MicroscopeDataset {
  /** Images of the microscope, each with what blind deconvolution makes of it: no truth. */
  readonly train: readonly Pair[];
  /** Blind deconvolutions of as many other specimens: the unmatched sharp set. */
  readonly unmatched: readonly Volume[];
  /** Images with their hidden truth. */
  readonly validation: readonly Pair[];
  readonly test: readonly DeconvolvedPair[];
  /** The linear operator between sharp and blurred, before noise. */
  readonly kernel: Volume;
  /** Sum of the kernel. */
  readonly gain: number;
  /** Counts that became 0 and 1. */
  readonly counts: { readonly black: number; readonly white: number };
  /** Standard deviation of the read noise on the scale of the networks. */
  readonly readNoiseSigma: number;
  /** Measured average SNR of the test volumes in dB. */
  readonly averageSnrDb: number;
}

/**
 * A data set as the paper's real one, of which the truth is known: tubulin through an aberrated
 * microscope and an EMCCD camera, and a sharp set that blind Richardson-Lucy made of other
 * recordings.
 *
 * One affine map takes all counts to the scale of the networks: 0 is the camera's offset, 1 what
 * the brightest 0.05 % of the voxels of the training images reach. The sharp set is divided by what
 * its own brightest 0.05 % reach and cut at 1, where the sigmoid ends. Truths are put on the scale
 * of the sharp set: blurred = kernel * sharp holds for them but for the noise.
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
  const unmatched = specimens('unmatched', volumes.train);
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
  const unmatchedBlurred = unmatched.map((one) => toBlurred(record(one)));
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
  const unmatchedEstimates = unmatchedBlurred.map(deconvolve);
  const sharpScale = exposureGain([...trainEstimates, ...unmatchedEstimates]);
  const toSharp = (estimate: Volume): Volume => cutAtOne(scaleVolume(estimate, sharpScale));

  // Counts above black for intensity 1 of an object, then the two scales.
  const countsOfLight = (exposure * camera.multiplication) / camera.electronsPerCount;
  const toTruth = (object: Volume): Volume =>
    scaleVolume(object, countsOfLight * perCount * sharpScale);
  const gain = 1 / sharpScale;
  return {
    train: train.map(({ id }, i) => ({
      id,
      blurred: trainBlurred[i],
      sharp: toSharp(trainEstimates[i]),
    })),
    unmatched: unmatchedEstimates.map(toSharp),
    validation: validation.map((one) => ({
      id: one.id,
      blurred: toBlurred(record(one)),
      sharp: toTruth(one.object),
    })),
    test: test.map(({ id, object }, i) => ({
      id,
      blurred: testBlurred[i],
      sharp: toTruth(object),
      deconvolved: toSharp(deconvolve(testBlurred[i])),
    })),
    kernel: scaleVolume(psf, gain),
    gain,
    counts: { black, white: black + 1 / perCount },
    readNoiseSigma: (camera.readNoiseElectrons / camera.electronsPerCount) * perCount,
    averageSnrDb: averageSnrDb(
      test.map(({ clean }) => scaleVolume(clean, countsOfLight * perCount)),
      testBlurred,
    ),
  };
}

/** A specimen and its image before noise, with unit gain. */
interface Recorded {
  readonly id: string;
  readonly object: Volume;
  readonly clean: Volume;
}

function cutAtOne({ shape, voxelSizeUm, data }: Volume): Volume {
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => Math.min(value, 1)),
  );
}
