import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
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
 * Throws unless every output can be written, before hours of work: it is no folder, no device, no
 * input and no other output, and lies in a folder that can be written to.
 *
 * @param where - Name of the command, for the error line.
 * @param outputs - Path of each output by the option that names it; undefined ones are left out.
 * @param inputs - Files that are read.
 * @throws {InputError} For the first that cannot.
 */
export async function checkOutputs(
  where: string,
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly string[],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) taken.set(await identityOf(input), 'the input');
  for (const [option, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    await checkOutput(where, option, path);
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

async function checkOutput(where: string, option: string, path: string): Promise<void> {
  const refuse = (rule: string, remedy: string): never => {
    throw new InputError(describeViolation(where, option, rule, path, remedy));
  };
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) refuse('be a file', 'it is a folder: name a file in it');
  if (there?.isFile() === false) refuse('be a file', 'it is a device or a pipe');
  const folder = dirname(path);
  const home = await stat(folder).catch(() => undefined);
  if (home?.isDirectory() !== true)
    refuse('lie in a folder that exists', 'create the folder first');
  await access(folder, constants.W_OK).catch(() =>
    refuse('lie in a folder that can be written to', 'choose another folder'),
  );
}
