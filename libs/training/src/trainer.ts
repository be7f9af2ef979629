import { clone, keep, tidy, variable, type Tensor5D } from '@tensorflow/tfjs-core';
import { createAdamState, disposeAdamState, type AdamState } from '@blurcycle/compute';
import {
  capitalize,
  createRandomStream,
  restoreRandomStream,
  type Domain,
  type RandomStream,
  type RandomStreamState,
  type Volume,
} from '@blurcycle/core';
import type { NoiseCoefficients, Parameter } from '@blurcycle/models';
import type { KernelStart } from './learnedKernel.ts';
import {
  buildMethodNetworks,
  type MethodNetworks,
  type MethodSettings,
  type NetworkSettings,
} from './methodNetworks.ts';
import type { ObjectiveSettings } from './objectives.ts';

/** The networks, the optimizer and every other state that a training step changes. */
export interface Trainer {
  readonly method: MethodSettings;
  readonly objective: ObjectiveSettings;
  readonly networks: MethodNetworks;
  /** Parameters that the generator step and the discriminator step update. */
  readonly groups: {
    readonly generator: readonly OptimizerGroup[];
    readonly discriminator: readonly OptimizerGroup[];
  };
  readonly buffers: Readonly<Partial<Record<Domain, HistoryBuffer>>>;
  /** Draws the crops that the discriminators see; one stream for all domains. */
  readonly crops: SavedStream;
  /** Draws the earlier volumes that the discriminators see. */
  readonly bufferStream: SavedStream;
  /** Draws α of eq. 19, the position between real and fake of the gradient penalty. */
  readonly interpolation: SavedStream;
  /** Draws the noise of generated blurred volumes. */
  readonly noiseStream: SavedStream;
  /** Draws the gain of sharp patches. */
  readonly gainStream: SavedStream;
  /**
   * Moving average of the weights of G, in the order of its parameters; null where none is kept.
   */
  readonly average: readonly Parameter[] | null;
  /** Generator updates so far. */
  step: number;
}

/** Parameters that share a learning rate, and Adam's moments of them. */
export interface OptimizerGroup {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly learningRate: number;
  readonly adam: AdamState;
}

/** A random stream whose state can be restored. */
export interface SavedStream extends RandomStream {
  restore(state: RandomStreamState): void;
}

/** The named random stream of a seed, with a state that can be restored. */
export function createSavedStream(seed: number, name: string): SavedStream {
  let stream = createRandomStream(seed, name);
  return {
    uniform: () => stream.uniform(),
    normal: () => stream.normal(),
    integer: (limit) => stream.integer(limit),
    state: () => stream.state(),
    restore(state) {
      stream = restoreRandomStream(state);
    },
  };
}

/** Method, sizes, objective and seed of a trainer. */
export interface TrainerOptions {
  readonly method: MethodSettings;
  readonly network: NetworkSettings;
  readonly objective: ObjectiveSettings;
  readonly seed: number;
  /** Gain times PSF; only `known-psf` needs it. */
  readonly knownKernel: Volume | null;
  /** Noise of the images; only `blurNoise: known` needs it. @defaultValue null */
  readonly knownNoise?: NoiseCoefficients | null;
  /** Start of a learned kernel that its settings do not determine. @defaultValue null */
  readonly kernelStart?: KernelStart | null;
}

/**
 * A trainer before its first step.
 *
 * The generators share one learning rate, the discriminators another; the learned kernel has its
 * own.
 */
export function createTrainer({
  method,
  network,
  objective,
  seed,
  knownKernel,
  knownNoise = null,
  kernelStart = null,
}: TrainerOptions): Trainer {
  const known = { kernel: knownKernel, noise: knownNoise, start: kernelStart };
  const networks = buildMethodNetworks(method, network, seed, known);
  const { sharpGenerator, blurGenerator, noise, discriminators } = networks;
  const { learningRate, blurKernelLearningRate, discriminatorLearningRate } = objective.optimizer;
  const prefixed = (prefix: string, parameters: readonly Parameter[]): Parameter[] =>
    parameters.map(({ name, variable }) => ({ name: `${prefix}/${name}`, variable }));

  const blurParameters = prefixed('blurGenerator', blurGenerator?.parameters ?? []);
  const learnsKernel = method.blurPath === 'learned-kernel';
  const uNets = [
    ...prefixed('sharpGenerator', sharpGenerator.parameters),
    ...(learnsKernel ? [] : blurParameters),
  ];
  const generator = [createOptimizerGroup('generator', uNets, learningRate)];
  if (learnsKernel)
    generator.push(createOptimizerGroup('blurKernel', blurParameters, blurKernelLearningRate));
  const { noiseLearningRate = DEFAULT_NOISE_RATE } = objective.optimizer;
  const noiseParameters = prefixed('noise', noise?.parameters ?? []);
  if (noiseParameters.length > 0)
    generator.push(createOptimizerGroup('noise', noiseParameters, noiseLearningRate));

  const scoring = method.discriminators.flatMap((domain) =>
    prefixed(`discriminator${capitalize(domain)}`, discriminators[domain]?.parameters ?? []),
  );
  const discriminator =
    scoring.length === 0
      ? []
      : [createOptimizerGroup('discriminator', scoring, discriminatorLearningRate)];

  const bufferStream = createSavedStream(seed, 'buffer');
  const buffers = Object.fromEntries(
    method.discriminators.map((domain) => [
      domain,
      createHistoryBuffer(objective.historyBuffer, bufferStream),
    ]),
  );
  return {
    method,
    objective,
    networks,
    groups: { generator, discriminator },
    buffers,
    crops: createSavedStream(seed, 'sampling/crops'),
    bufferStream,
    interpolation: createSavedStream(seed, 'interpolation'),
    noiseStream: createSavedStream(seed, 'noise'),
    gainStream: createSavedStream(seed, 'gain'),
    average: objective.averageHalfLife == null ? null : copyOf(sharpGenerator.parameters),
    step: 0,
  };
}

const DEFAULT_NOISE_RATE = 0.01;

function copyOf(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.map(({ name, variable: one }) => ({
    name,
    variable: tidy(() => variable(one)),
  }));
}

/** All groups, those of the generator step first. */
export function optimizerGroups({ groups }: Pick<Trainer, 'groups'>): readonly OptimizerGroup[] {
  return [...groups.generator, ...groups.discriminator];
}

/** Frees every tensor of a trainer. */
export function disposeTrainer(trainer: Trainer): void {
  for (const group of optimizerGroups(trainer)) {
    for (const { variable } of group.parameters) variable.dispose();
    disposeAdamState(group.adam);
  }
  for (const buffer of Object.values(trainer.buffers)) buffer.dispose();
  trainer.average?.forEach((parameter) => parameter.variable.dispose());
  trainer.networks.blurGenerator?.dispose?.();
  trainer.networks.noise?.dispose?.();
}

/** A group before its first update. The names of its parameters are unique within the group. */
function createOptimizerGroup(
  name: string,
  parameters: readonly Parameter[],
  learningRate: number,
): OptimizerGroup {
  const adam = createAdamState(parameters.map(({ variable }) => variable));
  return { name, parameters, learningRate, adam };
}

/** Earlier output of a generator, shown to its discriminator again (paper section III-B). */
export interface HistoryBuffer {
  readonly volumes: readonly Tensor5D[];
  /**
   * The volume that the discriminator sees instead of the new `volume`.
   *
   * While the buffer fills up: the volume itself. Then with probability 1/2 the volume, else a
   * random earlier one, which the new one replaces. Memory: the buffer keeps its own tensor; the
   * caller disposes the result.
   */
  exchange(volume: Tensor5D): Tensor5D;
  /** Replaces the contents; the buffer owns the given tensors from now on. */
  load(volumes: readonly Tensor5D[]): void;
  dispose(): void;
}

/**
 * An empty history buffer.
 *
 * Source: Shrivastava et al. (2017), section 2.3; size 50 in the paper.
 */
export function createHistoryBuffer(capacity: number, stream: RandomStream): HistoryBuffer {
  let volumes: Tensor5D[] = [];
  const own = (volume: Tensor5D): Tensor5D => keep(clone(volume));
  return {
    get volumes() {
      return volumes;
    },
    exchange(volume) {
      if (volumes.length < capacity) {
        volumes.push(own(volume));
        return own(volume);
      }
      if (capacity === 0 || stream.uniform() < 0.5) return own(volume);
      const index = stream.integer(capacity);
      const earlier = volumes[index];
      volumes[index] = own(volume);
      return earlier;
    },
    load(replacement) {
      for (const volume of volumes) volume.dispose();
      volumes = [...replacement];
    },
    dispose() {
      for (const volume of volumes) volume.dispose();
      volumes = [];
    },
  };
}
