import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createRandomStream,
  describeViolation,
  InputError,
  type Precision,
  type Volume,
} from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import {
  type ModelConfig,
  modelConfigSchema,
  type ModelManifest,
  modelManifestSchema,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { buildUNet, disposeNetworks, type Network, uNetShapes } from '@blurcycle/models';
import { fromNetworkScale, toNetworkScale } from '@blurcycle/stacks';
import { arrayMismatch, readArrayFile, writeNetworkWeights } from '@blurcycle/training';
import { MODEL_FILES } from './modelFiles.ts';
import { applyWhole } from './predictVolume.ts';
import { outputScale } from './stackScale.ts';
import type { ModelContent } from './writeModelFolder.ts';

/** What a model computes with. */
interface AppliedModel {
  readonly config: Pick<ModelConfig, 'intensity' | 'inference' | 'stackScale'>;
  readonly generator: Network;
}

/**
 * Deconvolves a small stack at once, sides multiples of 4; intensities of the stack in and out.
 *
 * @param precision - Of the factors of convolutions. @defaultValue that of the model
 */
export async function applyModel(
  { config, generator }: AppliedModel,
  stack: Volume,
  precision: Precision = config.inference.precision,
): Promise<Volume> {
  const { intensity } = config;
  const observed = toNetworkScale(stack, intensity);
  return fromNetworkScale(await applyWhole(generator, observed, precision), outputScale(config));
}

/** A model that is ready to use. */
export interface LoadedModel {
  readonly folder: string;
  readonly config: ModelConfig;
  /** Input and output are the network's intensities; see `intensity` of the configuration. */
  readonly generator: Network;
  /** Blur kernel between the network's intensities; null when the model has none. */
  readonly kernel: Volume | null;
  /** Largest difference from the stored test output here, as a fraction of white - black. */
  readonly testDifference: number;
  /** Frees the weights. */
  dispose(): void;
}

/** The schema of one JSON file of the folder. */
interface Schema<T> {
  safeParse(value: unknown):
    | { success: true; data: T }
    | {
        success: false;
        error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
      };
}

const AGAIN = 'download or copy the model again';

/**
 * Everything that a model folder holds, with its hashes and its schema checked, and no network
 * built.
 *
 * @throws {InputError} One line for the first thing that is wrong.
 */
export async function readModelFolder(folder: string): Promise<ModelContent> {
  await checkFiles(folder);
  const config = await readModelConfig(folder);
  const volume = async (name: string): Promise<Volume> =>
    (await readTiffStack(join(folder, name))).volume;
  const weights = await readWeights(join(folder, MODEL_FILES.weights), config);
  const test = {
    input: await volume(MODEL_FILES.testInput),
    output: await volume(MODEL_FILES.testOutput),
  };
  checkTest(join(folder, MODEL_FILES.testInput), test);
  return {
    config,
    weights,
    kernel: config.kernel === 'none' ? null : await volume(MODEL_FILES.kernel),
    test,
  };
}

/**
 * `model.json` of a model folder, checked by its schema alone.
 *
 * @throws {InputError} If it is missing or does not follow the schema.
 */
export function readModelConfig(folder: string): Promise<ModelConfig> {
  return readJson<ModelConfig>(folder, MODEL_FILES.config, modelConfigSchema);
}

/** The weights, if they are those of the network that the configuration names. */
async function readWeights(
  path: string,
  { network: { width } }: ModelConfig,
): Promise<ModelContent['weights']> {
  const { arrays } = await readArrayFile(path);
  const reason = arrayMismatch(arrays, uNetShapes(width));
  if (reason === null) return arrays;
  throw new InputError(
    `loadModel: ${path} must hold the weights of a U-Net of width ${width}, as ${MODEL_FILES.config} has it, but ${reason} (${AGAIN})`,
  );
}

/** A network takes sides that are multiples of 4, and gives as many voxels as it takes. */
function checkTest(path: string, { input, output }: ModelContent['test']): void {
  const same = input.shape.join() === output.shape.join();
  if (same && input.shape.every((side) => side % 4 === 0)) return;
  const rule = 'have sides that are multiples of 4, those of the test output';
  throw new InputError(describeViolation('loadModel', path, rule, input.shape, AGAIN));
}

/**
 * Reads a model folder and checks hashes, schema and weights, and that the test input gives the
 * test output here.
 *
 * Call `selectBackend` first. The caller disposes the model.
 *
 * @throws {InputError} One line for the first thing that is wrong.
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const { config, weights, kernel, test } = await readModelFolder(folder);
  const { input, output: expected } = test;
  const generator = buildUNet(config.network, createRandomStream(0, 'init/sharpGenerator'));
  try {
    writeNetworkWeights(generator, weights);
    const got = await applyModel({ config, generator }, input);
    const testDifference =
      largestDifference(got, expected) / (config.intensity.white - config.intensity.black);
    if (!(testDifference <= config.testTolerance)) {
      throw new InputError(
        `loadModel: ${folder} must turn its test input into its test output within ${config.testTolerance} of the range, ` +
          `got ${testDifference.toPrecision(3)} (try another --backend, or ${AGAIN})`,
      );
    }
    return {
      folder,
      config,
      generator,
      kernel,
      testDifference,
      dispose: () => disposeNetworks(generator),
    };
  } catch (error) {
    disposeNetworks(generator);
    throw error;
  }
}

async function checkFiles(folder: string): Promise<void> {
  const { files } = await readJson<ModelManifest>(
    folder,
    MODEL_FILES.manifest,
    modelManifestSchema,
  );
  for (const [name, hash] of Object.entries(files)) {
    const path = join(folder, name);
    const got = await fileHash(path).catch((error: unknown) => {
      throw unreadable(path, error, AGAIN);
    });
    if (got !== hash) {
      throw new InputError(
        `loadModel: ${path} must be the file that was written, got other bytes (${AGAIN})`,
      );
    }
  }
  const needed = Object.values(MODEL_FILES).filter(
    (name) => name !== MODEL_FILES.manifest && name !== MODEL_FILES.kernel,
  );
  const missing = needed.find((name) => !Object.hasOwn(files, name));
  if (missing !== undefined) {
    throw new InputError(
      `loadModel: ${join(folder, MODEL_FILES.manifest)} must list ${missing}, got none (${AGAIN})`,
    );
  }
}

async function readJson<T>(folder: string, name: string, schema: Schema<T>): Promise<T> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error, 'give the folder of a model, as blurcycle fit writes it');
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(
      `loadModel: ${path} must hold JSON, got text that does not parse (${AGAIN})`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path: at, message }] = result.error.issues;
  throw new InputError(
    `loadModel: ${path} must follow its schema, got ${at.join('.') || 'content'}: ${message} (made by another version of blurcycle?)`,
  );
}

function unreadable(path: string, error: unknown, remedy: string): InputError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new InputError(`loadModel: ${path} must be readable, got ${reason} (${remedy})`);
}

function largestDifference(a: Volume, b: Volume): number {
  let largest = a.data.length === b.data.length ? 0 : Infinity;
  for (let i = 0; i < a.data.length; i++)
    largest = Math.max(largest, Math.abs(a.data[i] - b.data[i]));
  return largest;
}
