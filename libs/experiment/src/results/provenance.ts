import { z } from 'zod';

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
  /** SHA-256 of the sources that decide the numbers. */
  sourceHash: z.string(),
  /** Name to version: node, blurcycle, tfjs, ... */
  versions: z.record(z.string(), z.string()),
  cpu: z.strictObject({ model: z.string(), cores: z.int().positive() }),
  gpu: z.string().nullable(),
  backend: z.string(),
  threads: z.int().positive(),
  wallSeconds: z.number().nonnegative(),
  peakMemoryBytes: z.int().nonnegative(),
  /** What to type to make it again. */
  command: z.string(),
});

/** Provenance of a run or a table. */
export type Provenance = z.infer<typeof provenanceSchema>;
