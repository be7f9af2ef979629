import { describeViolation, InputError, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import { type PsfSource, stackPsf, type StackPsf } from '@blurcycle/deconvolution';
import { preparePsf } from '@blurcycle/imaging';
import { commonVoxelSize, type NamedStack, readStackSet, smallestShape } from '@blurcycle/stacks';
import type { SharpMethod } from './classicalSharpSet.ts';
import {
  checkStackSides,
  fitSettings,
  type FitSettings,
  type SettingsWishes,
} from './fitSettings.ts';

/** Where sharp stacks come from. */
export type SharpSource =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'classical'; readonly method: SharpMethod; readonly iterations: number };

/** Data and settings of a fit. */
export interface FitData {
  readonly blurred: readonly string[];
  readonly sharp: SharpSource;
  readonly reading: ReadTiffOptions;
  /** PSF of the blurred stacks; null trains the blind method. */
  readonly psf: PsfSource | null;
  /** Cut a PSF that is larger than the smallest stack instead of refusing it. */
  readonly cropPsf: boolean;
  readonly experimentsDir: string;
  readonly wishes: SettingsWishes;
}

/** Data that were read and passed every check that can be made before work begins. */
export interface FitInput {
  readonly blurred: readonly NamedStack[];
  /** Empty where the sharp stacks are still to be made from the blurred ones. */
  readonly sharp: readonly NamedStack[];
  readonly source: SharpSource;
  readonly voxelSizeUm: VoxelSizeUm;
  readonly settings: FitSettings;
  readonly seed: number;
  /**
   * PSF of the blurred stacks, and the same cut to the window of the kernel; null for the blind
   * method.
   */
  readonly known: (StackPsf & { readonly kernel: Volume }) | null;
}

/**
 * Reads all data of a fit and checks them. Writes nothing and needs no back-end.
 *
 * @throws {InputError} One line for the first thing that stands in the way.
 */
export async function readFit(data: FitData): Promise<FitInput> {
  const { sharp: source, psf } = data;
  if (psf === null && source.kind === 'classical' && source.method !== 'blind-rl') {
    const remedy = 'give --psf or the optics, or take --sharp-from blind-rl';
    throw new InputError(
      describeViolation('fit', '--sharp-from', 'go with a PSF', source.method, remedy),
    );
  }
  const wished = fitSettings(data.experimentsDir, data.wishes, psf === null);
  const blurred = await readStackSet(data.blurred, data.reading);
  const sharp = source.kind === 'files' ? await readStackSet(source.files, data.reading) : [];
  const voxelSizeUm = commonVoxelSize([...blurred, ...sharp]);
  checkStackSides(wished, smallestShape([...blurred, ...sharp]));
  const shared = { blurred, sharp, source, voxelSizeUm, seed: data.wishes.seed };
  if (psf === null) return { ...shared, settings: wished, known: null };
  const { network } = wished;
  const known = await knownPsf(psf, blurred, data.cropPsf);
  const kernel = preparePsf(known.psf, { center: 'middle', largestShape: network.blurKernelSize });
  return {
    ...shared,
    settings: { ...wished, network: { ...network, blurKernelSize: kernel.shape } },
    known: { ...known, kernel },
  };
}

async function knownPsf(source: PsfSource, blurred: readonly NamedStack[], crop: boolean) {
  // The smallest stack decides how large the PSF may be.
  const smallest = [...blurred].sort((a, b) => a.volume.data.length - b.volume.data.length)[0];
  return stackPsf(source, smallest.volume, crop);
}
