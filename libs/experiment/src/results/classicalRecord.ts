import { z } from 'zod';
import { classicalSettingsSchema } from '../settings/classicalSettings.ts';
import { datasetSettingsSchema } from '../settings/datasetSettings.ts';
import { scoringSettingsSchema } from '../settings/trainingSettings.ts';
import { hashesSchema } from './hashes.ts';
import { provenanceSchema } from './provenance.ts';
import { volumeScoresSchema } from './runRecord.ts';

/** `record.json` of a classical method on the test volumes of a data set. */
export const classicalRecordSchema = z.strictObject({
  /** Id in classical.yaml. */
  method: z.string(),
  profile: z.string(),
  /** Key of the run. */
  key: z.string(),
  settings: classicalSettingsSchema,
  /** Data set that the test volumes stand for. */
  dataset: datasetSettingsSchema,
  scoring: scoringSettingsSchema,
  /** One entry for each test volume. */
  scores: z.array(volumeScoresSchema).readonly(),
  seconds: z.number().nonnegative(),
  /** Hash of the code that decides the numbers. */
  sourceHash: z.string(),
  /** SHA-256 of the data set's files by name. */
  inputs: hashesSchema,
  /** SHA-256 of the predictions by their path beside the record. */
  outputs: hashesSchema,
  provenance: provenanceSchema,
});

/** The record that a classical method leaves. */
export type ClassicalRecord = z.infer<typeof classicalRecordSchema>;
