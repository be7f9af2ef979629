import { PRECISIONS } from '@blurcycle/core';
import { z } from 'zod';
import { shape3Schema, voxelSizeUmSchema } from '../settings/datasetSettings.ts';
import { methodSettingsSchema, networkSettingsSchema } from '../settings/runSettings.ts';
import { recordedInferenceSchema } from './oldSettings.ts';

/**
 * The layout of a model folder; a change that old readers would get wrong takes the next number.
 */
export const MODEL_FORMAT = 'blurcycle-model/1';

const citationSchema = z.strictObject({
  text: z.string().min(1),
  doi: z.string().optional(),
  url: z.string().optional(),
});

/** Optics, aberrations and gain of a kernel that was learned as the PSF of a pupil. */
export const pupilNumbersSchema = z.strictObject({
  numericalAperture: z.number(),
  immersionIndex: z.number(),
  emissionWavelengthUm: z.number(),
  /** Rad RMS, Noll's indices 5, 6, 7, ... */
  zernike: z.array(z.number()).readonly(),
  /** Natural logarithm of the sum of the kernel. */
  logGain: z.number(),
});

/** `model.json` of a model folder: everything about a trained generator but its weights. */
export const modelConfigSchema = z.strictObject({
  format: z.literal(MODEL_FORMAT),
  /** What people call it. */
  name: z.string().min(1),
  method: methodSettingsSchema,
  network: networkSettingsSchema.pick({ width: true, outputBias: true, normalization: true }),
  /** Tile, overlap and precision that the model is meant to be applied with. */
  inference: recordedInferenceSchema,
  /** Voxels of the stacks it was trained on. */
  voxelSizeUm: voxelSizeUmSchema,
  /**
   * The straight line between stored intensities and the network's: intensity = black + (white -
   * black) * value.
   */
  intensity: z
    .strictObject({ black: z.number(), white: z.number() })
    .refine(({ black, white }) => white > black, { message: 'have white above black' }),
  /**
   * Of a model that scales each stack by itself: what its level, the brightest 0.05 % of the stack
   * after a blur by the kernel, is for the network, and what the output is for one unit of light of
   * the input. `intensity` is then the mean of the training stacks, for programs that know nothing
   * of this. Absent: `intensity` holds for every stack, and light is light.
   */
  stackScale: z
    .strictObject({ brightness: z.number().positive(), light: z.number().positive() })
    .optional(),
  /**
   * Data minus blurred estimate of the blurred training stacks, as a part of the data: the smallest
   * and the largest.
   */
  trainingResidual: z.tuple([z.number(), z.number()]).readonly().optional(),
  /** A simulated image that was held out of the training, scored after the best straight line. */
  heldOut: z
    .strictObject({
      what: z.string(),
      psnrDb: z.number(),
      /** Of Richardson-Lucy TV at its best iteration. */
      rlTvPsnrDb: z.number(),
      rlTvIterations: z.int(),
    })
    .optional(),
  /** Where `kernel.tif` comes from; `none` when there is no such file. */
  kernel: z.enum(['learned', 'known', 'none']),
  /** Noise that was learned with the kernel, variance a μ + b in the network's intensities. */
  noise: z.strictObject({ a: z.number(), b: z.number() }).optional(),
  /** The pupil whose PSF the kernel is; absent for a free kernel. */
  pupil: pupilNumbersSchema.optional(),
  /** Microscope as it was described when the model was made; null where nobody said. */
  optics: z.record(z.string(), z.json()).nullable(),
  training: z.strictObject({
    seed: z.int().nonnegative(),
    patch: shape3Schema,
    updates: z.int().positive(),
    /** Of the factors of convolutions; older models name none. */
    precision: z.enum(PRECISIONS).default('float32'),
    /** Update whose weights these are. */
    selectedUpdate: z.int().nonnegative(),
    /** What was trained on, in words. */
    data: z.string().min(1),
    /** Hash of settings, seed and data. */
    key: z.string(),
  }),
  authors: z.array(z.string().min(1)).min(1).readonly(),
  /** SPDX identifier. */
  license: z
    .string()
    .regex(/^[A-Za-z0-9.+-]+$/, { message: 'be an SPDX identifier such as CC-BY-4.0' }),
  citation: z.array(citationSchema).readonly(),
  /**
   * Largest difference from `test-output.tif`, as a part of white - black, that a machine may
   * compute.
   */
  testTolerance: z.number().positive(),
});

/** What `model.json` holds. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** `manifest.json` of a model folder: SHA-256 of every other file by name. */
export const modelManifestSchema = z.strictObject({
  format: z.literal(MODEL_FORMAT),
  // What is read is in the folder: no path leads out of it.
  files: z.record(z.string().regex(/^\w[\w.-]*$/), z.string().regex(/^[0-9a-f]{64}$/)),
});

/** What `manifest.json` holds. */
export type ModelManifest = z.infer<typeof modelManifestSchema>;
