import { formatShape, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import type { Pair } from '@blurcycle/data';
import { contentHash, NUMERICS } from '@blurcycle/experiment';
import { testPatch } from '@blurcycle/inference';
import {
  chooseIntensities,
  type IntensityScale,
  type NamedStack,
  toNetworkScale,
  toTarget,
  unpairedPairs,
} from '@blurcycle/stacks';
import type { KernelStart } from '@blurcycle/training';
import { kernelStart } from '../run/kernelStart.ts';
import { classicalSharpSet, firstGuess, volumeHash } from './classicalSharpSet.ts';
import type { FitSettings } from './fitSettings.ts';
import type { FitInput, SharpSource } from './readFit.ts';

/** Checked data on the network's scale, and settings: all that training needs. */
export interface PreparedFit {
  readonly settings: FitSettings;
  readonly seed: number;
  readonly pairs: readonly Pair[];
  readonly intensity: IntensityScale;
  readonly sharpIntensity: IntensityScale;
  readonly voxelSizeUm: VoxelSizeUm;
  /**
   * Unit-sum kernel of the non-blind method, cut to the kernel's window; null for the blind one.
   */
  readonly kernel: Volume | null;
  /** Where a learned kernel starts, if stated optics or the stacks decide that. */
  readonly start: KernelStart | null;
  /** Part of the PSF's light inside that window. */
  readonly keptLight: number;
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

/** Progress of a classical sharp set, and where it is kept. */
interface PrepareFitOptions {
  readonly sharpFolder: string | null;
  readonly onSharpUpdate: (done: number, most: number) => void;
}

/**
 * Makes the sharp set where there is none, and brings everything to the network's scale.
 *
 * @throws {InputError} If a domain holds no light above its background.
 */
export async function prepareFit(
  input: FitInput,
  options: PrepareFitOptions,
): Promise<PreparedFit> {
  const { blurred, source, voxelSizeUm, settings, seed, known } = input;
  const sharp = await sharpStacks(input, options);
  const kernel = known?.kernel ?? null;

  const volumes = (stacks: readonly NamedStack[]): Volume[] => stacks.map(({ volume }) => volume);
  const scales = chooseIntensities(volumes(blurred), volumes(sharp));
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
  return {
    settings,
    seed,
    pairs,
    start: kernelStart(settings, { voxelSizeUm, optics: null, simulated: null }, pairs),
    intensity: scales.blurred,
    sharpIntensity: scales.sharp,
    voxelSizeUm,
    kernel,
    keptLight,
    testInput: testPatch(blurred[0].volume, settings.training.patch),
    stacks: { blurred, sharp },
    data: describeData(source, blurred.length, sharp.length),
    key,
    warnings: [...(known?.warnings ?? []), ...warn(source, blurred.length, keptLight)],
  };
}

async function sharpStacks(
  { source, sharp, blurred, known, settings }: FitInput,
  { sharpFolder, onSharpUpdate }: PrepareFitOptions,
): Promise<readonly NamedStack[]> {
  if (source.kind === 'files') return sharp;
  const { method, iterations } = source;
  return classicalSharpSet(blurred, {
    method,
    iterations,
    psf: known?.psf ?? firstGuess(settings.network.blurKernelSize, blurred[0].volume.voxelSizeUm),
    folder: sharpFolder,
    onUpdate: onSharpUpdate,
  });
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

function warn(sharp: SharpSource, blurred: number, keptLight: number): string[] {
  const lines: string[] = [];
  if (keptLight < ENOUGH_LIGHT) {
    const effect =
      keptLight < HALF
        ? 'the cycle cannot hold for haze that the kernel does not know'
        : 'haze from further away is not explained';
    lines.push(
      `the kernel's window holds ${(100 * keptLight).toFixed(1)} % of the PSF's light: ${effect} ` +
        '(take a larger --kernel, with a --patch at least as large)',
    );
  }
  if (sharp.kind === 'classical') {
    lines.push(`the model learns to look like ${sharp.method}; it can be no sharper than that`);
  }
  if (blurred === 1)
    lines.push(
      'one blurred stack: the model will know this stack, and others of its kind only by luck',
    );
  return lines;
}

function middle({ data }: Volume): number {
  return data[(data.length - 1) / 2];
}

/** Shapes of the stacks that were read, for people. */
export function describeShapes(stacks: readonly NamedStack[]): string {
  const shapes = new Set(stacks.map(({ volume: { shape } }) => formatShape(shape)));
  return [...shapes].slice(0, 3).join('; ') + (shapes.size > 3 ? '; ...' : '');
}
