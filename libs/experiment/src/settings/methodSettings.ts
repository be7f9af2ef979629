import { z } from 'zod';

/** Ids of methods, rows and experiments: they become file and target names. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { message: 'be lower-case words joined by hyphens' });

/** What distinguishes one trained method from another, and nothing else. */
export const methodSettingsSchema = z.strictObject({
  id: idSchema.describe('name in files and on the command line'),
  label: z.string().min(1).describe('name in tables and figures'),
  sampling: z
    .enum(['paired', 'unpaired'])
    .describe('whether a sharp patch shows the same place as the blurred one'),
  blurPath: z
    .enum(['none', 'unet', 'learned-kernel', 'known-psf'])
    .describe('what turns sharp into blurred in the cycle; none means no cycle'),
  discriminators: z
    .array(z.enum(['sharp', 'blurred']))
    .readonly()
    .describe('domains that have discriminators'),
  pixelLoss: z.enum(['none', 'l1', 'l2']).describe('distance to the paired truth'),
});

/** Settings of one method. */
export type MethodSettings = z.infer<typeof methodSettingsSchema>;
