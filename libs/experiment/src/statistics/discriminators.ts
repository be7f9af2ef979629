import { capitalize, DISCRIMINATOR_SCALES, DOMAINS, mean, type GanLoss } from '@blurcycle/core';
import { z } from 'zod';

/** What the log says of one discriminator; of several runs, the means. */
export const discriminatorSchema = z.strictObject({
  domain: z.enum(DOMAINS),
  /**
   * Means over the second half of the training; the spread is the standard deviation of the scores,
   * null in logs that have none of each scale.
   */
  scales: z
    .array(
      z.strictObject({
        scale: z.enum(DISCRIMINATOR_SCALES),
        loss: z.number(),
        spread: z.number().nullable(),
      }),
    )
    .readonly(),
  /** Part of the training in which it idled; null for a critic, whose loss has no such value. */
  idle: z.number().min(0).max(1).nullable(),
});

/** What the log says of one discriminator; of several runs, the means. */
export type Discriminator = z.infer<typeof discriminatorSchema>;

/** Means of the losses since the line before, as `metrics.jsonl` has them. */
export interface LoggedLosses {
  /** Update that the line ends with. */
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Least-squares loss of a discriminator that gives one score of 1/2 to everything. */
const GUESSING = 0.25;
/**
 * A loss this near to guessing counts as idle: constant scores of real and of generated volumes,
 * (1 ± d)/2, have the loss (1 - d)²/4, so they differ by d = 0.01 at most, where the labels differ
 * by 1.
 */
const NEAR = 0.005;
/** Part of the training from which an idle discriminator is a finding. */
const MOSTLY = 0.5;

/**
 * What each discriminator of a run did, from its log: loss and spread of each scale in the second
 * half, and the part of the training in which it idled (|loss - 0.25| ≤ 0.005, least squares only).
 *
 * Every line counts by the updates that it is the mean of.
 *
 * @param lines - Losses in the order of the log.
 * @returns One entry for each domain that has a discriminator in the log.
 */
export function summarizeDiscriminators(
  lines: readonly LoggedLosses[],
  ganLoss: GanLoss,
): readonly Discriminator[] {
  const weighed = lines.map((line, i) => ({
    ...line,
    updates: line.step - (i === 0 ? 0 : lines[i - 1].step),
  }));
  const last = lines.at(-1)?.step ?? 0;
  const later = weighed.filter(({ step }) => step > last / 2);
  return DOMAINS.flatMap((domain): Discriminator[] => {
    const name = `discriminator${capitalize(domain)}`;
    const losses = weighed.filter(({ values }) => name in values);
    if (losses.length === 0) return [];
    const idle = losses.filter(({ values }) => Math.abs(values[name] - GUESSING) <= NEAR);
    const scales = DISCRIMINATOR_SCALES.flatMap((scale) => {
      const loss = meanOf(name + capitalize(scale), later);
      const spread = meanOf(`${name}Spread${capitalize(scale)}`, later);
      return loss === null ? [] : [{ scale, loss, spread }];
    });
    const part = updatesOf(idle) / updatesOf(losses);
    return [{ domain, scales, idle: ganLoss === 'least-squares' ? part : null }];
  });
}

interface WeighedLine extends LoggedLosses {
  readonly updates: number;
}

function updatesOf(lines: readonly WeighedLine[]): number {
  return lines.reduce((sum, { updates }) => sum + updates, 0);
}

function meanOf(name: string, lines: readonly WeighedLine[]): number | null {
  const known = lines.filter(({ values }) => name in values);
  if (known.length === 0) return null;
  const sum = known.reduce((total, { values, updates }) => total + updates * values[name], 0);
  return sum / updatesOf(known);
}

/** The means over runs of one row, which have the same discriminators. */
export function averageDiscriminators(
  runs: readonly (readonly Discriminator[])[],
): readonly Discriminator[] {
  return DOMAINS.flatMap((domain): Discriminator[] => {
    const all = runs.flatMap((run) => run.filter((one) => one.domain === domain));
    if (all.length === 0) return [];
    const scales = DISCRIMINATOR_SCALES.flatMap((scale) => {
      const those = all.flatMap((one) => one.scales.filter((other) => other.scale === scale));
      if (those.length === 0) return [];
      const spread = averageKnown(those.map((one) => one.spread));
      return [{ scale, loss: mean(those.map(({ loss }) => loss)), spread }];
    });
    return [{ domain, scales, idle: averageKnown(all.map(({ idle }) => idle)) }];
  });
}

function averageKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
}

/**
 * What a reader must know of discriminators that idle: one phrase for each, none where all of them
 * judge.
 */
export function idleFindings(discriminators: readonly Discriminator[]): readonly string[] {
  return discriminators.flatMap(({ domain, idle }) =>
    idle === null || idle < MOSTLY
      ? []
      : [
          `its discriminator of ${domain} volumes guesses: its loss is within ${NEAR} of ${GUESSING} in ${Math.round(100 * idle)} % of the training`,
        ],
  );
}
