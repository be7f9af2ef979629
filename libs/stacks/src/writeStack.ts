import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  createVolume,
  describeViolation,
  InputError,
  type TiffFormat,
  type Volume,
  type WritableSampleType,
} from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';

/** How a result is stored. */
export interface StackFormat {
  readonly sampleType: WritableSampleType;
  readonly format: TiffFormat;
}

const LARGEST_UINT16 = 65535;

/**
 * Writes a result with its voxel size and on its own intensity scale.
 *
 * @returns Number of values outside the range of `uint16`, which were clipped; all were rounded.
 */
export async function writeStack(
  path: string,
  volume: Volume,
  { sampleType, format }: StackFormat,
): Promise<{ readonly clipped: number }> {
  if (sampleType === 'float32') {
    await writeTiffStack(path, volume, { format });
    return { clipped: 0 };
  }
  let clipped = 0;
  const data = volume.data.map((value) => {
    const whole = Math.round(value);
    if (whole >= 0 && whole <= LARGEST_UINT16) return whole;
    clipped++;
    return whole < 0 ? 0 : LARGEST_UINT16;
  });
  await writeTiffStack(path, createVolume(volume.shape, volume.voxelSizeUm, data), {
    sampleType,
    format,
  });
  return { clipped };
}

/**
 * Throws unless a file can be written at `path`: to be called before hours of work on its content.
 *
 * @param inputs - Files that must not be overwritten.
 */
export async function checkOutput(
  option: string,
  path: string,
  inputs: readonly string[],
): Promise<void> {
  const refuse = (rule: string, value: unknown, remedy: string): never => {
    throw new InputError(describeViolation('deconvolve', option, rule, value, remedy));
  };
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) refuse('be a file', path, 'it is a folder: name a file in it');
  for (const input of inputs) {
    const read = await stat(input).catch(() => undefined);
    if (there !== undefined && read?.ino === there.ino && read.dev === there.dev) {
      refuse('be another file than the input', path, 'what was measured is not overwritten');
    }
  }
  const folder = dirname(path);
  const home = await stat(folder).catch(() => undefined);
  if (home?.isDirectory() !== true)
    refuse('lie in a folder that exists', path, 'create the folder first');
  await access(folder, constants.W_OK).catch(() =>
    refuse('lie in a folder that can be written to', path, 'choose another folder'),
  );
}
