/** What an experiment does, in order; each stage is made of what the one before it left. */
export const STAGES = ['data', 'training', 'prediction', 'scores', 'table'] as const;

/** One stage of an experiment. */
export type Stage = (typeof STAGES)[number];

/** A version for each stage. */
export type Numerics = Readonly<Record<Stage, number>>;

/** Why the same settings give other numbers from one version of a stage on. */
export interface NumericsChange {
  /** Day on which the numbers changed, ISO 8601. */
  readonly date: string;
  /** What changed in the numbers, one phrase. */
  readonly what: string;
}

/**
 * What changed in the numbers of each stage, oldest first; the version of a stage is the length of
 * its list.
 *
 * Add a line to a stage when the same settings give other bits than before. Every result of that
 * stage, and of the stages after it, is then stale. Never add one for a change that keeps the bits:
 * the golden bits (`npm test`) refuse both mistakes.
 */
export const NUMERICS_HISTORY: Readonly<Record<Stage, readonly NumericsChange[]>> = {
  data: [
    { date: '2026-11-24', what: 'first version' },
    { date: '2026-11-28', what: 'Fourier transforms with passes of eight and seven' },
  ],
  training: [
    { date: '2026-11-24', what: 'first version' },
    {
      date: '2026-11-28',
      what: 'the log has the spread of scores of each scale; patches turn as the PSF allows',
    },
    {
      date: '2026-11-28',
      what: 'a U-Net in place of the kernel has patches without surroundings',
    },
    { date: '2026-11-28', what: 'Fourier transforms with passes of eight and seven' },
  ],
  prediction: [
    { date: '2026-11-24', what: 'first version' },
    {
      date: '2026-11-28',
      what: 'Fourier transforms with passes of eight and seven, updates of Richardson-Lucy in single precision',
    },
    {
      date: '2026-11-28',
      what: 'the constant of the Wiener filter by the discrepancy principle',
    },
  ],
  scores: [
    { date: '2026-11-24', what: 'first version' },
    { date: '2026-11-28', what: 'Fourier transforms with passes of eight and seven' },
  ],
  table: [
    { date: '2026-11-24', what: 'first version' },
    {
      date: '2026-11-28',
      what: "Student's t in place of the bootstrap, Holm's correction; what the discriminators did",
    },
  ],
};

/** The version of the numbers that each stage makes now: all that a key holds of the code. */
export const NUMERICS: Numerics = {
  data: NUMERICS_HISTORY.data.length,
  training: NUMERICS_HISTORY.training.length,
  prediction: NUMERICS_HISTORY.prediction.length,
  scores: NUMERICS_HISTORY.scores.length,
  table: NUMERICS_HISTORY.table.length,
};
