import type { ClaimResult } from '@blurcycle/experiment';
import { METRIC_NAMES } from '@blurcycle/metrics';
import { formatDifference, formatNumber } from '../html/format.ts';
import type { ExperimentInput } from '../inputs/readResults.ts';
import { shownMetric } from './metrics.ts';

/** The part of an experiment that claims are read from. */
type Judged = Pick<ExperimentInput, 'id' | 'table'>;

/** A claim with the experiment that judges it. */
export interface PlacedClaim {
  readonly experiment: string;
  readonly place: string;
  readonly claim: ClaimResult;
}

/** The id of a claim in the page. */
export function claimAnchor(experiment: string, id: string): string {
  return `claim-${experiment}-${id}`;
}

/**
 * The claims of the paper in the order of the page; all claims where tables tell no kinds, as those
 * of the first version.
 */
export function paperClaims(experiments: readonly Judged[]): readonly PlacedClaim[] {
  const all = experiments.flatMap(({ id, table }) =>
    table.claims.map((claim) => ({ experiment: id, place: table.place, claim })),
  );
  const shown = all.some(({ claim }) => claim.kind === 'paper') ? 'paper' : undefined;
  return all.filter(({ claim }) => claim.kind === shown);
}

/** Where a value must be for a claim to hold: between these, exclusive or not. */
export interface Holds {
  readonly from: number;
  readonly to: number;
}

/**
 * The range in which a rule holds; undefined where its right side is no number, so that the limit
 * is not in the rule.
 */
export function holdsWithin(rule: string): Holds | undefined {
  const match = /(<=?|>=?)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*$/i.exec(rule);
  if (match === null) return undefined;
  const limit = Number(match[2]);
  if (match[1].startsWith('>')) return { from: limit, to: Infinity };
  return { from: rule.trimStart().startsWith('abs(') ? -limit : -Infinity, to: limit };
}

/** What the value of a claim is measured in. */
export function claimMetric({ rule }: Pick<ClaimResult, 'rule'>): ReturnType<typeof shownMetric> {
  const names = [...METRIC_NAMES].sort((a, b) => b.length - a.length);
  return shownMetric(names.find((name) => rule.includes(`${name}(`)) ?? rule);
}

/**
 * The value of a claim. Tables of the first version, which do not tell what the interval is over,
 * hold the size of what stands in abs(), newer ones the value with its sign.
 */
export function measured(
  { rule, n }: Pick<ClaimResult, 'rule' | 'n'>,
  value: number,
  digits: number,
): string {
  return n === undefined && rule.includes('abs(')
    ? formatNumber(value, digits)
    : formatDifference(value, digits);
}

/** `+1.52 dB [−1.19, 4.24]`; `no value` where there is none. */
export function shortValue(claim: ClaimResult): string {
  const { value, low, high } = claim;
  if (value === null) return 'no value';
  const { digits, unit } = claimMetric(claim);
  const shown = measured(claim, value, digits);
  const interval =
    low === null || high === null
      ? ''
      : ` [${formatNumber(low, digits)}, ${formatNumber(high, digits)}]`;
  return `${shown}${unit === null ? '' : ` ${unit}`}${interval}`;
}
