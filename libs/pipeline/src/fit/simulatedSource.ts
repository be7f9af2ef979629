import { createVolume, type RandomStreamState, type Shape3, type Volume } from '@blurcycle/core';
import { augment, crop, cutTile, patchSymmetries, planTiles } from '@blurcycle/data';
import type { RunSettings } from '@blurcycle/experiment';
import type { NoiseCoefficients } from '@blurcycle/models';
import { createSavedStream, type SampleSource, type SavedStream } from '@blurcycle/training';
import type { SimulatedSpecimen, StackNoise } from './simulateImages.ts';

/** How pairs differ from each other beside what they show. */
export interface Variation {
  /** Range of a log-uniform factor of an image and its specimen. */
  readonly gain: readonly [number, number];
  /** Range of a log-uniform factor of the variance of the noise. */
  readonly noise: readonly [number, number];
}

/**
 * Variation that training has by default. Gain: stacks whose level was found differently, because
 * they hold more or less structure. Noise: what its estimate may be wrong by.
 */
export const VARIATION: Variation = { gain: [0.8, 1.25], noise: [0.5, 2] };

/** What pairs are simulated from. */
export interface Simulation {
  readonly specimens: readonly SimulatedSpecimen[];
  readonly noise: readonly StackNoise[];
  /** What the level of an image is for the network, */
  readonly brightness: number;
  /** and what light of that level is in the specimen. */
  readonly target: number;
  /** Decides which turns of an image are images, too. */
  readonly psf: Volume;
  readonly variation: Variation;
}

interface SimulatedSourceState {
  readonly sampling: RandomStreamState;
  readonly augmentation: RandomStreamState;
  readonly noise: RandomStreamState;
}

/**
 * Pairs of patches: an image y' = g (μ + √(a [μ]₊ + b) ε) and its specimen g x, on the network's
 * scale, in an order that follows from the seed.
 *
 * Specimen, place, width of the PSF, the stack whose noise it has, and the factors of noise and
 * gain are drawn for each pair. Cost: one patch of normal deviates.
 */
export function createSimulatedSource(
  { specimens, noise, brightness, target, psf, variation }: Simulation,
  { patch, augment: augmentation }: Pick<RunSettings['training'], 'patch' | 'augment'>,
  seed: number,
): SampleSource<SimulatedSourceState> {
  const streams = {
    sampling: createSavedStream(seed, 'sampling/patches'),
    augmentation: createSavedStream(seed, 'augmentation'),
    noise: createSavedStream(seed, 'noise'),
  };
  const { sampling } = streams;
  const { voxelSizeUm } = psf;
  const turns =
    augmentation === 'none'
      ? null
      : patchSymmetries({ augmentation, sampling: 'paired', kernel: psf, voxelSizeUm });
  return {
    next() {
      const { sharp, images } = specimens[sampling.integer(specimens.length)];
      const image = drawImage(images, sampling);
      const own = noise[sampling.integer(noise.length)];
      const cut = smallerSides(patch, sharp.shape);
      const origin = drawOrigin(sharp.shape, cut, sampling);
      const gain = logUniform(sampling, variation.gain);
      const factor = logUniform(sampling, variation.noise);
      const scale = brightness / image.level;
      const sharpScale = (gain * target) / image.level;
      const coefficients = noiseAt(own, brightness, factor);
      const clean = mapped(crop(image.volume, origin, cut), (v) => scale * (v - image.black));
      const noisy = mapped(clean, (mu) => gain * withNoise(mu, coefficients, streams.noise));
      const object = mapped(crop(sharp, origin, cut), (x) => Math.min(1, sharpScale * x));
      const pair = {
        blurred: reflectedPatch(noisy, patch),
        sharp: reflectedPatch(object, patch),
      };
      return turns === null ? pair : augment(pair, streams.augmentation, 'paired', turns);
    },
    state: () => ({
      sampling: sampling.state(),
      augmentation: streams.augmentation.state(),
      noise: streams.noise.state(),
    }),
    restore(state) {
      sampling.restore(state.sampling);
      streams.augmentation.restore(state.augmentation);
      streams.noise.restore(state.noise);
    },
  };
}

function smallerSides(patch: Shape3, stack: Shape3): Shape3 {
  const side = (axis: 0 | 1 | 2): number => Math.min(patch[axis], stack[axis]);
  return [side(0), side(1), side(2)];
}

/**
 * The middle of a stack as a patch; along a side that is shorter, as that of a single plane, it is
 * continued by its mirror image, as the tiles of a stack are.
 */
export function reflectedPatch(stack: Volume, patch: Shape3): Volume {
  if (patch.every((side, axis) => side === stack.shape[axis])) return stack;
  const sides = smallerSides(patch, stack.shape);
  const from = (axis: number): number => Math.floor((stack.shape[axis] - sides[axis]) / 2);
  const middle = crop(stack, [from(0), from(1), from(2)], sides);
  return cutTile(middle, planTiles(sides, { tile: patch, overlap: [0, 0, 0] }), 0);
}

/** That by the given PSF in half of the pairs: it is what is known best. */
function drawImage<T>(images: readonly T[], stream: SavedStream): T {
  const others = images.length - 1;
  const place = stream.integer(2 * Math.max(1, others));
  return place < others ? images[1 + place] : images[0];
}

/** A whole image with the noise of the blurred stacks, in their mean, and its specimen. */
export function simulatePair(
  { sharp, images: [image] }: SimulatedSpecimen,
  { noise, brightness, target }: Pick<Simulation, 'noise' | 'brightness' | 'target'>,
  seed: number,
): { readonly blurred: Volume; readonly sharp: Volume } {
  const stream = createSavedStream(seed, 'noise/held-out');
  const mean = (key: 'a' | 'b'): number =>
    noise.reduce((sum, one) => sum + one[key], 0) / noise.length;
  const coefficients = noiseAt({ a: mean('a'), b: mean('b') }, brightness, 1);
  const scale = brightness / image.level;
  return {
    blurred: mapped(image.volume, (v) =>
      withNoise(scale * (v - image.black), coefficients, stream),
    ),
    sharp: mapped(sharp, (x) => Math.min(1, (target / image.level) * x)),
  };
}

/** Noise with the level at `brightness` instead of 1. */
function noiseAt({ a, b }: NoiseCoefficients, brightness: number, factor: number) {
  return { a: factor * a * brightness, b: factor * b * brightness ** 2 };
}

function withNoise(mu: number, { a, b }: NoiseCoefficients, stream: SavedStream): number {
  return mu + Math.sqrt(a * Math.max(0, mu) + b) * stream.normal();
}

function logUniform(stream: SavedStream, [low, high]: readonly [number, number]): number {
  return low * (high / low) ** stream.uniform();
}

function drawOrigin(shape: Shape3, patch: Shape3, stream: SavedStream): Shape3 {
  const draw = (axis: number): number => stream.integer(shape[axis] - patch[axis] + 1);
  return [draw(0), draw(1), draw(2)];
}

function mapped({ shape, voxelSizeUm, data }: Volume, change: (value: number) => number): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}
