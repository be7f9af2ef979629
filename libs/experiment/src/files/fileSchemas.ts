import { z } from 'zod';
import { classicalSettingsSchema } from '../settings/classicalSettings.ts';
import { idSchema, methodSettingsSchema } from '../settings/methodSettings.ts';
import { partially } from '../settings/partially.ts';
import { sharedSettingsSchema } from '../settings/runSettings.ts';
import { conditionSchema, sweepSchema } from './conditionSchemas.ts';
import { figureSchema } from './figures/figureSchemas.ts';
import { paperValuesSchema } from './paperValues.ts';

const overridesSchema = partially(sharedSettingsSchema);

/** `_defaults.yaml`: every setting once. */
export const defaultsFileSchema = sharedSettingsSchema;

const profileSchema = z.strictObject({
  description: z.string().min(1).describe('what the profile is for'),
  seeds: z
    .array(z.int().nonnegative())
    .min(1)
    .describe('seeds of the training runs of each method'),
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

const claimSchema = z.strictObject({
  id: idSchema,
  text: z.string().min(1).describe('the claim in words'),
  rule: z.string().min(1).describe('an inequality over scores, psnr(row) or psnr(row@condition)'),
  about: z
    .enum(['method', 'trained-models'])
    .optional()
    .describe(
      "'method' (the default) asks for an interval over seeds and volumes; 'trained-models' over volumes only",
    ),
});

/** `<experiment>.yaml`: one table or figure. */
export const experimentFileSchema = z.strictObject({
  title: z.string().min(1),
  place: z.string().min(1).describe('where it stands in the paper: Table I'),
  settings: overridesSchema.optional().describe('what differs for every row'),
  profiles: z
    .record(idSchema, overridesSchema)
    .optional()
    .describe('name of a profile to what differs for every row in it'),
  rows: z.array(rowSchema).describe('what is compared; may be empty where there are figures'),
  conditions: z
    .array(conditionSchema)
    .min(1)
    .optional()
    .describe('what every row is tested on; its own test volumes unless given'),
  sweep: sweepSchema
    .optional()
    .describe('conditions that differ in one number; in place of conditions'),
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
