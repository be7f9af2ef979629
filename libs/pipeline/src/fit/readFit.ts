import { describeViolation, InputError, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import { type PsfSource, stackPsf, type StackPsf } from '@blurcycle/deconvolution';
import { preparePsf } from '@blurcycle/imaging';
import { commonVoxelSize, type NamedStack, readStackSet, smallestShape } from '@blurcycle/stacks';
import { type SharpMethod, volumeHash } from './classicalSharpSet.ts';
import { checkSimulatedSides, checkStackSides, fittingPatch } from './patchSides.ts';
import { fitSettings, type FitSettings, type SettingsWishes } from './fitSettings.ts';

/** Where sharp stacks come from. */
export type SharpSource =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'classical'; readonly method: SharpMethod; readonly iterations: number };

/** Data and settings of a fit. */
export interface FitData {
  readonly blurred: readonly string[];
  readonly sharp: SharpSource;
  readonly reading: ReadTiffOptions;
  /** Of the sharp files where it differs from that of the blurred ones. */
  readonly sharpReading?: ReadTiffOptions;
  /** PSF of the blurred stacks; null where it is not known. */
  readonly psf: PsfSource | null;
  /** Part by which the true PSF may be narrower or wider than that one. */
  readonly psfTolerance: number;
  /** The paper's cycles instead of simulated pairs. */
  readonly cycle: boolean;
  /** Cut a PSF that is larger than the smallest stack instead of refusing it. */
  readonly cropPsf: boolean;
  readonly experimentsDir: string;
  readonly wishes: SettingsWishes;
}

/** A PSF, and the same cut to the window of a kernel. */
type KnownPsf = StackPsf & { readonly kernel: Volume };

/**
 * How the model is made: from simulated pairs by a known PSF; from simulated pairs by a kernel that
 * `first` learns; or by the paper's cycles, `known` null where they learn the kernel.
 */
export type FitRoute =
  | { readonly kind: 'simulated'; readonly psf: StackPsf; readonly tolerance: number }
  | { readonly kind: 'two-stage'; readonly first: FitSettings; readonly tolerance: number }
  | { readonly kind: 'cycle'; readonly known: KnownPsf | null };

/** Data that were read and passed every check that can be made before work begins. */
export interface FitInput {
  readonly blurred: readonly NamedStack[];
  /** Empty where the sharp stacks are still to be made from the blurred ones. */
  readonly sharp: readonly NamedStack[];
  readonly source: SharpSource;
  readonly voxelSizeUm: VoxelSizeUm;
  /** Of the network that becomes the model. */
  readonly settings: FitSettings;
  readonly seed: number;
  readonly route: FitRoute;
  readonly warnings: readonly string[];
}

/**
 * Reads all data of a fit and checks them. Writes nothing and needs no back-end.
 *
 * @throws {InputError} One line for the first thing that stands in the way.
 */
export async function readFit(data: FitData): Promise<FitInput> {
  const { sharp: source, psf, experimentsDir, wishes } = data;
  if (psf === null && source.kind === 'classical' && source.method !== 'blind-rl') {
    const remedy = 'give --psf or the optics, or take --sharp-from blind-rl';
    throw new InputError(
      describeViolation('fit', '--sharp-from', 'go with a PSF', source.method, remedy),
    );
  }
  const kind = routeOf(data);
  if (kind === 'cycle' && wishes.fineTune === true) {
    const rule =
      'be left out without simulated pairs: the cycle of the images counts from the start';
    throw new InputError(describeViolation('fit', '--fine-tune', rule, true));
  }
  const cycleKind = psf === null ? 'blind' : 'non-blind';
  const settings = fitSettings(experimentsDir, wishes, kind === 'cycle' ? cycleKind : 'simulated');
  const first = kind === 'two-stage' ? fitSettings(experimentsDir, wishes, 'kernel') : null;
  const blurred = await readStackSet(data.blurred, data.reading);
  const sharp =
    source.kind === 'files'
      ? await readStackSet(source.files, data.sharpReading ?? data.reading)
      : [];
  const voxelSizeUm = commonVoxelSize([...blurred, ...sharp]);
  const warnings = sameFiles(blurred, sharp);
  const shared = { blurred, sharp, source, voxelSizeUm, seed: wishes.seed, warnings };
  if (kind === 'cycle') {
    checkStackSides(settings, smallestShape([...blurred, ...sharp]));
    return { ...shared, ...(await cycleRoute(data, settings, blurred)) };
  }
  const largest = smallestShape(sharp.length === 0 ? blurred : sharp);
  const patch =
    wishes.patch === undefined
      ? fittingPatch(settings.training.patch, largest)
      : settings.training.patch;
  checkSimulatedSides(patch, largest);
  const fitted = { ...settings, training: { ...settings.training, patch } };
  const tolerance = checkTolerance(data.psfTolerance);
  if (first !== null) {
    checkStackSides(first, smallestShape([...blurred, ...sharp]));
    return { ...shared, settings: fitted, route: { kind: 'two-stage', first, tolerance } };
  }
  if (psf === null) throw new Error('internal: simulated pairs need a PSF');
  // Stacks are continued beyond their border before they are blurred, so the PSF may have any size;
  // optics say nothing of what lies above and below a single plane.
  const isFlat = psf.kind === 'optics' && smallestShape(blurred)[0] === 1;
  const known = await stackPsf(psf, blurred[0].volume, false, isFlat ? 'stack' : 'any');
  return { ...shared, settings: fitted, route: { kind: 'simulated', psf: known, tolerance } };
}

function routeOf({ cycle, psf, sharp }: FitData): FitRoute['kind'] {
  if (cycle) return 'cycle';
  if (psf !== null) return 'simulated';
  return sharp.kind === 'files' ? 'two-stage' : 'cycle';
}

async function cycleRoute(
  { psf, cropPsf }: FitData,
  settings: FitSettings,
  blurred: readonly NamedStack[],
): Promise<Pick<FitInput, 'settings' | 'route'>> {
  if (psf === null) return { settings, route: { kind: 'cycle', known: null } };
  const { network } = settings;
  const known = await knownPsf(psf, blurred, cropPsf);
  const kernel = preparePsf(known.psf, { center: 'middle', largestShape: network.blurKernelSize });
  return {
    settings: { ...settings, network: { ...network, blurKernelSize: kernel.shape } },
    route: { kind: 'cycle', known: { ...known, kernel } },
  };
}

function checkTolerance(tolerance: number): number {
  if (tolerance >= 0 && tolerance <= MOST_TOLERANCE) return tolerance;
  const rule = `be from 0 to ${100 * MOST_TOLERANCE}%`;
  throw new InputError(describeViolation('fit', '--psf-tolerance', rule, `${100 * tolerance}%`));
}

/** A PSF that may be half as wide or as wide again says nothing. */
const MOST_TOLERANCE = 0.5;

/** Two sets that are the same files teach the network to do nothing. */
function sameFiles(blurred: readonly NamedStack[], sharp: readonly NamedStack[]): string[] {
  const hashes = new Set(blurred.map(({ volume }) => volumeHash(volume)));
  const both = sharp.filter(({ volume }) => hashes.has(volumeHash(volume)));
  if (both.length === 0) return [];
  const what = both.length === sharp.length ? 'all sharp stacks are' : `'${both[0].file}' is`;
  return [
    `${what} in the blurred set, too: what is not sharp teaches nothing (give other --sharp stacks, or --sharp-from)`,
  ];
}

async function knownPsf(source: PsfSource, blurred: readonly NamedStack[], crop: boolean) {
  // The smallest stack decides how large the PSF may be.
  const smallest = [...blurred].sort((a, b) => a.volume.data.length - b.volume.data.length)[0];
  return stackPsf(source, smallest.volume, crop);
}
