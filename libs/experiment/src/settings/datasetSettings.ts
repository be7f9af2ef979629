import { z } from 'zod';
import { oddShape3Schema, shape3Schema, voxelSizeUmSchema } from './sides.ts';

/** The models that make a point spread function. */
export const PSF_MODELS = [
  'born-wolf',
  'richards-wolf',
  'richards-wolf-psfgenerator',
  'gibson-lanni',
  'gaussian',
] as const;

/** Optics of the microscope. */
export const psfSettingsSchema = z.strictObject({
  model: z.enum(PSF_MODELS).describe('optical model of the kernel'),
  numericalAperture: z.number().positive().max(2).describe('numerical aperture, below the immersion index'),
  immersionIndex: z.number().min(1).max(2).describe('refractive index of the immersion medium'),
  emissionWavelengthUm: z
    .number()
    .min(0.2, { message: 'lie between 0.2 and 2 µm' })
    .max(2, { message: 'lie between 0.2 and 2 µm (is it in nm?)' })
    .describe('emission wavelength in µm'),
  size: oddShape3Schema.describe('window of the kernel: odd sides in voxels, z, y, x'),
});

/** Noise of the camera. */
export const noiseSettingsSchema = z.strictObject({
  averageSnrDb: z
    .number()
    .nonnegative({
      message: 'not be negative (0 dB is as much noise as signal; null adds no Gaussian noise)',
    })
    .nullable()
    .describe('average SNR in dB that the Gaussian part brings the data set to; null adds no Gaussian noise'),
  poissonPeakCounts: z
    .number()
    .positive()
    .nullable()
    .describe('counts at intensity 1; null leaves Poisson noise out'),
});

/** Simulated microtubule stacks: the specimen, the microscope, the noise, the split. */
export const datasetSettingsSchema = z.strictObject({
  kind: z.literal('microtubules').describe('what is imaged'),
  shape: shape3Schema.describe('sides of every volume in voxels, z, y, x'),
  voxelSizeUm: voxelSizeUmSchema,
  filamentRadiusUm: z.number().positive().max(10).describe('radius of a filament in µm'),
  filamentDensityPerUm2: z.number().positive().describe('length of filament in µm in each µm³'),
  persistenceLengthUm: z
    .number()
    .positive()
    .describe('length in µm over which a filament keeps its direction'),
  curvatureLengthUm: z
    .number()
    .positive()
    .describe('length in µm over which the curvature of a filament changes'),
  psf: psfSettingsSchema,
  noise: noiseSettingsSchema,
  volumes: z.strictObject({
    train: z.int().positive().describe('volumes to train on'),
    validation: z.int().positive().describe('volumes watched during training'),
    test: z.int().positive().describe('volumes looked at once, for the table'),
  }),
  seed: z.int().describe('seed of specimen and noise; the same for every method and training seed'),
});

/** Settings of a simulated data set. */
export type DatasetSettings = z.infer<typeof datasetSettingsSchema>;
