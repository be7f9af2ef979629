import { z } from 'zod';
import { datasetSettingsSchema } from '../settings/datasetSettings.ts';
import { inferenceSettingsSchema, scoringSettingsSchema } from '../settings/trainingSettings.ts';
import { hashesSchema } from './hashes.ts';
import { provenanceSchema } from './provenance.ts';
import { volumeScoresSchema } from './runRecord.ts';

/** `record.json` of a trained model that was tested on other data: `runs/<run>/tests/<key>/`. */
export const testRecordSchema = z.strictObject({
  /** Id of the run. */
  run: z.string(),
  profile: z.string(),
  /** Data set that the test volumes stand for. */
  dataset: datasetSettingsSchema,
  inference: inferenceSettingsSchema,
  scoring: scoringSettingsSchema,
  /** One entry for each test volume. */
  scores: z.array(volumeScoresSchema).readonly(),
  inferenceSeconds: z.number().nonnegative(),
  /** SHA-256 of the weights and the test volumes by name. */
  inputs: hashesSchema,
  /** SHA-256 of the predictions by their path beside the record. */
  outputs: hashesSchema,
  provenance: provenanceSchema,
});

/** The record that a test of a trained model leaves. */
export type TestRecord = z.infer<typeof testRecordSchema>;
