import { MODALITIES, PSF_MODELS, UNPAIRED_SOURCES } from '@blurcycle/core';
import { z } from 'zod';

const side = z.int().positive();

/** Three positive integers z, y, x. */
export const shape3Schema = z
  .tuple([side, side, side])
  .readonly()
  .describe('sides in voxels, in the order z, y, x');

const oddSide = side.refine((value) => value % 2 === 1, {
  message: 'be odd (an even side has no center voxel and shifts the image by half a voxel)',
});

/** Three odd positive integers z, y, x: the sides of a kernel with a center voxel. */
export const oddShape3Schema = z
  .tuple([oddSide, oddSide, oddSide])
  .readonly()
  .describe('odd sides in voxels, in the order z, y, x');

const lengthUm = z
  .number()
  .positive()
  .max(100, { message: 'be a length in µm up to 100 (is it in nm?)' });

/** Edge lengths of a voxel in µm, z, y, x. */
export const voxelSizeUmSchema = z
  .tuple([lengthUm, lengthUm, lengthUm])
  .readonly()
  .describe('voxel edges in µm, in the order z, y, x');

/** Three integers z, y, x, zero allowed: an overlap. */
export const overlap3Schema = z
  .tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()])
  .readonly()
  .describe('voxels shared by neighbouring tiles, in the order z, y, x');

/** Optics of the microscope. */
export const psfSettingsSchema = z.strictObject({
  model: z.enum(PSF_MODELS).describe('optical model of the kernel'),
  numericalAperture: z
    .number()
    .positive()
    .max(2)
    .describe('numerical aperture, below the immersion index'),
  immersionIndex: z.number().min(1).max(2).describe('refractive index of the immersion medium'),
  emissionWavelengthUm: z
    .number()
    .min(0.2, { message: 'lie between 0.2 and 2 µm' })
    .max(2, { message: 'lie between 0.2 and 2 µm (is it in nm?)' })
    .describe('emission wavelength in µm'),
  size: oddShape3Schema.describe('window of the kernel: odd sides in voxels, z, y, x'),
  sampleIndex: z
    .number()
    .min(1)
    .max(2)
    .optional()
    .describe(
      'gibson-lanni: refractive index of the specimen; that of the immersion medium unless given',
    ),
  sourceDepthUm: z
    .number()
    .nonnegative()
    .max(1000)
    .optional()
    .describe('gibson-lanni: depth of the specimen below the cover glass in µm; 0 unless given'),
  modality: z
    .enum(MODALITIES)
    .exactOptional()
    .describe('how the specimen is lit, and what of its light is recorded; widefield unless given'),
  excitationWavelengthUm: z
    .number()
    .min(0.2, { message: 'lie between 0.2 and 2 µm' })
    .max(2, { message: 'lie between 0.2 and 2 µm (is it in nm?)' })
    .exactOptional()
    .describe('confocal, spinning-disk, two-photon: wavelength of the laser in µm'),
  pinholeAiryUnits: z
    .number()
    .positive()
    .max(20)
    .exactOptional()
    .describe('confocal, spinning-disk: diameter of the pinhole in Airy units; 1 unless given'),
  sheetThicknessUm: z
    .number()
    .positive()
    .exactOptional()
    .describe('light-sheet: full width at half maximum in µm'),
  zernike: z
    .array(z.number())
    .readonly()
    .exactOptional()
    .describe("aberrations in rad RMS, Noll's indices 5, 6, 7, …; none unless given"),
});

/** Noise of the camera. */
export const noiseSettingsSchema = z.strictObject({
  averageSnrDb: z
    .number()
    .nonnegative({
      message: 'not be negative (0 dB is as much noise as signal; null adds no Gaussian noise)',
    })
    .nullable()
    .describe(
      'average SNR in dB that the Gaussian part brings the data set to; null adds no Gaussian noise',
    ),
  poissonPeakCounts: z
    .number()
    .positive()
    .nullable()
    .describe('counts at intensity 1; null leaves Poisson noise out'),
});

const recordingFields = {
  shape: shape3Schema.describe(
    'sides of every volume in voxels, z, y, x; of larger TIFF stacks the middle is taken',
  ),
  voxelSizeUm: voxelSizeUmSchema,
  psf: psfSettingsSchema,
  volumes: z.strictObject({
    train: z.int().positive().describe('volumes to train on'),
    validation: z.int().positive().describe('volumes watched during training'),
    test: z.int().positive().describe('volumes looked at once, for the table'),
  }),
};

const specimenFields = {
  ...recordingFields,
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
  seed: z
    .int()
    .describe(
      'seed of specimens and noise for training seed 0; training seed k has this number + k, the same for every method',
    ),
};

/** Simulated microtubule stacks: the specimen, the microscope, the noise, the split. */
const microtubulesSchema = z.strictObject({
  kind: z.literal('microtubules').describe('what is imaged, and how'),
  ...specimenFields,
  noise: noiseSettingsSchema,
  unpairedFrom: z
    .enum(UNPAIRED_SOURCES)
    .optional()
    .describe(
      'sharp set of the unpaired methods: as many other specimens as there are training volumes, or the truths of the training volumes, as in data sets that do not say',
    ),
});

const count = z.int().positive().max(1000);

/**
 * Simulated recordings of an EMCCD camera, whose sharp set blind Richardson-Lucy made of as many
 * other recordings.
 */
const simulatedMicroscopeSchema = z.strictObject({
  kind: z.literal('simulated-microscope'),
  ...specimenFields,
  camera: z.strictObject({
    peakPhotoelectrons: z
      .number()
      .positive()
      .describe('expected electrons of the brightest voxels, before the register'),
    multiplication: z
      .number()
      .positive()
      .describe('mean gain of the register; 1 for an ordinary CCD'),
    readNoiseElectrons: z
      .number()
      .nonnegative()
      .describe('standard deviation of the read noise, after the register'),
    electronsPerCount: z
      .number()
      .positive()
      .describe('electrons after the register that make one count'),
    offsetCounts: z.int().nonnegative().describe('counts without light'),
    bits: z.int().min(8).max(16).describe('depth of the converter'),
  }),
  sharpSet: z
    .strictObject({
      rounds: count.describe('rounds of object updates followed by PSF updates'),
      objectIterations: count.describe('updates of the object in a round'),
      psfIterations: count.describe('updates of the PSF in a round'),
    })
    .describe('blind Richardson-Lucy from the PSF of the same optics without aberration'),
});

const pathSchema = z.string().min(1);
const stacksSchema = z.union([pathSchema, z.array(pathSchema).min(1).readonly()], {
  error: 'be a folder, a pattern or a file, or a list of them',
});

/**
 * Recordings of a real microscope, or of any other program: TIFF stacks, and an unpaired sharp
 * set.
 */
const tiffFoldersSchema = z.strictObject({
  kind: z.literal('tiff-folders'),
  ...recordingFields,
  blurred: stacksSchema.describe(
    'blurred stacks, in the order of their names: the first are trained on, the last are tested on, those before them watched',
  ),
  sharp: stacksSchema.describe('sharp stacks to train with, of other places or specimens'),
  truth: stacksSchema
    .optional()
    .describe(
      'what the watched and the tested stacks show, under their names; nothing is trained on it',
    ),
});

/** Where stacks come from: simulated in one way or another, or read. */
export const datasetSettingsSchema = z.discriminatedUnion('kind', [
  microtubulesSchema,
  simulatedMicroscopeSchema,
  tiffFoldersSchema,
]);

/** Settings of a data set of any kind. */
export type DatasetSettings = z.infer<typeof datasetSettingsSchema>;
/** Settings of simulated microtubules. */
export type MicrotubulesSettings = z.infer<typeof microtubulesSchema>;
/** Settings of a simulated microscope. */
export type SimulatedMicroscopeSettings = z.infer<typeof simulatedMicroscopeSchema>;
/** Settings of stacks that are read. */
export type TiffFoldersSettings = z.infer<typeof tiffFoldersSchema>;

/**
 * The data set of a training seed: what files say of it, with the training seed added to the data
 * seed. Stacks that are read have no seed and are the same for every training seed.
 */
export function datasetOfSeed(declared: DatasetSettings, seed: number): DatasetSettings {
  return 'seed' in declared ? { ...declared, seed: declared.seed + seed } : declared;
}

/** Seed of specimens and noise; null for stacks that are read. */
export function dataSeed(dataset: DatasetSettings): number | null {
  return 'seed' in dataset ? dataset.seed : null;
}

/** The keys that settings of a kind may have. */
export function datasetKeys(kind: DatasetSettings['kind']): readonly string[] {
  const schema = datasetSettingsSchema.options.find(({ shape }) => shape.kind.value === kind);
  return Object.keys(schema?.shape ?? {});
}

/**
 * Keys that defaults and profiles cannot know: they describe the recordings that an experiment
 * brings itself.
 */
export function ownDatasetKeys(kind: DatasetSettings['kind']): readonly string[] {
  return kind === 'tiff-folders' ? ['voxelSizeUm', 'psf', 'volumes'] : [];
}
