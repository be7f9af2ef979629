import {
  describeViolation,
  formatShape,
  InputError,
  type PageAxis,
  type Shape3,
  voxelCount,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { baseName } from './tiff/byteFile.ts';
import type { SampleType } from './tiff/tags.ts';

/** Choice of one z stack from a file with several, or with pages of unknown meaning. */
export interface StackChoice {
  /** Image of a file with several, from 1. Required if there are several. */
  readonly series?: number;
  /** Channel, counted from 1 as in Fiji. Required if there are several. */
  readonly channel?: number;
  /** Time point, counted from 1. Required if there are several. */
  readonly timePoint?: number;
  /** Meaning of the pages, if the file does not state it or is wrong. */
  readonly pageAxis?: PageAxis;
}

/** Choice of the stack, and voxel sizes. */
export interface ReadTiffOptions extends StackChoice {
  /** Refuse a file with several stacks and no choice before its voxel size is asked for. */
  readonly single?: boolean;
  /** Voxel size z, y, x in µm; overrides that of the file. */
  readonly voxelSizeUm?: VoxelSizeUm;
  /** Voxel size for a file that does not state one; without it such a file is an error. */
  readonly defaultVoxelSizeUm?: VoxelSizeUm;
  /**
   * Largest stack to read, in bytes of its 32-bit values.
   * @defaultValue what this machine can spare; no limit where that is not known, as in a browser
   */
  readonly maxBytes?: number;
}

/** Edge lengths of a voxel in µm, z, y, x; null where nobody states it. */
export type StatedVoxelSize = readonly [dz: number | null, dy: number | null, dx: number | null];

/** An open image file: its z stacks by channel and time point, read one at a time. */
export interface Acquisition {
  /** Sides of one z stack. */
  readonly shape: Shape3;
  readonly voxelSizeUm: VoxelSizeUm;
  readonly statedVoxelSizeUm: StatedVoxelSize;
  /** Whether the file states all of it, and what it states can be. */
  readonly isSizeStated: boolean;
  readonly sampleType: SampleType;
  readonly channels: number;
  readonly timePoints: number;
  /**
   * One z stack, its values not rescaled; channel and time point from 1.
   *
   * @throws {InputError} One line, for a damaged or missing part of the file.
   */
  readonly read: (channel: number, timePoint: number) => Promise<Volume>;
  /** What the user should know of the stacks that were read so far. */
  readonly warnings?: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Beyond this no microscope's voxels reach; larger sizes are defaults of programs, in µm. */
const LARGEST_VOXEL_UM = 100;

/** Whether a file states voxels that a microscope can have. */
export function isPlausible(stated: StatedVoxelSize): boolean {
  return stated.every((side) => side !== null && side <= LARGEST_VOXEL_UM);
}

/**
 * The voxel size that holds: what the user gives, the file's, a default.
 *
 * @param where - Start of the message.
 * @param unnamed - Whether the axes of the file are not named either.
 * @throws {InputError} If nobody states it, or the file states what no microscope has.
 */
export function chooseVoxelSize(
  where: string,
  path: string,
  stated: StatedVoxelSize,
  options: ReadTiffOptions,
  unnamed: boolean,
): VoxelSizeUm {
  if (options.voxelSizeUm !== undefined) return options.voxelSizeUm;
  const [dz, dy, dx] = stated;
  if (stated.some((side) => side !== null && side > LARGEST_VOXEL_UM)) {
    if (options.defaultVoxelSizeUm !== undefined) return options.defaultVoxelSizeUm;
    const remedy =
      'no microscope has such voxels: a program stored the dots per inch of a printer as the size; give --voxel z,y,x in µm';
    throw new InputError(
      describeViolation(
        where,
        `the voxels of '${path}'`,
        `be below ${LARGEST_VOXEL_UM} µm`,
        stated.map((side) => (side === null ? 'nothing' : Number(side.toPrecision(4)))),
        remedy,
      ),
    );
  }
  if (dz !== null && dy !== null && dx !== null) return [dz, dy, dx];
  if (options.defaultVoxelSizeUm !== undefined) return options.defaultVoxelSizeUm;
  const hint = unnamed ? '; it must be a z stack, its pages have no names' : '';
  throw new InputError(
    `${where}: the voxel size of '${path}' must be known, got [${stated.map((side) => side ?? 'nothing').join(', ')}] ` +
      `from the file (give --voxel z,y,x in µm${hint})`,
  );
}

/**
 * Throws if one z stack needs more memory than there is.
 *
 * @throws {Error} One line without the name of the file.
 */
export function assertFits(shape: Shape3, maxBytes = Infinity): void {
  if (4 * voxelCount(shape) <= maxBytes) return;
  throw new Error(
    `its ${formatShape(shape)} values need more than ${Math.floor(maxBytes)} bytes (crop it first, or use a machine with more memory)`,
  );
}

/**
 * The channel and the time point that a choice names, from 1; the only one where nothing is said.
 *
 * @throws {InputError} If there are several and no choice, with the options that choose.
 */
export function chooseStack(
  path: string,
  { channels, timePoints, shape }: Pick<Acquisition, 'channels' | 'timePoints' | 'shape'>,
  choice: StackChoice,
): { readonly channel: number; readonly timePoint: number } {
  const name = baseName(path);
  const isFlat = shape[0] === 1;
  return {
    channel: pickFrom1(
      { name, what: 'channel', flag: '--channel', available: channels },
      choice.channel,
      isFlat && timePoints === 1 ? ', or give --page-axis c=z if its channels are slices' : '',
    ),
    timePoint: pickFrom1(
      { name, what: 'time point', flag: '--time-point', available: timePoints },
      choice.timePoint,
      isFlat ? ', or give --page-axis z if its pages are slices' : '',
    ),
  };
}

/** What there is to choose from. */
interface Available {
  readonly name: string;
  readonly what: string;
  readonly flag: string;
  readonly available: number;
}

/** A number from 1 to what there is; the only one where nothing is said. */
export function pickFrom1(
  { name, what, flag, available }: Available,
  chosen: number | undefined,
  hint = '',
): number {
  if (chosen === undefined) {
    if (available === 1) return 1;
    throw new InputError(
      `readTiffStack: '${name}' must be a single z stack, got ${available} ${what}s ` +
        `(choose one with ${flag} 1 to ${available}${hint})`,
    );
  }
  if (Number.isSafeInteger(chosen) && chosen >= 1 && chosen <= available) return chosen;
  throw new InputError(
    `readTiffStack: ${what} must be a whole number from 1 to ${available} for '${name}', got ${chosen} (give ${flag})`,
  );
}
