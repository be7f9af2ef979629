import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import type { TiffFoldersSettings } from '@blurcycle/experiment';
import { PROJECT_ROOT } from '../projectPaths.ts';
import { expandPatterns } from './expandPatterns.ts';

/** Files of a data set that is read. */
export interface StackList {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
  readonly sharp: readonly string[];
  /** One for each of `validation`, then of `test`; null where no truth is known. */
  readonly truth: readonly string[] | null;
}

/** What messages about stacks begin with. */
export const STACKS = 'tiff-folders';

/**
 * The stacks that settings name, as paths; relative ones start from the project root.
 *
 * Blurred stacks in the order of their names: the first are trained on, the last are tested on,
 * those before them watched. With fewer volumes than stacks, those in the middle are left out.
 *
 * @throws {InputError} If one does not exist, there are fewer than the settings ask for, or a stack
 *   has no truth where others have.
 */
export function listStacks({ blurred, sharp, truth, volumes }: TiffFoldersSettings): StackList {
  const expand = (name: string, patterns: string | readonly string[]): string[] =>
    expandPatterns(STACKS, `dataset.${name}`, [patterns].flat(), PROJECT_ROOT).map((file) =>
      existingFile(`dataset.${name}`, file),
    );
  const all = expand('blurred', blurred);
  const { train, validation, test } = volumes;
  if (all.length < train + validation + test) {
    const rule = `name no more stacks than dataset.blurred holds, ${all.length}`;
    throw new InputError(
      describeViolation(
        STACKS,
        'dataset.volumes',
        rule,
        train + validation + test,
        'train + validation + test',
      ),
    );
  }
  const watched = all.slice(-test - validation, -test);
  const tested = all.slice(-test);
  const known = truth === undefined ? null : expand('truth', truth);
  return {
    ...{
      train: all.slice(0, train),
      validation: watched,
      test: tested,
      sharp: expand('sharp', sharp),
    },
    truth: known === null ? null : [...watched, ...tested].map((file) => truthOf(file, known)),
  };
}

function existingFile(parameter: string, file: string): string {
  if (existsSync(file)) return file;
  const remedy = `relative paths start from ${PROJECT_ROOT}`;
  throw new InputError(describeViolation(STACKS, parameter, 'name files that exist', file, remedy));
}

function truthOf(blurred: string, known: readonly string[]): string {
  const name = basename(blurred);
  const found = known.find((file) => basename(file) === name);
  if (found !== undefined) return found;
  const rule = `hold '${name}', the truth of a stack that is watched or tested`;
  throw new InputError(
    describeViolation(
      STACKS,
      'dataset.truth',
      rule,
      known.map((file) => basename(file)),
    ),
  );
}
