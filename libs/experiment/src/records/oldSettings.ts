import { z } from 'zod';
import {
  inferenceSettingsSchema,
  runSettingsSchema,
  type RunSettings,
} from '../settings/runSettings.ts';

/**
 * The settings of a training run as a record holds them, whichever version of the program wrote it:
 * a setting that there was not yet has the value that stands for what was done then.
 */
export const recordedRunSettingsSchema: z.ZodType<RunSettings> = z.preprocess(
  withMeaningOfThen,
  runSettingsSchema,
);

/** How a network is applied, likewise: in records of tests and in models. */
export const recordedInferenceSchema: z.ZodType<RunSettings['inference']> = z.preprocess(
  withPrecision,
  inferenceSettingsSchema,
);

type Section = Readonly<Record<string, unknown>>;

function withMeaningOfThen(settings: unknown): unknown {
  if (!isSection(settings)) return settings;
  const { first } = settings;
  const named = withNamesOfNow(settings);
  return isSection(first) ? { ...named, first: withNamesOfNow(first) } : named;
}

/** Networks, training and inference of a method, or of its first stage. */
function withNamesOfNow(settings: Section): Section {
  const { network, training, inference } = settings;
  return {
    ...settings,
    ...(isSection(network) ? { network: withNamedGauge(network) } : {}),
    ...(isSection(training) ? { training: withLaterChoices(training) } : {}),
    ...(inference === undefined ? {} : { inference: withPrecision(inference) }),
  };
}

/** There was no other precision. */
function withPrecision(section: unknown): unknown {
  return isSection(section) ? { precision: 'float32', ...section } : section;
}

/** What holds the kernel in place was called its symmetry. */
function withNamedGauge({ blurKernelSymmetry = 'none', ...network }: Section): Section {
  const gauge = { blurKernelGauge: blurKernelSymmetry };
  const defaults = { blurredDiscriminator: 'plain', blurNoise: 'none' };
  return {
    ...defaults,
    blurKernelForm: 'free',
    blurKernelPupil: UNUSED_PUPIL,
    ...gauge,
    ...network,
  };
}

/** Settings of a pupil where kernels had none: the defaults of then, which decide nothing. */
const UNUSED_PUPIL = {
  ...{ numericalAperture: null, immersionIndex: null, emissionWavelengthUm: null },
  learn: ['numericalAperture', 'immersionIndex'],
  ...{ zernikeTerms: 18, sphericalStart: null, defocus: 'exact' },
};

function withLaterChoices(training: Section): Section {
  const { optimizer } = training;
  return {
    ...{ sharpCycleTrainsKernel: true, blurredCycleFrom: 0, randomGain: null },
    ...{ averageHalfLife: null, precision: 'float32' },
    ...training,
    ...namedAugmentation(training),
    // A rate of something that there was not.
    ...(isSection(optimizer) ? { optimizer: { noiseLearningRate: 0.01, ...optimizer } } : {}),
  };
}

/** Augmentation was a switch: off, or in every plane in which the patch is square. */
function namedAugmentation({ augment }: Section): Section {
  return typeof augment === 'boolean' ? { augment: augment ? 'all-planes' : 'none' } : {};
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
