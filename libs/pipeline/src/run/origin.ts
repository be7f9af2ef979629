import {
  type Hashes,
  NUMERICS,
  type Recipe,
  type RunRecord,
  stageKeys,
} from '@blurcycle/experiment';
import { codeHash } from './codeHash.ts';

/** What a record says of its origin, to be judged by later. */
export interface Origin {
  readonly numerics: NonNullable<RunRecord['numerics']>;
  readonly keys: NonNullable<RunRecord['keys']>;
  readonly code: string;
}

/**
 * Versions, keys and code of a result that is made now.
 *
 * @param sources - SHA-256 of the files that its first stage reads.
 */
export async function originOf(recipe: Recipe, sources: Hashes): Promise<Origin> {
  const keys = stageKeys(recipe, sources);
  return { numerics: { ...NUMERICS }, keys: { ...keys }, code: await codeHash() };
}
