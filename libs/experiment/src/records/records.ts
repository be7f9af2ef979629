import { z } from 'zod';
import { classicalSettingsSchema } from '../settings/classicalSettings.ts';
import { datasetSettingsSchema } from '../settings/datasetSettings.ts';
import { scoringSettingsSchema } from '../settings/runSettings.ts';
import { STAGES } from '../stages/numerics.ts';
import { pupilNumbersSchema } from './modelConfig.ts';
import { recordedInferenceSchema, recordedRunSettingsSchema } from './oldSettings.ts';

/** SHA-256, 64 hexadecimal digits. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** SHA-256 by the name or path of what was hashed. */
export const hashesSchema = z.record(z.string(), hashSchema);

/** SHA-256 by the name or path of what was hashed. */
export type Hashes = Readonly<z.infer<typeof hashesSchema>>;

/**
 * Who made a result, when, with what: everything that may differ between two results that are
 * otherwise the same.
 */
export const provenanceSchema = z.strictObject({
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  /** Null outside a git checkout. */
  gitCommit: z.string().nullable(),
  /** Whether tracked files differed from the commit; null outside a git checkout. */
  gitDirty: z.boolean().nullable(),
  /** SHA-256 of the text of the sources; only in records of the first version. */
  sourceHash: z.string().optional(),
  /** Name to version: node, blurcycle, tfjs, ... */
  versions: z.record(z.string(), z.string()),
  cpu: z.strictObject({ model: z.string(), cores: z.int().positive() }),
  gpu: z.string().nullable(),
  backend: z.string(),
  /**
   * Vector instructions that the native kernels used: avx512, avx2, neon; absent in old records.
   */
  instructionSet: z.string().optional(),
  /**
   * What multiplied bfloat16 factors in the native kernels: amx, avx512-bf16, or float32 arithmetic
   * on rounded factors; absent where all factors were float32.
   */
  bfloat16: z.string().optional(),
  /** What compiled the native kernels; absent in old records, and where they were not used. */
  compiler: z.string().optional(),
  threads: z.int().positive(),
  wallSeconds: z.number().nonnegative(),
  peakMemoryBytes: z.int().nonnegative(),
  /** What to type to make it again. */
  command: z.string(),
});

/** Provenance of a run or a table. */
export type Provenance = z.infer<typeof provenanceSchema>;

const version = z.int().positive();

/** A version of the numbers for each stage. */
export const numericsSchema = z.strictObject({
  data: version,
  training: version,
  prediction: version,
  scores: version,
  table: version,
});

/**
 * What tells whether a result is still fresh. All of it is absent in records of the first version,
 * which were made by version 1 of every stage.
 */
const origin = {
  /** `NUMERICS` when the result was made. */
  numerics: numericsSchema.optional(),
  /** Key of each stage. */
  keys: z.partialRecord(z.enum(STAGES), hashSchema).optional(),
  /** Hash of the code that made it: its bundle, without comments, types and local names. */
  code: hashSchema.optional(),
};

/** Scores of one test volume: metric name to value. */
const volumeScoresSchema = z.strictObject({
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
  settings: recordedRunSettingsSchema,
  origins: z.record(z.string(), z.string()),
  /** Noise of blurred volumes that was learned, variance a μ + b; absent where none was. */
  noise: z.strictObject({ a: z.number(), b: z.number() }).optional(),
  /** The pupil that was learned; absent where the kernel has none. */
  pupil: pupilNumbersSchema.optional(),
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
  /** Scores of the test volumes; only in records of the first version, else in `scores.json`. */
  scores: z.array(volumeScoresSchema).readonly().optional(),
  /**
   * Test scores by weights at the last update that did not make the predictions: the last ones
   * where their moving average made them, otherwise the average; absent where none was kept.
   */
  beside: z
    .strictObject({
      weights: z.enum(['last', 'average']),
      scores: z.array(volumeScoresSchema).readonly(),
    })
    .optional(),
  /** Trained parameters of each network: `generator`, `blurKernel`, ... */
  parameterCounts: z.record(z.string(), z.int().nonnegative()),
  /**
   * What the learned kernel is like beside the true one, null for methods that learn none; only in
   * records of the first version, else in `scores.json`.
   */
  kernel: z.record(z.string(), z.number()).nullable().optional(),
  /** Validation included; over all processes that had a part in the run. */
  trainingSeconds: z.number().nonnegative(),
  inferenceSeconds: z.number().nonnegative(),
  /** SHA-256 of what went in: path to hash. */
  inputs: hashesSchema,
  /** SHA-256 of what came out, `record.json` excepted: path inside the run directory to hash. */
  outputs: hashesSchema,
  ...origin,
  provenance: provenanceSchema,
});

/** Scores of one test volume. */
export type VolumeScores = z.infer<typeof volumeScoresSchema>;
/** The record that a training run leaves. */
export type RunRecord = z.infer<typeof runRecordSchema>;

/** `record.json` of a trained model that was tested on other data: `runs/<run>/tests/<key>/`. */
export const testRecordSchema = z.strictObject({
  /** Id of the run. */
  run: z.string(),
  profile: z.string(),
  /** Data set that the test volumes stand for. */
  dataset: datasetSettingsSchema,
  inference: recordedInferenceSchema,
  scoring: scoringSettingsSchema,
  /** Scores of the test volumes; only in records of the first version, else in `scores.json`. */
  scores: z.array(volumeScoresSchema).readonly().optional(),
  inferenceSeconds: z.number().nonnegative(),
  /** SHA-256 of the weights and the test volumes by name. */
  inputs: hashesSchema,
  /** SHA-256 of the predictions by their path beside the record. */
  outputs: hashesSchema,
  ...origin,
  provenance: provenanceSchema,
});

/** The record that a test of a trained model leaves. */
export type TestRecord = z.infer<typeof testRecordSchema>;

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
  /** Scores of the test volumes; only in records of the first version, else in `scores.json`. */
  scores: z.array(volumeScoresSchema).readonly().optional(),
  seconds: z.number().nonnegative(),
  /**
   * Updates, or steps of the solver, by test volume: where a rule stopped them, when. Not in older
   * records.
   */
  updates: z.record(z.string(), z.int().nonnegative()).optional(),
  /** SHA-256 of the text of the sources; only in records of the first version. */
  sourceHash: z.string().optional(),
  /** SHA-256 of the data set's files by name. */
  inputs: hashesSchema,
  /** SHA-256 of the predictions by their path beside the record. */
  outputs: hashesSchema,
  ...origin,
  provenance: provenanceSchema,
});

/** The record that a classical method leaves. */
export type ClassicalRecord = z.infer<typeof classicalRecordSchema>;

/** `record.json` of a table or figure, beside its `table.json`. */
export const experimentRecordSchema = z.strictObject({
  experiment: z.string(),
  profile: z.string(),
  /** What the file asked for, as `describeExperiment` gives it. */
  declaration: z.record(z.string(), z.unknown()),
  /** SHA-256 of the text of the sources; only in records of the first version. */
  tableSources: z.string().optional(),
  /** SHA-256 of what the table was made from: path inside the directory of the profile to hash. */
  inputs: hashesSchema,
  /** SHA-256 of what came out: path beside the record to hash. */
  outputs: hashesSchema,
  ...origin,
  provenance: provenanceSchema,
});

/** The record that a table or figure leaves. */
export type ExperimentRecord = z.infer<typeof experimentRecordSchema>;

/** `scores.json` beside the predictions of a run, a test or a classical method. */
export const scoresSchema = z.strictObject({
  /** Key of the stage. */
  key: hashSchema,
  numerics: numericsSchema,
  scoring: scoringSettingsSchema,
  /**
   * Names of the metrics that were computed. One that does not apply, or has no finite value, is
   * left out of the scores of a volume.
   */
  metrics: z.array(z.string()).readonly(),
  /** One entry for each test volume. */
  scores: z.array(volumeScoresSchema).readonly(),
  /** What the learned kernel is like beside the true one; null for methods that learn none. */
  kernel: z.record(z.string(), z.number()).nullable(),
  /** SHA-256 of the predictions that were scored, by their path beside the file. */
  inputs: hashesSchema,
});

/** Content of `scores.json`. */
export type StoredScores = z.infer<typeof scoresSchema>;
