import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  describeViolation,
  InputError,
  type StackFormatName,
  type Volume,
  type WritableSampleType,
} from '@blurcycle/core';
import { type Hyperstack, writeTiffHyperstack } from '@blurcycle/data';
import { endsAsZarr, isOwnZarr } from './zarr/isZarr.ts';

/** How a result is stored. */
export interface StackFormat {
  readonly sampleType: WritableSampleType;
  /** Metadata of a TIFF file, or a folder of OME-Zarr. */
  readonly format: StackFormatName;
  /**
   * What uint16 multiplies the values by before they are rounded; `auto` makes the largest 65535.
   * @defaultValue 1
   */
  readonly sampleScale?: number | 'auto' | undefined;
}

const LARGEST_UINT16 = 65535;

/** How the values were stored. */
export interface StoredValues {
  /** Values outside the range of `uint16`, which were clipped; all were rounded. */
  readonly clipped: number;
  /** Stored values over those of the result. */
  readonly scale: number;
}

/** A result of one or several stacks. */
export interface StackResult extends Hyperstack {
  /** Smallest and largest value of all stacks. */
  readonly range: readonly [low: number, high: number];
  /** One line about how it was made. */
  readonly note?: ((stored: StoredValues) => string) | undefined;
}

/**
 * Writes a result with its voxel size and on its own intensity scale.
 *
 * Memory: that of one stack, and half of it more for `uint16`.
 *
 * @param stackOf - The stack of a channel and a time point, from 1; called once or twice for each.
 */
export async function writeStacks(
  path: string,
  result: StackResult,
  { sampleType, format, sampleScale = 1 }: StackFormat,
  stackOf: (channel: number, timePoint: number) => Promise<Volume>,
): Promise<StoredValues> {
  const { note, range } = result;
  const isWhole = sampleType === 'uint16';
  const [, high] = range;
  const automatic = high > 0 ? LARGEST_UINT16 / high : 1;
  const scale = !isWhole ? 1 : sampleScale === 'auto' ? automatic : sampleScale;
  const samplesOf = async (c: number, t: number): Promise<Float32Array | Uint16Array> =>
    isWhole ? toUint16((await stackOf(c, t)).data, scale).samples : (await stackOf(c, t)).data;
  let clipped = 0;
  if (isWhole) {
    // Counted first: the number is part of the note, which the file begins with.
    for (let t = 1; t <= result.timePoints; t++) {
      for (let c = 1; c <= result.channels; c++)
        clipped += toUint16((await stackOf(c, t)).data, scale).clipped;
    }
  }
  const stored = { clipped, scale };
  const limit = (value: number): number =>
    isWhole ? Math.min(LARGEST_UINT16, Math.max(0, Math.round(scale * value))) : value;
  const image = { ...result, range: [limit(range[0]), limit(range[1])] } as const;
  const made = note === undefined ? {} : { note: note(stored) };
  if (format === 'zarr') {
    const { writeZarr } = await import('./zarr/writeZarr.ts');
    await writeZarr(path, image, { sampleType, ...made }, samplesOf);
  } else await writeTiffHyperstack(path, image, { sampleType, format, scale, ...made }, samplesOf);
  return stored;
}

function toUint16(
  data: Float32Array,
  scale: number,
): { readonly samples: Uint16Array; readonly clipped: number } {
  let clipped = 0;
  const samples = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const whole = Math.round(scale * data[i]);
    if (!(whole >= 0 && whole <= LARGEST_UINT16)) clipped++;
    samples[i] = whole < 0 ? 0 : Math.min(whole, LARGEST_UINT16);
  }
  return { samples, clipped };
}

/**
 * Throws unless every output can be written, before hours of work: it is no folder, no device, no
 * input and no other output, and lies in a folder that can be written to.
 *
 * @param where - Name of the command, for the error line.
 * @param outputs - Path of each output by the option that names it; undefined ones are left out.
 * @param inputs - Files that are read.
 * @param zarr - Option whose output may be a folder of OME-Zarr.
 * @throws {InputError} For the first that cannot.
 */
export async function checkOutputs(
  where: string,
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly string[],
  zarr?: string,
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) taken.set(await identityOf(input), 'the input');
  for (const [option, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    await checkOutput(where, option, path, option === zarr);
    const identity = await identityOf(path);
    const other = taken.get(identity);
    if (other !== undefined) {
      const remedy =
        other === 'the input'
          ? 'what was measured is not overwritten'
          : 'one would overwrite the other';
      throw new InputError(
        describeViolation(where, option, `be another file than ${other}`, path, remedy),
      );
    }
    taken.set(identity, option);
  }
}

/** The same for all names of a file, whether it exists or not. */
async function identityOf(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined) return `${there.dev}/${there.ino}`;
  const folder = await realpath(dirname(path)).catch(() => dirname(resolve(path)));
  return join(folder, basename(path));
}

async function checkOutput(
  where: string,
  option: string,
  path: string,
  mayBeZarr: boolean,
): Promise<void> {
  const refuse = (rule: string, remedy: string): never => {
    throw new InputError(describeViolation(where, option, rule, path, remedy));
  };
  const there = await stat(path).catch(() => undefined);
  if (endsAsZarr(path)) {
    if (!mayBeZarr) refuse('be a TIFF file', 'only deconvolve --out writes OME-Zarr');
    if (there !== undefined && !isOwnZarr(path))
      refuse('replace nothing but a result', 'blurcycle did not write it: choose another name');
  } else {
    if (there?.isDirectory() === true) refuse('be a file', 'it is a folder: name a file in it');
    if (there?.isFile() === false) refuse('be a file', 'it is a device or a pipe');
  }
  const folder = dirname(path);
  const home = await stat(folder).catch(() => undefined);
  if (home?.isDirectory() !== true)
    refuse('lie in a folder that exists', 'create the folder first');
  await access(folder, constants.W_OK).catch(() =>
    refuse('lie in a folder that can be written to', 'choose another folder'),
  );
}
