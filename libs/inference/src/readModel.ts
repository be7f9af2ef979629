import {
  createRandomStream,
  describeViolation,
  InputError,
  type Precision,
  type Volume,
} from '@blurcycle/core';
import {
  type ModelConfig,
  modelConfigSchema,
  type ModelManifest,
  modelManifestSchema,
} from '@blurcycle/experiment';
import { buildUNet, disposeNetworks, type Network, uNetShapes } from '@blurcycle/models';
import { fromNetworkScale, toNetworkScale } from '@blurcycle/stacks';
import { arrayMismatch, decodeArrayFile, writeNetworkWeights } from '@blurcycle/training';
import { MODEL_FILES } from './modelFileNames.ts';
import { applyWhole } from './predictVolume.ts';
import { outputScale } from './stackScale.ts';
import type { ModelContent } from './writeModelFolder.ts';

/** Where the files of a model come from: a folder, or files that a page was given. */
export interface ModelSource {
  /** What messages call the model, and one of its files. */
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly bytes: (name: string) => Promise<Uint8Array>;
  readonly volume: (name: string) => Promise<Volume>;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
}

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
 * Everything that a model holds, with its hashes and its schema checked, and no network built.
 *
 * @throws {InputError} One line for the first thing that is wrong.
 */
export async function readModel(source: ModelSource): Promise<ModelContent> {
  await checkFiles(source);
  const config = await readConfig(source);
  const weights = await readWeights(source, config);
  const test = {
    input: await source.volume(MODEL_FILES.testInput),
    output: await source.volume(MODEL_FILES.testOutput),
  };
  checkTest(source.path(MODEL_FILES.testInput), test);
  return {
    ...{ config, weights, test },
    kernel: config.kernel === 'none' ? null : await source.volume(MODEL_FILES.kernel),
  };
}

/**
 * `model.json`, checked by its schema alone.
 *
 * @throws {InputError} If it is missing or does not follow the schema.
 */
export function readConfig(source: ModelSource): Promise<ModelConfig> {
  return readJson<ModelConfig>(source, MODEL_FILES.config, modelConfigSchema);
}

/** The weights, if they are those of the network that the configuration names. */
async function readWeights(
  { path, bytes, sha256 }: ModelSource,
  { network: { width } }: ModelConfig,
): Promise<ModelContent['weights']> {
  const file = path(MODEL_FILES.weights);
  const { arrays } = decodeArrayFile(file, await bytes(MODEL_FILES.weights), sha256);
  const reason = arrayMismatch(arrays, uNetShapes(width));
  if (reason === null) return arrays;
  throw new InputError(
    `loadModel: ${file} must hold the weights of a U-Net of width ${width}, as ${MODEL_FILES.config} has it, but ${reason} (${AGAIN})`,
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
 * Reads a model and checks hashes, schema and weights, and that the test input gives the
 * test output here.
 *
 * Call `selectBackend` first. The caller disposes the model.
 *
 * @throws {InputError} One line for the first thing that is wrong.
 */
export async function prepareModel(source: ModelSource): Promise<LoadedModel> {
  const { folder } = source;
  const { config, weights, kernel, test } = await readModel(source);
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

async function checkFiles(source: ModelSource): Promise<void> {
  const { files } = await readJson<ModelManifest>(
    source,
    MODEL_FILES.manifest,
    modelManifestSchema,
  );
  for (const [name, hash] of Object.entries(files)) {
    const path = source.path(name);
    const bytes = await source.bytes(name).catch((error: unknown) => {
      throw unreadable(path, error, AGAIN);
    });
    if (hexadecimal(source.sha256(bytes)) !== hash) {
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
      `loadModel: ${source.path(MODEL_FILES.manifest)} must list ${missing}, got none (${AGAIN})`,
    );
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function readJson<T>(source: ModelSource, name: string, schema: Schema<T>): Promise<T> {
  const path = source.path(name);
  const bytes = await source.bytes(name).catch((error: unknown) => {
    throw unreadable(path, error, 'give the folder of a model, as blurcycle fit writes it');
  });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
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
