import { z } from 'zod';
import { hashesSchema } from './hashes.ts';
import { provenanceSchema } from './provenance.ts';

/** `record.json` of a table or figure, beside its `table.json`. */
export const experimentRecordSchema = z.strictObject({
  experiment: z.string(),
  profile: z.string(),
  /** What the file asked for, as `describeExperiment` gives it. */
  declaration: z.record(z.string(), z.unknown()),
  /** SHA-256 of the sources that make tables and figures. */
  tableSources: z.string(),
  /** SHA-256 of what the table was made from: path inside the directory of the profile to hash. */
  inputs: hashesSchema,
  /** SHA-256 of what came out: path beside the record to hash. */
  outputs: hashesSchema,
  provenance: provenanceSchema,
});

/** The record that a table or figure leaves. */
export type ExperimentRecord = z.infer<typeof experimentRecordSchema>;
