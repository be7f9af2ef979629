import { InputError } from '@blurcycle/core';
import {
  kindKey,
  type Now,
  NUMERICS,
  proves,
  readReplay,
  type Recipe,
  type Replay,
} from '@blurcycle/experiment';
import { METRIC_NAMES } from '@blurcycle/metrics/registry';
import { codeHash } from '../run/codeHash.ts';

/** What the results of a profile are judged by. */
export interface Today {
  readonly resultsDir: string;
  readonly profile: string;
  /** Hash of the code that makes numbers. */
  readonly code: string;
  /** The certificate of the profile; undefined where there is none. */
  readonly replay: Replay | undefined;
}

/** Looks at the code and at the certificate, once for many results. */
export async function readToday(resultsDir: string, profile: string): Promise<Today> {
  const code = await codeHash();
  return { resultsDir, profile, code, replay: readCertificate(resultsDir, profile) };
}

/**
 * What a result would be made of now.
 *
 * @param data - What would go in.
 * @param kind - Name of its kind in the certificate. @defaultValue the recipe without its seed
 */
export function nowOf(
  { code, replay }: Today,
  recipe: Recipe,
  { inputs, problem }: Pick<Now, 'inputs' | 'problem'>,
  kind: string = kindKey(recipe),
): Now {
  const replayed = proves(replay, code, kind);
  return { recipe, inputs, problem, code, replayed, numerics: NUMERICS, metrics: METRIC_NAMES };
}

/** A certificate that is damaged proves nothing. */
function readCertificate(resultsDir: string, profile: string): Replay | undefined {
  try {
    return readReplay(resultsDir, profile);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}
