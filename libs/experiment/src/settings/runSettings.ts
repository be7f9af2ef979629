import { z } from 'zod';
import { datasetSettingsSchema } from './datasetSettings.ts';
import { methodSettingsSchema } from './methodSettings.ts';
import { networkSettingsSchema } from './networkSettings.ts';
import {
  inferenceSettingsSchema,
  scoringSettingsSchema,
  trainingSettingsSchema,
} from './trainingSettings.ts';

/**
 * Everything that decides the numbers of a training run except its seed. Strict: an unknown key is
 * an error.
 */
export const runSettingsSchema = z.strictObject({
  dataset: datasetSettingsSchema,
  network: networkSettingsSchema,
  method: methodSettingsSchema,
  training: trainingSettingsSchema,
  inference: inferenceSettingsSchema,
  scoring: scoringSettingsSchema,
});

/** The resolved settings of a training run. */
export type RunSettings = z.infer<typeof runSettingsSchema>;

/**
 * The settings that files other than methods.yaml may hold: a method is chosen by its id, not
 * spelled out.
 */
export const sharedSettingsSchema = runSettingsSchema.omit({ method: true });

/** Settings without the method. */
export type SharedSettings = z.infer<typeof sharedSettingsSchema>;
