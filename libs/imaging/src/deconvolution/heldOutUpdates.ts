import type { Volume } from '@blurcycle/core';
import { splitElectrons } from './splitElectrons.ts';

/** What to search with. */
interface HeldOutSearch {
  readonly electronsPerCount?: number;
  /** 1 for voxels to believe, 0 for others. */
  readonly mask?: Float32Array | undefined;
  /** Runs the updates on an image, until `endsAt`, called at the start and after each, is true. */
  readonly update: (
    training: Volume,
    endsAt: (done: number, expected: Float32Array) => boolean,
  ) => void;
}

/** Where to end. */
interface HeldOutEnd {
  readonly updates: number;
  /** Whether more were tried and predicted the held-out electrons less well. */
  readonly isBest: boolean;
  readonly electronsPerCount: number;
}

/** The likelihood falls slowly past its maximum: this many updates more, at least, ... */
const MORE = 5;
/** ... or this part of those until it. */
const PART = 0.25;

/**
 * The number of updates that predicts held-out electrons best.
 *
 * The electrons of an image are split in halves (`splitElectrons`). Updates run on one; after each,
 * its expected image m predicts the other: L = Σ n ln λ - λ with λ = (g m + r) / 2, the Poisson
 * log-likelihood but for a constant. L rises while updates find the object, and falls once they fit
 * the noise of their half. It weighs each voxel by its own noise, and needs no noise level.
 *
 * Two things make the number another than the best of all data: half of the electrons are noisier
 * (fewer updates), and an expected image suffers less from noise than the object (more). See the
 * tests for how near it comes.
 *
 * Cost: a run of its own, of three blurs instead of two for each update.
 *
 * @param observed - Counts above the offset, at least 0.
 */
export function heldOutUpdates(
  where: string,
  observed: Volume,
  psf: Volume,
  { electronsPerCount: given, mask, update }: HeldOutSearch,
): HeldOutEnd {
  const split = splitElectrons(where, observed, psf, given);
  const { training, heldOut, electronsPerCount, readVariance } = split;
  let best = { updates: 1, likelihood: -Infinity };
  let last = 0;
  update(training, (done, expected) => {
    last = done;
    let likelihood = 0;
    for (let i = 0; i < heldOut.length; i++) {
      if (mask !== undefined && mask[i] === 0) continue;
      const mean = (electronsPerCount * expected[i] + readVariance) / 2;
      likelihood += heldOut[i] * Math.log(mean) - mean;
    }
    if (done > 0 && likelihood > best.likelihood) best = { updates: done, likelihood };
    return done >= best.updates + Math.max(MORE, PART * best.updates);
  });
  const { updates } = best;
  return { updates, isBest: updates < last, electronsPerCount };
}
