import type { ResolvedRun, RunSettings } from '@blurcycle/experiment';
import {
  METHOD_CITATION,
  type ModelContent,
  type ModelFacts,
  modelOfTrainer,
  testPatch,
  writeModelFolder,
} from '@blurcycle/inference';
import type { Volume } from '@blurcycle/core';
import { fromNetworkScale } from '@blurcycle/stacks';
import { readLearnedNoise, readLearnedPupil, type Trainer } from '@blurcycle/training';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';

/** A trained model before it is written. */
export interface TrainedModel {
  readonly settings: Pick<RunSettings, 'method' | 'network' | 'training' | 'inference'>;
  readonly seed: number;
  readonly selectedUpdate: number;
  /** Hash of settings, seed and data. */
  readonly key: string;
  /** What was trained on, in words. */
  readonly data: string;
  readonly facts: Pick<
    ModelFacts,
    | 'name'
    | 'voxelSizeUm'
    | 'intensity'
    | 'optics'
    | 'authors'
    | 'license'
    | 'stackScale'
    | 'trainingResidual'
    | 'heldOut'
  >;
  /** Kernel the method was given; null where it was given none. */
  readonly knownKernel: Volume | null;
  /** Part of a blurred stack in its own intensities, to test the model with. */
  readonly testInput: Volume;
  /** What a training before this one has learned with the kernel. @defaultValue nothing */
  readonly learnedBefore?: LearnedBefore | null;
}

/** What a first stage has learned beside its kernel. */
export type LearnedBefore = Pick<ModelFacts, 'noise' | 'pupil'>;

/** Writes what it takes to deconvolve with the trained network: a model folder to hand on. */
export async function writeModel(
  folder: string,
  trainer: Trainer,
  model: TrainedModel,
): Promise<ModelContent> {
  const { settings, seed, selectedUpdate, key, data, facts, knownKernel, testInput } = model;
  const { learnedBefore = null } = model;
  const { method, network, training, inference } = settings;
  const { name, voxelSizeUm, intensity, optics, authors, license } = facts;
  const { stackScale, trainingResidual, heldOut } = facts;
  const { width, outputBias, normalization } = network;
  const config: ModelFacts = {
    name,
    method,
    network: { width, outputBias, ...(normalization === undefined ? {} : { normalization }) },
    inference,
    voxelSizeUm,
    intensity: { black: intensity.black, white: intensity.white },
    ...(stackScale === undefined ? {} : { stackScale }),
    ...(trainingResidual === undefined ? {} : { trainingResidual }),
    ...(heldOut === undefined ? {} : { heldOut }),
    optics,
    training: {
      seed,
      ...{ patch: training.patch, updates: training.updates, precision: training.precision },
      ...{ selectedUpdate, data, key },
    },
    authors,
    license,
    citation: METHOD_CITATION,
  };
  const noise = await readLearnedNoise(trainer);
  const pupil = readLearnedPupil(trainer);
  const content = await modelOfTrainer(
    trainer,
    {
      ...config,
      ...(noise === null ? {} : { noise }),
      ...(pupil === null ? {} : { pupil }),
      ...learnedBefore,
    },
    knownKernel,
    testInput,
    learnedBefore === null ? 'known' : 'learned',
  );
  await writeModelFolder(folder, content);
  return content;
}

/**
 * Writes the model of an experiment's run. The test input is a part of a training volume: the test
 * volumes stay unseen.
 */
export async function writeRunModel(
  folder: string,
  trainer: Trainer,
  { settings, seed, profile, key }: ResolvedRun,
  {
    train,
    kernel,
    facts,
  }: Pick<PreparedDataset, 'train' | 'facts'> & { readonly kernel: Volume | null },
  selectedUpdate: number,
): Promise<void> {
  const { method, dataset, training } = settings;
  const { model, numericalAperture, immersionIndex, emissionWavelengthUm } = dataset.psf;
  await writeModel(folder, trainer, {
    ...{ settings, seed, selectedUpdate, key, knownKernel: kernel },
    data:
      dataset.kind === 'tiff-folders'
        ? `${train.length} blurred stacks, unpaired sharp stacks`
        : `${train.length} simulated volumes of ${dataset.kind}`,
    facts: {
      name: `${method.label}, seed ${seed}, profile ${profile}`,
      voxelSizeUm: dataset.voxelSizeUm,
      intensity: facts.intensity,
      optics: { model, numericalAperture, immersionIndex, emissionWavelengthUm },
      authors: ['the blurcycle authors'],
      license: 'MIT',
    },
    testInput: fromNetworkScale(testPatch(train[0].blurred, training.patch), facts.intensity),
  });
}
