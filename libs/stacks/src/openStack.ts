import {
  type Acquisition,
  chooseStack,
  openTiffFile,
  readOneStack,
  type ReadTiffOptions,
  type TiffStack,
} from '@blurcycle/data';
import { isZarr } from './zarr/isZarr.ts';

/** Opens an image of any kind that can be read: a TIFF file, or a folder of OME-Zarr. */
export async function openStack(path: string, options: ReadTiffOptions): Promise<Acquisition> {
  if (!isZarr(path)) return openTiffFile(path, options);
  // Loaded only where it is needed: most stacks are TIFF.
  const { openZarr } = await import('./zarr/openZarr.ts');
  return openZarr(path, options);
}

/**
 * Reads a z stack of a TIFF file or a folder of OME-Zarr.
 *
 * @throws {InputError} One line that names the file, what is wrong, and what to do.
 */
export async function readStackFile(
  path: string,
  options: ReadTiffOptions = {},
): Promise<TiffStack> {
  return readOneStack(path, await openStack(path, { ...options, single: true }), options);
}

/** The z stacks of a file that are wanted: their channels and time points, from 1. */
export interface ChosenStacks {
  readonly channels: readonly number[];
  readonly timePoints: readonly number[];
}

/**
 * The channels and time points of a file that a choice names; all of them where it names none.
 *
 * @throws {InputError} If a choice is not in the file, or its stacks have one plane and may be the
 *   slices of one: nobody said what its pages are.
 */
export function chooseStacks(
  path: string,
  acquisition: Acquisition,
  choice: ReadTiffOptions,
): ChosenStacks {
  const { channels, timePoints, shape } = acquisition;
  const isFlat = shape[0] === 1 && channels * timePoints > 1;
  if (isFlat && choice.pageAxis === undefined) chooseStack(path, acquisition, choice);
  const all = { channel: choice.channel ?? 1, timePoint: choice.timePoint ?? 1 };
  const { channel, timePoint } = chooseStack(path, acquisition, all);
  return {
    channels: choice.channel === undefined ? upTo(channels) : [channel],
    timePoints: choice.timePoint === undefined ? upTo(timePoints) : [timePoint],
  };
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** A file and the place in it, for messages. */
export function nameStack(
  path: string,
  { channels, timePoints }: ChosenStacks,
  channel: number,
  timePoint: number,
): string {
  const parts = [
    ...(channels.length > 1 ? [`channel ${channel}`] : []),
    ...(timePoints.length > 1 ? [`time point ${timePoint}`] : []),
  ];
  return [path, ...parts].join(', ');
}
