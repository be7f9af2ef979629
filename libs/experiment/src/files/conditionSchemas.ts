import { z } from 'zod';
import { noiseSettingsSchema, psfSettingsSchema } from '../settings/datasetSettings.ts';
import { idSchema } from '../settings/methodSettings.ts';
import { partially } from '../settings/partially.ts';
import { paperValuesSchema } from './paperValues.ts';

/**
 * What test volumes may be recorded with instead of what the models were trained on: the microscope
 * and the noise.
 */
const testSettingsSchema = partially(
  z.strictObject({ psf: psfSettingsSchema, noise: noiseSettingsSchema }),
);

/**
 * One way to record the test volumes: the same specimens, gain and random numbers through another
 * microscope or noise.
 */
export const conditionSchema = z.strictObject({
  id: idSchema.describe('name in claims and results: psnr(proposed@richards-wolf)'),
  label: z.string().min(1).describe('name in tables and figures'),
  test: testSettingsSchema
    .optional()
    .describe(
      'what differs from the data that a model was trained on; nothing: its own test volumes',
    ),
  paper: z
    .record(idSchema, paperValuesSchema)
    .optional()
    .describe('row to what the paper reports for it'),
});

/** A list of steps that stands for one condition each. */
export const sweepSchema = z.strictObject({
  snrDb: z
    .array(z.number().nonnegative().nullable())
    .min(1)
    .describe('average SNR of the test volumes in dB; null for volumes without any noise'),
});

/** What test volumes are recorded with instead. */
export type TestSettings = z.infer<typeof testSettingsSchema>;
