import type { Volume } from '@blurcycle/core';
import type { Pair } from '@blurcycle/data';

/** A blurred volume, and what it shows where that is known. */
export interface Observation extends Omit<Pair, 'sharp'> {
  readonly sharp: Volume | null;
}

/** Observations as pairs, for what only data with a truth are used for. */
export function withTruth(observations: readonly Observation[]): Pair[] {
  return observations.map(({ sharp, ...rest }) => {
    if (sharp === null) throw new Error(`internal: the truth of ${rest.id} is not known`);
    return { ...rest, sharp };
  });
}
