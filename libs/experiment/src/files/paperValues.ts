import { z } from 'zod';

/** Scores that the paper prints for one row. */
export const paperValuesSchema = z
  .strictObject({ psnr: z.number().describe('dB'), ssim: z.number() })
  .describe('what the paper reports');

/** What the paper reports for a row. */
export type PaperValues = z.infer<typeof paperValuesSchema>;
