import { join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { fileHash } from '@blurcycle/files';
import { MODEL_FILES, readModelFolder, writeModelFolder } from '@blurcycle/inference';
import type { NamedArray } from '@blurcycle/training';
import type { FitSettings } from './fitSettings.ts';

/** Weights that a training starts from. */
export interface Initial {
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** Hash of their file. */
  readonly key: string;
}

/**
 * The weights of the model that training goes on from; null where none is named.
 *
 * @throws {InputError} If the model cannot be read, or its network is another one.
 */
export async function readInitial(
  { from }: { readonly from: string | undefined },
  { network }: Pick<FitSettings, 'network'>,
): Promise<Initial | null> {
  if (from === undefined) return null;
  const { config, weights } = await readModelFolder(from);
  const { width, normalization = 'instance' } = config.network;
  const wanted = network.normalization ?? 'instance';
  if (width !== network.width) {
    const rule = `be ${width}, that of the model ${from}`;
    throw new InputError(describeViolation('fit', '--width', rule, network.width));
  }
  if (normalization !== wanted) {
    const remedy = wanted === 'none' ? 'give --cycle' : 'leave --cycle out';
    const rule = 'name a model that was trained in the same way';
    throw new InputError(describeViolation('fit', '--from', rule, config.method.label, remedy));
  }
  return { weights, key: await fileHash(join(from, MODEL_FILES.weights)) };
}

/** What may be corrected in a model without a training; undefined leaves it as it is. */
interface Facts {
  readonly name: string | undefined;
  readonly authors: readonly string[] | undefined;
  readonly license: string | undefined;
}

/** Writes a model again with another name, authors or license. @returns Whether any differs. */
export async function correctFacts(
  folder: string,
  { name, authors, license }: Facts,
): Promise<boolean> {
  const content = await readModelFolder(folder);
  const { config } = content;
  const corrected = {
    ...config,
    name: name ?? config.name,
    authors: authors ?? config.authors,
    license: license ?? config.license,
  };
  const same =
    corrected.name === config.name &&
    corrected.license === config.license &&
    corrected.authors.join('\n') === config.authors.join('\n');
  if (same) return false;
  await writeModelFolder(folder, { ...content, config: corrected });
  return true;
}
