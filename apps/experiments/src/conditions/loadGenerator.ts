import { join } from 'node:path';
import { createRandomStream } from '@blurcycle/core';
import type { ResolvedRun, RunRecord } from '@blurcycle/experiment';
import { buildUNet, type Network } from '@blurcycle/models';
import { readArrayFile } from '@blurcycle/training';
import { tensor, tidy } from '@tensorflow/tfjs-core';

/** Weights of the sharp generator inside the folder of a run. */
export const WEIGHTS = 'model/generator.weights';

/**
 * The sharp generator that a run has trained.
 *
 * Ownership: the caller disposes its parameters.
 *
 * @param folder - Directory of the run.
 */
export async function loadGenerator(
  folder: string,
  { settings }: Pick<ResolvedRun | RunRecord, 'settings'>,
): Promise<Network> {
  const { arrays } = await readArrayFile(join(folder, WEIGHTS));
  const generator = buildUNet(settings.network, createRandomStream(0, 'init/sharpGenerator'));
  for (const { name, variable } of generator.parameters) {
    const stored = arrays.get(name);
    if (stored === undefined) throw new Error(`internal: ${folder}/${WEIGHTS} lacks ${name}`);
    tidy(() => variable.assign(tensor(stored.data, [...stored.shape], 'float32')));
  }
  return generator;
}
