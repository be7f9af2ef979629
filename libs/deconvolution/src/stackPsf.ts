import type { Volume, VoxelSizeUm } from '@blurcycle/core';
import { readStackFile } from '@blurcycle/stacks';
import {
  fitPsf,
  type MeasuredPsf,
  type PsfOptics,
  type PsfReach,
  type StackPsf,
} from './fitPsf.ts';

/** Where the PSF of a stack comes from. */
export type PsfSource =
  | (MeasuredPsf & {
      readonly kind: 'file';
      readonly path: string;
      /** Voxels of the file, whatever it says; undefined where it is to be believed. */
      readonly voxelSizeUm: VoxelSizeUm | undefined;
    })
  | (PsfOptics & {
      readonly kind: 'optics';
      /** What the user gave of the optics, by the names of the settings, for `model.json`. */
      readonly given: Readonly<Record<string, string | number>>;
    });

/**
 * `fitPsf` of a file or of optics.
 *
 * @throws {InputError} Also if the file cannot be read.
 */
export async function stackPsf(
  source: PsfSource,
  stack: Volume,
  crop: boolean,
  reach: PsfReach = 'stack',
): Promise<StackPsf> {
  if (source.kind === 'optics') return fitPsf(source, stack, crop, reach);
  const { path, voxelSizeUm } = source;
  const { volume } = await readStackFile(
    path,
    voxelSizeUm === undefined ? { defaultVoxelSizeUm: stack.voxelSizeUm } : { voxelSizeUm },
  );
  return fitPsf({ ...source, volume }, stack, crop, reach);
}
