import { createVolume, type Volume } from '@blurcycle/core';
import { exposureGain } from '@blurcycle/data';
import { createForwardModel, noiseCoefficients, scalePsf } from '@blurcycle/imaging';
import { type StackLevels, stackLevels } from '@blurcycle/inference';
import type { NoiseCoefficients } from '@blurcycle/models';
import { backgroundLevel } from '@blurcycle/stacks';

/** The image of a specimen without noise, in the units of the specimen. */
interface CleanImage extends StackLevels {
  readonly volume: Volume;
}

/** A specimen, and what a microscope with PSFs of several widths shows of it. */
export interface SimulatedSpecimen {
  /** The file that it comes from, or which part of it. */
  readonly name: string;
  /** Light above the background of the sharp set, at least 0. */
  readonly sharp: Volume;
  /** By the given PSF first, then by narrower and wider ones. */
  readonly images: readonly CleanImage[];
}

/** A specimen before it is imaged. */
export interface Specimen {
  readonly name: string;
  readonly volume: Volume;
}

/** Sharp stacks as light on black: their common background is 0. */
export function asLight(sharp: readonly Specimen[], black: number): Specimen[] {
  return sharp.map(({ name, volume: { shape, voxelSizeUm, data } }) => ({
    name,
    volume: createVolume(
      shape,
      voxelSizeUm,
      data.map((value) => Math.max(0, value - black)),
    ),
  }));
}

/**
 * Images of specimens by a whole PSF, and by the same PSF narrower and wider.
 *
 * y = h * x by FFT over the whole stack, before any patch is cut: a patch has the light of what
 * lies around it. What lies around the stack itself is taken to be its mirror image. Memory: as
 * many volumes as widths for each specimen.
 *
 * @param psf - Sum 1; may be larger than the stacks.
 * @param tolerance - Part by which the true PSF may be narrower or wider; 0 for one width.
 */
export function simulateImages(
  specimens: readonly Specimen[],
  psf: Volume,
  tolerance: number,
): SimulatedSpecimen[] {
  const widths = tolerance === 0 ? [1] : [1, 1 - tolerance, 1 + tolerance];
  const psfs = widths.map((width) => scalePsf(psf, width));
  return specimens.map(({ name, volume: sharp }) => ({
    name,
    sharp,
    images: psfs.map((one) => {
      const volume = createForwardModel(one, sharp.shape, { border: 'reflect' }).forward(sharp);
      // Levels are those that the given PSF finds in the image, as it will in a new stack.
      return { volume, ...stackLevels(volume, psf) };
    }),
  }));
}

/** Noise of a blurred stack as a part of its level: variance a μ + b with level 1. */
export interface StackNoise extends NoiseCoefficients {
  readonly levels: StackLevels;
}

/** Levels and noise of the blurred stacks: how bright images should be simulated, how noisy. */
export function measureNoise(blurred: readonly Volume[], psf: Volume): StackNoise[] {
  return blurred.map((volume) => {
    const levels = stackLevels(volume, psf);
    const { a, b } = noiseCoefficients(volume, psf, levels.black);
    return { levels, a: a / levels.level, b: b / levels.level ** 2 };
  });
}

/** The background that sharp stacks have in common. */
export function commonBackground(sharp: readonly Volume[]): number {
  return sharp.reduce((sum, volume) => sum + backgroundLevel(volume), 0) / sharp.length;
}

/**
 * What the level of a stack is for the network: of the order of 1, as its first weights expect.
 */
export const BRIGHTNESS = 0.5;

/**
 * What light of the level of an image is in its specimen on the network's scale, so that the
 * brightest 0.05 % of the brightest specimen, brightened as far as training does, just reach 1,
 * where the sigmoid ends.
 *
 * @param largestGain - Of random gain.
 */
export function chooseTarget(specimens: readonly SimulatedSpecimen[], largestGain: number): number {
  const peaks = specimens.flatMap(({ sharp, images }) => {
    const peak = 1 / exposureGain([sharp]);
    return images.map(({ level }) => peak / level);
  });
  return 1 / (largestGain * Math.max(...peaks));
}
