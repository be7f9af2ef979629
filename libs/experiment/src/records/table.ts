import { z } from 'zod';
import { claimKindSchema } from '../files/fileSchemas.ts';
import { discriminatorSchema } from '../statistics/discriminators.ts';
import { SAMPLE_SIZE_LIMIT } from '../statistics/student.ts';
import { provenanceSchema } from './records.ts';

/** A mean with its interval. */
const scoreSummarySchema = z.strictObject({
  mean: z.number(),
  /** 95 % limits; null for a single value. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Number of values. */
  n: z.int().positive(),
  /** What the values are: means of seeds, or single volumes where there is one seed or none. */
  over: z.enum(['seeds', 'volumes']),
  /** Number of test volumes where seeds share them: the interval then holds their chance, too. */
  volumes: z.int().positive().optional(),
  values: z.array(z.number()).readonly(),
});

const tableRowSchema = z.strictObject({
  /** Together with the condition it names the row. */
  id: z.string(),
  /** Id of the condition that the row was tested under, where the experiment has conditions. */
  condition: z.string().optional(),
  label: z.string(),
  method: z.string(),
  paper: z.strictObject({ psnr: z.number(), ssim: z.number() }).nullable(),
  status: z.enum(['done', 'failed', 'missing']),
  /** Why the row is not done, or that its results are stale. */
  note: z.string().optional(),
  /** Settings that this row alone has. */
  overrides: z.record(z.string(), z.unknown()).optional(),
  /** Ids of the runs behind the row. */
  runs: z.array(z.string()).readonly(),
  /** What its discriminators did, the means over the runs; left out where it has none. */
  discriminators: z.array(discriminatorSchema).readonly().optional(),
  /** Metric name to summary; null when no run is done. */
  ours: z.record(z.string(), scoreSummarySchema).nullable(),
});

/** Stands for more seeds than anyone will train. */
const MANY_SEEDS = `more than ${SAMPLE_SIZE_LIMIT}` as const;

const probability = z.number().min(0).max(1);

/** What tables of the first version lack is optional. */
const claimResultSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  rule: z.string(),
  kind: claimKindSchema.optional(),
  /** Claims of one family are confirmatory; null for an exploratory one. */
  family: z.string().nullable().optional(),
  verdict: z.enum(['reproduced', 'not reproduced', 'undecided']),
  /**
   * What the rule compares with its limit, with its sign, and the 95 % interval of that; null where
   * it cannot be told.
   */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** What the interval is over, as in a summary of scores. */
  n: z.int().positive().optional(),
  over: z.enum(['seeds', 'volumes']).optional(),
  volumes: z.int().positive().optional(),
  /** Two-sided p of (value - limit); null where nothing is tested. */
  p: probability.nullable().optional(),
  /** The same after the correction for the family; null for an exploratory claim. */
  pAdjusted: probability.nullable().optional(),
  /**
   * Seeds that would decide an undecided claim at the observed spread, with 80 % power at a
   * two-sided level of 5 %; null where more seeds do not help, or none are needed.
   */
  seedsNeeded: z
    .union([z.int().positive(), z.literal(MANY_SEEDS)])
    .nullable()
    .optional(),
  /** Why it is undecided. */
  note: z.string().optional(),
});

/** What rows were tested on instead of data like those that the models were trained on. */
const tableConditionSchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  /**
   * Settings of the data set that differ, as `noise.averageSnrDb`; none for the data of the
   * training.
   */
  test: z.record(z.string(), z.unknown()),
});

/** `table.json` of an experiment. */
export const tableSchema = z.strictObject({
  experiment: z.string(),
  title: z.string(),
  place: z.string(),
  profile: z.string(),
  /** Rows of one condition stand together, in the order of the conditions. */
  rows: z.array(tableRowSchema).readonly(),
  /** Left out where there are none. */
  conditions: z.array(tableConditionSchema).readonly().optional(),
  claims: z.array(claimResultSchema).readonly(),
  provenance: provenanceSchema,
});

/** A mean with its interval. */
export type ScoreSummary = z.infer<typeof scoreSummarySchema>;
/** What rows of a table were tested on. */
export type TableCondition = z.infer<typeof tableConditionSchema>;
/** One row of a table. */
export type TableRow = z.infer<typeof tableRowSchema>;
/** A claim with its verdict. */
export type ClaimResult = z.infer<typeof claimResultSchema>;
/** A table as it stands in `table.json`. */
export type Table = z.infer<typeof tableSchema>;
