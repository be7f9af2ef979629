import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTiffStack } from '@blurcycle/data';
import type { ModelConfig } from '@blurcycle/experiment';
import {
  type LoadedModel,
  type ModelSource,
  prepareModel,
  readConfig,
  readModel,
} from './readModel.ts';
import type { ModelContent } from './writeModelFolder.ts';

/**
 * Everything that a model folder holds, with its hashes and its schema checked, and no network
 * built.
 *
 * @throws {InputError} One line for the first thing that is wrong.
 */
export function readModelFolder(folder: string): Promise<ModelContent> {
  return readModel(sourceOf(folder));
}

/**
 * `model.json` of a model folder, checked by its schema alone.
 *
 * @throws {InputError} If it is missing or does not follow the schema.
 */
export function readModelConfig(folder: string): Promise<ModelConfig> {
  return readConfig(sourceOf(folder));
}

/**
 * The model of a folder, ready to use; see `prepareModel`.
 *
 * Call `selectBackend` first. The caller disposes the model.
 *
 * @throws {InputError} One line for the first thing that is wrong.
 */
export function loadModel(folder: string): Promise<LoadedModel> {
  return prepareModel(sourceOf(folder));
}

function sourceOf(folder: string): ModelSource {
  const path = (name: string): string => join(folder, name);
  return {
    ...{ folder, path },
    bytes: (name) => readFile(path(name)),
    volume: async (name) => (await readTiffStack(path(name))).volume,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  };
}
