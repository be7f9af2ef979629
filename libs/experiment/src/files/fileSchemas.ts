import { z } from 'zod';
import { classicalSettingsSchema } from '../settings/classicalSettings.ts';
import { noiseSettingsSchema, psfSettingsSchema } from '../settings/datasetSettings.ts';
import { idSchema, methodSettingsSchema, sharedSettingsSchema } from '../settings/runSettings.ts';
import { figureSchema } from './figureSchemas.ts';

/** Scores that the paper prints for one row. */
const paperValuesSchema = z
  .strictObject({ psnr: z.number().describe('dB'), ssim: z.number() })
  .describe('what the paper reports');

/** What the paper reports for a row. */
export type PaperValues = z.infer<typeof paperValuesSchema>;

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
const conditionSchema = z.strictObject({
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
const sweepSchema = z.strictObject({
  snrDb: z
    .array(z.number().nonnegative().nullable())
    .min(1)
    .describe('average SNR of the test volumes in dB; null for volumes without any noise'),
});

/** One setting in which the trained rows are repeated. */
const varySchema = z.strictObject({
  setting: z.string().describe('path of a number among the settings: training.updates'),
  name: idSchema.describe('word for it in ids and labels of the rows'),
  label: z.string().min(1).describe('name of the axis of its figures'),
  scale: z.enum(['linear', 'log']).describe('scale of that axis'),
  values: z
    .array(z.number())
    .min(1)
    .describe('every trained row is trained with each of them; as it stands, and with the others'),
});

/** One setting in which the trained rows are repeated. */
export type VaryDeclaration = z.infer<typeof varySchema>;

/** What test volumes are recorded with instead. */
export type TestSettings = z.infer<typeof testSettingsSchema>;

const overridesSchema = partially(sharedSettingsSchema);

/** `_defaults.yaml`: every setting once. */
export const defaultsFileSchema = sharedSettingsSchema;

const profileSchema = z.strictObject({
  description: z.string().min(1).describe('what the profile is for'),
  seeds: z
    .array(
      z
        .int()
        .nonnegative()
        .max(99, { message: 'be below 100 (seeds from 100 on are for choosing settings)' }),
    )
    .min(1)
    .describe(
      'seeds of the training runs of each method, and with dataset.seed of their data; below 100, because settings are chosen on seeds from 100 on',
    ),
  settings: overridesSchema.optional().describe('what differs from the defaults'),
});

/** `_profiles.yaml`: name of the profile to what differs from the defaults. */
export const profilesFileSchema = z.record(idSchema, profileSchema);

const methodSchema = methodSettingsSchema.omit({ id: true }).extend({
  settings: overridesSchema.optional().describe('what differs from defaults and profile'),
});

/** `methods.yaml`: id of the method to what makes it that method. */
export const methodsFileSchema = z.record(idSchema, methodSchema);

/** `classical.yaml`: id of a method that is computed, not trained, to its label and parameters. */
export const classicalFileSchema = z.record(
  idSchema,
  z.strictObject({
    label: z.string().min(1).describe('name in tables and figures'),
    deconvolution: classicalSettingsSchema.describe('algorithm and parameters'),
  }),
);

const rowSchema = z.strictObject({
  method: idSchema.describe(
    "a method of methods.yaml or classical.yaml, 'input' for the blurred volumes themselves, or 'target' for what made the sharp set",
  ),
  id: idSchema
    .optional()
    .describe('name of the row in claims and results; the method unless given'),
  label: z
    .string()
    .min(1)
    .optional()
    .describe('name in the table; that of the method unless given'),
  paper: paperValuesSchema.nullable().optional(),
  settings: overridesSchema
    .optional()
    .describe('what differs for this row alone; it then needs an id of its own'),
});

/** What a claim is about: the paper's methods, our stand-in data, or an idea of ours. */
export const claimKindSchema = z.enum(['paper', 'calibration', 'ours']);

/** What a claim is about. */
export type ClaimKind = z.infer<typeof claimKindSchema>;

const claimSchema = z.strictObject({
  id: idSchema,
  kind: claimKindSchema.describe(
    "'paper': a statement of the paper about methods; 'calibration': a property of our data; 'ours': a hypothesis of ours",
  ),
  family: idSchema
    .optional()
    .describe(
      'claims of one family in one file are confirmatory, judged with a correction for their number; all others are exploratory',
    ),
  text: z.string().min(1).describe('the claim in words'),
  rule: z
    .string()
    .min(1)
    .describe(
      'an inequality over scores, psnr(row) or psnr(row@condition), and figures of learned kernels, kernel.correlation(row)',
    ),
  about: z
    .enum(['method', 'trained-models'])
    .optional()
    .describe(
      "'method' (the default) asks for an interval over seeds; 'trained-models' for one over test volumes only",
    ),
});

/** `<experiment>.yaml`: one table or figure. */
export const experimentFileSchema = z.strictObject({
  title: z.string().min(1),
  place: z.string().min(1).describe('where it stands in the paper: Table I'),
  like: idSchema
    .optional()
    .describe(
      'an experiment whose settings and profiles this one has in place of its own; rows that both have share their runs',
    ),
  settings: overridesSchema.optional().describe('what differs for every row'),
  profiles: z
    .record(idSchema, overridesSchema)
    .optional()
    .describe('name of a profile to what differs for every row in it'),
  seedsAtMost: z
    .int()
    .min(1)
    .optional()
    .describe('trains with the first so many seeds of a profile; with all of them unless given'),
  rows: z.array(rowSchema).describe('what is compared; may be empty where there are figures'),
  conditions: z
    .array(conditionSchema)
    .min(1)
    .optional()
    .describe('what every row is tested on; its own test volumes unless given'),
  sweep: sweepSchema
    .optional()
    .describe('conditions that differ in one number; in place of conditions'),
  vary: varySchema
    .optional()
    .describe('repeats every trained row with other values of one setting'),
  figures: z.array(figureSchema).optional().describe('what is shown beside the table'),
  claims: z.array(claimSchema).describe('what is judged, decided before anything runs'),
});

/** Content of `_profiles.yaml`. */
export type ProfilesFile = z.infer<typeof profilesFileSchema>;
/** Content of `methods.yaml`. */
export type MethodsFile = z.infer<typeof methodsFileSchema>;
/** Content of `classical.yaml`. */
export type ClassicalFile = z.infer<typeof classicalFileSchema>;
/** Content of an experiment file. */
export type ExperimentFile = z.infer<typeof experimentFileSchema>;
/** A claim as it stands in an experiment file. */
export type ClaimDeclaration = ExperimentFile['claims'][number];

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, K extends PropertyKey> = T extends unknown
  ? K extends keyof T
    ? T[K]
    : never
  : never;

/**
 * `T` with every key optional at every depth; arrays stay whole; of a union, the keys of all its
 * kinds.
 */
export type Partially<T> = [T] extends [readonly unknown[]]
  ? T
  : [T] extends [object]
    ? { readonly [K in KeysOf<T>]?: Partially<ValueOf<T, K>> | undefined }
    : T;

/**
 * The schema of a file that overrides some of the settings: every key optional at every depth,
 * still strict. A file need not repeat the kind of a discriminated union, so it may have the keys
 * of any; which belong together is judged when all files are merged.
 *
 * The type of the result follows from the construction, which zod's types cannot express; hence the
 * one assertion.
 */
function partially<Schema extends z.ZodObject>(
  schema: Schema,
): z.ZodType<Partially<z.infer<Schema>>> {
  return optionalKeys(schema.shape) as unknown as z.ZodType<Partially<z.infer<Schema>>>;
}

function optionalKeys(shape: z.ZodRawShape): z.ZodObject {
  const keys = Object.entries(shape).map(
    ([key, value]) => [key, optionalInside(value as z.ZodType).optional()] as const,
  );
  return z.strictObject(Object.fromEntries(keys));
}

function optionalInside(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return optionalKeys(schema.shape);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const options = schema.options as readonly z.ZodObject[];
    const { discriminator } = schema.def;
    const kinds = options.flatMap(({ shape }) => [
      ...(shape[discriminator] as z.ZodLiteral<string>).values,
    ]);
    const all = Object.assign({}, ...options.map(({ shape }) => shape)) as z.ZodRawShape;
    return optionalKeys({ ...all, [discriminator]: z.enum(kinds) });
  }
  return schema;
}
