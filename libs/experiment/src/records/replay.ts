import { z } from 'zod';
import { hashSchema, numericsSchema, provenanceSchema } from './records.ts';

/**
 * `results/<profile>/replay.json`: the certificate that code gives the numbers that are stored. One
 * result of each kind was begun again, and what came out was compared.
 */
export const replaySchema = z.strictObject({
  profile: z.string(),
  /** Hash of the code that was replayed: it proves the results of its kinds for this code. */
  code: hashSchema,
  numerics: numericsSchema,
  /** Updates that each training run was replayed for. */
  updates: z.int().positive(),
  kinds: z
    .array(
      z.strictObject({
        /** What results of this kind share: `kindKey`. */
        kind: hashSchema,
        /** The result that was replayed, `proposed-s0`. */
        run: z.string(),
        /** What was compared, in words: `47 files of the data`. */
        compared: z.array(z.string()).readonly(),
        /** What was not the same; empty where all was. */
        differences: z.array(z.string()).readonly(),
      }),
    )
    .readonly(),
  provenance: provenanceSchema,
});

/** Content of `replay.json`. */
export type Replay = z.infer<typeof replaySchema>;

/** Whether a certificate proves results of a kind for code. */
export function proves(replay: Replay | undefined, code: string | null, kind: string): boolean {
  if (replay === undefined || replay.code !== code) return false;
  return replay.kinds.some((entry) => entry.kind === kind && entry.differences.length === 0);
}
