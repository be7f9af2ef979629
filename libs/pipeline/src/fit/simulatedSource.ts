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
  /** In half of the pairs: up to so many specimens lie in one another. */
  readonly crowd: number;
}

/**
 * Variation that training has by default. Gain: stacks whose level was found differently, because
 * they hold more or less structure. Noise: what its estimate may be wrong by. Crowd: stacks with
 * more structure than the sharp set shows.
 */
export const VARIATION: Variation = { gain: [0.8, 1.25], noise: [0.5, 2], crowd: 4 };

/** What the network's scale is for images and for specimens. */
export interface SimulationScales {
  /** What the level of an image is for the network, */
  readonly brightness: number;
  /** and what light of that level is in the specimen. */
  readonly target: number;
}

/** What pairs are simulated from. */
export interface Simulation extends SimulationScales {
  readonly specimens: readonly SimulatedSpecimen[];
  readonly noise: readonly StackNoise[];
  /** Decides which turns of an image are images, too. */
  readonly psf: Volume;
  readonly variation: Variation;
  /** Real images on the network's scale, for fine tuning; null without. @defaultValue null */
  readonly observed?: readonly Volume[] | null;
}

interface SimulatedSourceState {
  readonly sampling: RandomStreamState;
  readonly augmentation: RandomStreamState;
  readonly noise: RandomStreamState;
  /** Of the patches of real images. */
  readonly observed?: RandomStreamState;
}

/**
 * Pairs of patches: an image y' = g (μ + √(a [μ]₊ + b) ε) and its specimen g x, on the network's
 * scale, in an order that follows from the seed.
 *
 * Specimen, place, width of the PSF, the stack whose noise it has, and the factors of noise and
 * gain are drawn for each pair. In half of the pairs the light of two to `crowd` places is added
 * and divided by a factor from 1 to their number, since a denser stack has a higher level. With
 * real images a patch of one of them comes along, unturned. Cost: one patch of normal deviates.
 */
export function createSimulatedSource(
  { specimens, noise, brightness, target, psf, variation, observed = null }: Simulation,
  { patch, augment: augmentation }: Pick<RunSettings['training'], 'patch' | 'augment'>,
  seed: number,
): SampleSource<SimulatedSourceState> {
  const streams = {
    sampling: createSavedStream(seed, 'sampling/patches'),
    augmentation: createSavedStream(seed, 'augmentation'),
    noise: createSavedStream(seed, 'noise'),
    observed: createSavedStream(seed, 'sampling/observed'),
  };
  const { sampling } = streams;
  const { voxelSizeUm } = psf;
  const turns =
    augmentation === 'none'
      ? null
      : patchSymmetries({ augmentation, sampling: 'paired', kernel: psf, voxelSizeUm });
  return {
    next() {
      const own = noise[sampling.integer(noise.length)];
      const gain = logUniform(sampling, variation.gain);
      const factor = logUniform(sampling, variation.noise);
      const coefficients = noiseAt(own, brightness, factor);
      const places = drawPlaces(specimens, patch, variation.crowd, sampling);
      const share = logUniform(sampling, [1 / places.length, 1]);
      const clean = sum(
        places.map(({ image, origin, cut }) => {
          const scale = (share * brightness) / image.level;
          return mapped(crop(image.volume, origin, cut), (v) => scale * (v - image.black));
        }),
      );
      const noisy = mapped(clean, (mu) => gain * withNoise(mu, coefficients, streams.noise));
      const light = sum(
        places.map(({ sharp, image, origin, cut }) => {
          const scale = (share * gain * target) / image.level;
          return mapped(crop(sharp, origin, cut), (x) => scale * x);
        }),
      );
      const object = mapped(light, (x) => Math.min(1, x));
      const pair = {
        blurred: reflectedPatch(noisy, patch),
        sharp: reflectedPatch(object, patch),
      };
      const turned = turns === null ? pair : augment(pair, streams.augmentation, 'paired', turns);
      if (observed === null) return turned;
      const image = observed[streams.observed.integer(observed.length)];
      const origin = drawOrigin(image.shape, patch, streams.observed);
      return { ...turned, observed: crop(image, origin, patch) };
    },
    state: () => ({
      ...(observed === null ? {} : { observed: streams.observed.state() }),
      sampling: sampling.state(),
      augmentation: streams.augmentation.state(),
      noise: streams.noise.state(),
    }),
    restore(state) {
      sampling.restore(state.sampling);
      streams.augmentation.restore(state.augmentation);
      streams.noise.restore(state.noise);
      if (state.observed !== undefined) streams.observed.restore(state.observed);
    },
  };
}

/** Where the light of a pair comes from: the image there and the specimen. */
interface Place {
  readonly sharp: Volume;
  readonly image: SimulatedSpecimen['images'][number];
  readonly origin: Shape3;
  readonly cut: Shape3;
}

/** One place in half of the cases, otherwise two to `most` of the same size by the same PSF. */
function drawPlaces(
  specimens: readonly SimulatedSpecimen[],
  patch: Shape3,
  most: number,
  stream: SavedStream,
): readonly Place[] {
  const count = most < 2 || stream.uniform() < 0.5 ? 1 : 2 + stream.integer(most - 1);
  const width = drawWidth(specimens[0].images.length, stream);
  const drawn = Array.from({ length: count }, () => specimens[stream.integer(specimens.length)]);
  // Specimens may have different sides; the smallest decides.
  const cut = drawn.reduce<Shape3>((sides, { sharp }) => smallerSides(sides, sharp.shape), patch);
  return drawn.map(({ sharp, images }) => ({
    ...{ sharp, image: images[width], cut },
    origin: drawOrigin(sharp.shape, cut, stream),
  }));
}

function sum(volumes: readonly Volume[]): Volume {
  const [first, ...others] = volumes;
  if (others.length === 0) return first;
  const data = first.data.slice();
  for (const volume of others) volume.data.forEach((value, i) => (data[i] += value));
  return createVolume(first.shape, first.voxelSizeUm, data);
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

/** Index of a width of the PSF; 0, the given one, in half of the pairs: it is known best. */
function drawWidth(count: number, stream: SavedStream): number {
  const others = count - 1;
  const place = stream.integer(2 * Math.max(1, others));
  return place < others ? 1 + place : 0;
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
