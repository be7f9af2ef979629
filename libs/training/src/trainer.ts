import {
  createRandomStream,
  restoreRandomStream,
  type RandomStream,
  type RandomStreamState,
} from '@blurcycle/core';
import type { Volume } from '@blurcycle/core';
import type { Parameter } from '@blurcycle/models';
import { createHistoryBuffer, type HistoryBuffer } from './historyBuffer.ts';
import { buildMethodNetworks, type MethodNetworks } from './methodNetworks.ts';
import { createOptimizerGroup, type OptimizerGroup } from './optimizerGroup.ts';
import { capitalize } from './generatorObjective.ts';
import type { Domain, MethodSettings, NetworkSettings, ObjectiveSettings } from './settings.ts';

/** Everything that one training run changes, step by step. */
export interface Trainer {
  readonly method: MethodSettings;
  readonly objective: ObjectiveSettings;
  readonly networks: MethodNetworks;
  /** Parameters the generator step changes, then those the discriminator step changes. */
  readonly groups: {
    readonly generator: readonly OptimizerGroup[];
    readonly discriminator: readonly OptimizerGroup[];
  };
  readonly buffers: Readonly<Partial<Record<Domain, HistoryBuffer>>>;
  /** Where the discriminators look; one stream for all domains. */
  readonly crops: SavedStream;
  /** Which earlier volumes the discriminators see. */
  readonly bufferStream: SavedStream;
  /** Where between real and fake the gradient penalty is measured: α of eq. 19. */
  readonly interpolation: SavedStream;
  /** Generator updates made so far. */
  step: number;
}

/** A random stream whose state can be put back. */
export interface SavedStream extends RandomStream {
  restore(state: RandomStreamState): void;
}

/** The stream of a seed under a name, with a state that can be put back. */
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

/** What a trainer is made of. */
export interface TrainerOptions {
  readonly method: MethodSettings;
  readonly network: NetworkSettings;
  readonly objective: ObjectiveSettings;
  readonly seed: number;
  /** Gain times PSF; needed by `known-psf` alone. */
  readonly knownKernel: Volume | null;
}

/**
 * A trainer before its first step.
 *
 * The learned kernel has a learning rate of its own; everything else that generates shares one, the
 * discriminators another.
 */
export function createTrainer({
  method,
  network,
  objective,
  seed,
  knownKernel,
}: TrainerOptions): Trainer {
  const networks = buildMethodNetworks(method, network, seed, knownKernel);
  const { sharpGenerator, blurGenerator, discriminators } = networks;
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

  const judges = method.discriminators.flatMap((domain) =>
    prefixed(`discriminator${capitalize(domain)}`, discriminators[domain]?.parameters ?? []),
  );
  const discriminator =
    judges.length === 0
      ? []
      : [createOptimizerGroup('discriminator', judges, discriminatorLearningRate)];

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
    step: 0,
  };
}

/** Frees every tensor of a trainer. */
export function disposeTrainer(trainer: Trainer): void {
  for (const group of [...trainer.groups.generator, ...trainer.groups.discriminator]) {
    for (const { variable } of group.parameters) variable.dispose();
    for (const moment of [...group.adam.m, ...group.adam.v]) moment.dispose();
  }
  for (const buffer of Object.values(trainer.buffers)) buffer.dispose();
  trainer.networks.blurGenerator?.dispose?.();
}
