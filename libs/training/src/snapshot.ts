import { createHash } from 'node:crypto';
import { tensor5d, type Variable } from '@tensorflow/tfjs-core';
import type { Domain, RandomStreamState } from '@blurcycle/core';
import type { Network, NoiseCoefficients } from '@blurcycle/models';
import { arrayMismatch, type NamedArray } from './decodeArrayFile.ts';
import type { PupilNumbers } from './learnedKernel.ts';
import { assign, writeNetworkWeights } from './networkWeights.ts';
import { optimizerGroups, type Trainer } from './trainer.ts';

/** The whole state of a trainer in host memory: a restored trainer goes on with the same bits. */
export interface Snapshot {
  readonly state: TrainerState;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/** Counters and random streams of a trainer; plain JSON. */
export interface TrainerState {
  readonly step: number;
  readonly adamSteps: Readonly<Record<string, number>>;
  readonly buffered: Readonly<Partial<Record<Domain, number>>>;
  readonly streams: Readonly<
    Record<'crops' | 'buffer' | 'interpolation' | 'noise' | 'gain', RandomStreamState>
  >;
}

/**
 * Copies weights, Adam's moments, history buffers, counters and random streams out of a trainer.
 */
export async function takeSnapshot(trainer: Trainer): Promise<Snapshot> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, variable] of variablesOf(trainer)) arrays.set(name, await readArray(variable));
  for (const [domain, buffer] of Object.entries(trainer.buffers)) {
    for (const [i, volume] of buffer.volumes.entries())
      arrays.set(`buffer/${domain}/${i}`, await readArray(volume));
  }
  return { state: stateOf(trainer), arrays };
}

/** Counters and random streams of a trainer. */
export function stateOf(trainer: Trainer): TrainerState {
  return {
    step: trainer.step,
    adamSteps: Object.fromEntries(
      optimizerGroups(trainer).map(({ name, adam }) => [name, adam.step]),
    ),
    buffered: Object.fromEntries(
      Object.entries(trainer.buffers).map(([domain, { volumes }]) => [domain, volumes.length]),
    ),
    streams: {
      crops: trainer.crops.state(),
      buffer: trainer.bufferStream.state(),
      interpolation: trainer.interpolation.state(),
      noise: trainer.noiseStream.state(),
      gain: trainer.gainStream.state(),
    },
  };
}

/** Restores a snapshot into a trainer built with the same options. */
export function restoreSnapshot(trainer: Trainer, { state, arrays }: Snapshot): void {
  const stored = (name: string): NamedArray => {
    const array = arrays.get(name);
    if (array === undefined) throw new Error(`internal: the snapshot lacks ${name}`);
    return array;
  };
  for (const [name, variable] of variablesOf(trainer)) assign(variable, stored(name));
  for (const group of optimizerGroups(trainer)) group.adam.step = state.adamSteps[group.name];
  for (const [domain, buffer] of Object.entries(trainer.buffers)) {
    const count = state.buffered[domain as Domain] ?? 0;
    const volumes = Array.from({ length: count }, (_, i) => stored(`buffer/${domain}/${i}`));
    buffer.load(
      volumes.map(({ shape, data }) =>
        tensor5d(data, [...shape] as [number, number, number, number, number]),
      ),
    );
  }
  trainer.crops.restore(state.streams.crops);
  trainer.bufferStream.restore(state.streams.buffer);
  trainer.interpolation.restore(state.streams.interpolation);
  trainer.noiseStream.restore(state.streams.noise);
  trainer.gainStream.restore(state.streams.gain);
  trainer.step = state.step;
}

/**
 * Why a snapshot cannot be restored into a trainer: the first array that is missing, has another
 * shape or is not known; null where it fits.
 */
export function snapshotMismatch(trainer: Trainer, { state, arrays }: Snapshot): string | null {
  const expected = new Map<string, readonly number[] | null>();
  for (const [name, { shape }] of variablesOf(trainer)) expected.set(name, shape);
  for (const domain of Object.keys(trainer.buffers) as Domain[]) {
    const count = state.buffered[domain] ?? 0;
    // Volumes are as large as the patches of then.
    for (let i = 0; i < count; i++) expected.set(`buffer/${domain}/${i}`, null);
  }
  return arrayMismatch(arrays, expected);
}

/**
 * Why weights are not those of the generators; null where they are.
 *
 * @see readGeneratingWeights
 */
export function weightsMismatch(
  trainer: Trainer,
  weights: ReadonlyMap<string, NamedArray>,
): string | null {
  const { parameters } = generatingParameters(trainer);
  return arrayMismatch(
    weights,
    new Map(parameters.map(({ name, variable }) => [name, variable.shape])),
  );
}

/** The weights of the sharp generator by parameter name, in host memory. */
export function readGeneratorWeights({ networks }: Trainer): Promise<Map<string, NamedArray>> {
  return readWeights(networks.sharpGenerator);
}

/** The weights of the generators, the blur path included, by parameter name, in host memory. */
export function readGeneratingWeights(trainer: Trainer): Promise<Map<string, NamedArray>> {
  return readWeights(generatingParameters(trainer));
}

/**
 * The weights of the generators with the moving average in place of G's own.
 *
 * @throws {Error} If the trainer keeps none.
 */
export async function readAverageWeights(trainer: Trainer): Promise<Map<string, NamedArray>> {
  if (trainer.average === null) throw new Error('internal: this trainer keeps no average');
  const weights = await readGeneratingWeights(trainer);
  for (const { name, variable } of trainer.average)
    weights.set(`sharpGenerator/${name}`, await readArray(variable));
  return weights;
}

/** What `use` says of the networks while G has its moving average; then G has its own again. */
export async function withAverageWeights<T>(trainer: Trainer, use: () => Promise<T>): Promise<T> {
  const own = await readGeneratingWeights(trainer);
  writeGeneratingWeights(trainer, await readAverageWeights(trainer));
  try {
    return await use();
  } finally {
    writeGeneratingWeights(trainer, own);
  }
}

/** Restores weights that `readGeneratingWeights` returned. */
export function writeGeneratingWeights(
  trainer: Trainer,
  weights: ReadonlyMap<string, NamedArray>,
): void {
  writeNetworkWeights(generatingParameters(trainer), weights);
}

type Parameters = Pick<Network, 'parameters'>;

function generatingParameters({ groups }: Trainer): Parameters {
  return { parameters: groups.generator.flatMap(({ parameters }) => parameters) };
}

/** The noise of blurred volumes that a trainer has learned; null where it learns none. */
export async function readLearnedNoise({ networks }: Trainer): Promise<NoiseCoefficients | null> {
  const [logA, logB] = networks.noise?.parameters ?? [];
  if (logA === undefined || logB === undefined) return null;
  const [a] = await logA.variable.data();
  const [b] = await logB.variable.data();
  return { a: Math.exp(a), b: Math.exp(b) };
}

/** The numbers of the pupil that a trainer has learned; null where its kernel has none. */
export function readLearnedPupil({ networks: { blurGenerator } }: Trainer): PupilNumbers | null {
  if (blurGenerator === null || !('pupil' in blurGenerator)) return null;
  const { zernike, ...others } = blurGenerator.pupil();
  return { ...others, zernike: Array.from(zernike) };
}

/**
 * SHA-256 of all weights that train: of each its name, a zero byte and its float32 values (little
 * endian), in the order of the optimizer groups.
 *
 * Cost: reads the weights back from the device, 1.5 MB at the settings of the profile `standard`.
 */
export async function hashWeights(trainer: Trainer): Promise<string> {
  const parameters = optimizerGroups(trainer).flatMap((group) => group.parameters);
  const arrays = await Promise.all(parameters.map(({ variable }) => variable.data()));
  const hash = createHash('sha256');
  for (const [i, { name }] of parameters.entries()) hash.update(`${name}\0`).update(arrays[i]);
  return hash.digest('hex');
}

async function readWeights({ parameters }: Parameters): Promise<Map<string, NamedArray>> {
  const weights = new Map<string, NamedArray>();
  for (const { name, variable } of parameters) weights.set(name, await readArray(variable));
  return weights;
}

function* variablesOf(trainer: Trainer): Generator<readonly [string, Variable]> {
  const { average } = trainer;
  for (const { name: group, parameters, adam } of optimizerGroups(trainer)) {
    for (const [i, { name, variable }] of parameters.entries()) {
      yield [`weights/${name}`, variable];
      yield [`adam/${group}/m/${name}`, adam.m[i]];
      yield [`adam/${group}/v/${name}`, adam.v[i]];
    }
  }
  for (const { name, variable } of average ?? []) yield [`average/${name}`, variable];
}

async function readArray(source: {
  shape: number[];
  data(): Promise<unknown>;
}): Promise<NamedArray> {
  // A copy, because some back-ends return the memory that they compute in.
  return {
    shape: [...source.shape],
    data: Float32Array.from((await source.data()) as Float32Array),
  };
}
