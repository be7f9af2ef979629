import { basename } from 'node:path';
import { formatShape, mean, type Shape3, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import type { StackPsf } from '@blurcycle/deconvolution';
import { contentHash, NUMERICS } from '@blurcycle/experiment';
import { scaleOfStack, testPatch } from '@blurcycle/inference';
import {
  chooseIntensities,
  type IntensityScale,
  type NamedStack,
  toNetworkScale,
  toTarget,
  unpairedPairs,
} from '@blurcycle/stacks';
import { kernelStart } from '../run/kernelStart.ts';
import type { Training } from '../run/trainNetworks.ts';
import { volumeHash } from './classicalSharpSet.ts';
import type { FitSettings } from './fitSettings.ts';
import { holdOut } from './holdOut.ts';
import { implausibleIntensities } from './implausibleIntensities.ts';
import type { FitInput, FitRoute, SharpSource } from './readFit.ts';
import {
  asLight,
  BRIGHTNESS,
  chooseTarget,
  commonBackground,
  measureNoise,
  simulateImages,
  type Specimen,
} from './simulateImages.ts';
import { prepareTuning, wantsTuning } from './fineTuning.ts';
import {
  createSimulatedSource,
  reflectedPatch,
  simulatePair,
  type Simulation,
  VARIATION,
} from './simulatedSource.ts';

/** Checked data on the network's scale, and settings: all that training needs. */
export interface PreparedFit {
  readonly settings: FitSettings;
  readonly seed: number;
  readonly training: Pick<Training, 'pairs' | 'known' | 'source'>;
  readonly intensity: IntensityScale;
  readonly sharpIntensity: IntensityScale;
  readonly voxelSizeUm: VoxelSizeUm;
  /** Unit-sum kernel of the blurred stacks; null where it is learned. */
  readonly kernel: Volume | null;
  /** Part of the PSF's light inside the window of the kernel. */
  readonly keptLight: number;
  /** Pairs that are simulated; null for cycles. */
  readonly simulated: SimulatedFit | null;
  /** Part of a blurred stack in its own intensities, to test the model with. */
  readonly testInput: Volume;
  readonly stacks: {
    readonly blurred: readonly NamedStack[];
    readonly sharp: readonly NamedStack[];
  };
  /** What was trained on, in words. */
  readonly data: string;
  /** Hash of settings, seed, data and NUMERICS: a training of another key is not continued. */
  readonly key: string;
  readonly warnings: readonly string[];
}

/** What simulated pairs add. */
interface SimulatedFit {
  readonly simulation: Simulation;
  /** Kept out of the training; null where the sharp set is too small. */
  readonly heldOut: HeldOut | null;
  readonly tolerance: number;
}

/** A simulated pair that the training never sees, on the network's scale. */
export interface HeldOut {
  readonly name: string;
  readonly blurred: Volume;
  readonly sharp: Volume;
}

/** A fit whose route is known, with its sharp set. */
type FitStacks = Omit<FitInput, 'route'>;

/**
 * Brings both sets to the network's scale, for the paper's cycles.
 *
 * @throws {InputError} If a domain holds no light above its background.
 */
export function prepareCycle(
  input: FitStacks,
  known: Extract<FitRoute, { kind: 'cycle' }>['known'],
): PreparedFit {
  const { blurred, sharp, source, voxelSizeUm, settings, seed } = input;
  const kernel = known?.kernel ?? null;
  const scales = chooseIntensities(volumesOf(blurred), volumesOf(sharp));
  const key = contentHash({
    settings: { ...settings, method: { ...settings.method, label: undefined } },
    seed,
    scales,
    stacks: [blurred, sharp].map((stacks) => stacks.map(({ volume }) => volumeHash(volume))),
    kernel: kernel === null ? null : volumeHash(kernel),
    numerics: [NUMERICS.data, NUMERICS.training],
  });
  const keptLight = known === null ? 1 : middle(known.psf) / middle(known.kernel);
  const pairs = unpairedPairs(
    blurred.map(({ volume }) => toNetworkScale(volume, scales.blurred)),
    sharp.map(({ volume }) => toTarget(volume, scales.sharp)),
  );
  // The scales of both domains are chosen so that the sum of the kernel is 1.
  const start = kernelStart(settings, { voxelSizeUm, optics: null, simulated: null }, pairs);
  return {
    settings,
    seed,
    training: { pairs, known: { kernel, noise: null, start } },
    intensity: scales.blurred,
    sharpIntensity: scales.sharp,
    voxelSizeUm,
    kernel,
    keptLight,
    simulated: null,
    testInput: testPatch(blurred[0].volume, settings.training.patch),
    stacks: { blurred, sharp },
    data: describeData(source, blurred.length, sharp.length),
    key,
    warnings: [
      ...input.warnings,
      ...(known?.warnings ?? []),
      ...warnOfLight(keptLight),
      ...warnOfSharp(source),
      ...warnOfOne(blurred.length),
    ],
  };
}

/** Largest factor of random gain: what of a specimen just reaches 1. */
const [, LARGEST_GAIN] = VARIATION.gain;

/**
 * Simulates the images of the sharp stacks, and measures the noise of the blurred ones.
 *
 * @param psf - Of the blurred stacks, given or learned.
 * @throws {InputError} If a stack holds no light above its background.
 */
export function prepareSimulated(
  input: FitStacks,
  { psf, warnings }: Pick<StackPsf, 'psf' | 'warnings'>,
  tolerance: number,
): PreparedFit {
  const { blurred, sharp, source, voxelSizeUm, settings, seed } = input;
  const noise = measureNoise(volumesOf(blurred), psf);
  const sharpBlack = commonBackground(volumesOf(sharp));
  const named = sharp.map(({ file, volume }) => ({ name: basename(file), volume }));
  const { trained, heldOut } = holdOut(asLight(named, sharpBlack), settings.training.patch);
  const specimens = simulateImages(trained, psf, tolerance);
  const target = chooseTarget(specimens, LARGEST_GAIN);
  const scales = { brightness: BRIGHTNESS, target };
  const tuning = wantsTuning(settings) ? prepareTuning(input, psf, noise, scales) : null;
  const observed = tuning?.observed ?? null;
  const simulation = { specimens, noise, ...scales, psf, variation: VARIATION, observed };
  const key = contentHash({
    settings: { ...settings, method: { ...settings.method, label: undefined } },
    ...{ seed, tolerance, variation: VARIATION },
    stacks: [blurred, sharp].map((stacks) => stacks.map(({ volume }) => volumeHash(volume))),
    kernel: volumeHash(psf),
    numerics: [NUMERICS.data, NUMERICS.training],
  });
  const levels = {
    black: mean(noise.map((one) => one.levels.black)),
    level: mean(noise.map((one) => one.levels.level)),
  };
  const sharpLevel = mean(specimens.map(({ images: [{ level }] }) => level));
  return {
    settings: tuning?.settings ?? settings,
    seed,
    training: {
      pairs: [],
      known: { kernel: tuning?.kernel ?? null, noise: null },
      source: () => createSimulatedSource(simulation, settings.training, seed),
    },
    intensity: scaleOfStack(levels, BRIGHTNESS),
    sharpIntensity: scaleOfStack({ black: sharpBlack, level: sharpLevel }, target),
    voxelSizeUm,
    kernel: psf,
    keptLight: tuning?.keptLight ?? 1,
    simulated: { simulation, heldOut: imageHeldOut(heldOut, psf, simulation, seed), tolerance },
    testInput: testInputOf(blurred[0].volume, settings.training.patch),
    stacks: { blurred, sharp },
    data: describeData(source, blurred.length, sharp.length),
    key,
    warnings: [
      ...input.warnings,
      ...warnings,
      ...warnOfLight(tuning?.keptLight ?? 1),
      ...warnOfSharp(source),
      ...implausibleIntensities(blurred, 'blurred'),
      ...implausibleIntensities(sharp, 'sharp'),
    ],
  };
}

/** Of a stack thinner than a patch, planes are repeated by reflection, as the network sees it. */
function testInputOf(stack: Volume, patch: Shape3): Volume {
  const fits = patch.every((side, axis) => side <= stack.shape[axis]);
  return fits ? testPatch(stack, patch) : reflectedPatch(stack, patch);
}

function imageHeldOut(
  specimen: Specimen | null,
  psf: Volume,
  simulation: Simulation,
  seed: number,
): HeldOut | null {
  if (specimen === null) return null;
  const [imaged] = simulateImages([specimen], psf, 0);
  return { name: specimen.name, ...simulatePair(imaged, simulation, seed) };
}

function volumesOf(stacks: readonly NamedStack[]): Volume[] {
  return stacks.map(({ volume }) => volume);
}

function describeData(sharp: SharpSource, blurred: number, sharpCount: number): string {
  const stacks = (count: number, kind: string): string =>
    `${count} ${kind} ${count === 1 ? 'stack' : 'stacks'}`;
  if (sharp.kind === 'files')
    return `${stacks(blurred, 'blurred')}, ${stacks(sharpCount, 'sharp')}, unpaired`;
  return `${stacks(blurred, 'blurred')}, and ${sharp.method} of the same (${sharp.iterations} iterations) as the sharp ones`;
}

/** Less of the PSF's light than this inside the kernel's window gives a warning. */
const ENOUGH_LIGHT = 0.9;
/** With less than this, blurring by a unit-sum kernel no longer gives the image of the object. */
const HALF = 0.5;

function warnOfLight(keptLight: number): string[] {
  if (keptLight >= ENOUGH_LIGHT) return [];
  const effect =
    keptLight < HALF
      ? 'the cycle cannot hold for haze that the kernel does not know'
      : 'haze from further away is not explained';
  return [
    `the kernel's window holds ${(100 * keptLight).toFixed(1)} % of the PSF's light: ${effect} ` +
      '(take a larger --kernel, with a --patch at least as large)',
  ];
}

function warnOfSharp(sharp: SharpSource): string[] {
  if (sharp.kind === 'files') return [];
  return [`the model learns to look like ${sharp.method}; it can be no sharper than that`];
}

function warnOfOne(blurred: number): string[] {
  if (blurred > 1) return [];
  return ['one blurred stack: the model will know this stack, and others of its kind only by luck'];
}

function middle({ data }: Volume): number {
  return data[(data.length - 1) / 2];
}

/** Shapes of the stacks that were read, for people. */
export function describeShapes(stacks: readonly NamedStack[]): string {
  const shapes = new Set(stacks.map(({ volume: { shape } }) => formatShape(shape)));
  return [...shapes].slice(0, 3).join('; ') + (shapes.size > 3 ? '; ...' : '');
}
