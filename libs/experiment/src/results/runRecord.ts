import { z } from 'zod';
import { runSettingsSchema } from '../settings/runSettings.ts';
import { hashesSchema } from './hashes.ts';
import { provenanceSchema } from './provenance.ts';

/** Scores of one test volume: metric name to value. */
export const volumeScoresSchema = z.strictObject({
  /** Id of the test volume. */
  volume: z.string(),
  scores: z.record(z.string(), z.number()),
});

/** `record.json` of a training run. */
export const runRecordSchema = z.strictObject({
  id: z.string(),
  profile: z.string(),
  method: z.string(),
  seed: z.int(),
  status: z.enum(['done', 'failed']),
  /** Why it failed; null when it did not. */
  error: z.string().nullable(),
  /** `runKey` of settings and seed. */
  key: z.string(),
  settings: runSettingsSchema,
  origins: z.record(z.string(), z.string()),
  /** Update whose weights made the predictions. */
  selectedUpdate: z.int().nonnegative().nullable(),
  /**
   * What each rule of `training.select` would have chosen: the update, and what the validation
   * volumes said of it.
   */
  choices: z.record(
    z.string(),
    z.strictObject({ update: z.int().positive(), validation: z.record(z.string(), z.number()) }),
  ),
  /** One entry for each test volume. */
  scores: z.array(volumeScoresSchema).readonly(),
  /** Trained parameters of each network: `generator`, `blurKernel`, ... */
  parameterCounts: z.record(z.string(), z.int().nonnegative()),
  /** What the learned kernel is like beside the true one; null for methods that learn none. */
  kernel: z.record(z.string(), z.number()).nullable(),
  /** Validation included; over all processes that had a part in the run. */
  trainingSeconds: z.number().nonnegative(),
  inferenceSeconds: z.number().nonnegative(),
  /** SHA-256 of what went in: path to hash. */
  inputs: hashesSchema,
  /** SHA-256 of what came out, `record.json` excepted: path inside the run directory to hash. */
  outputs: hashesSchema,
  provenance: provenanceSchema,
});

/** Scores of one test volume. */
export type VolumeScores = z.infer<typeof volumeScoresSchema>;
/** The record that a training run leaves. */
export type RunRecord = z.infer<typeof runRecordSchema>;
