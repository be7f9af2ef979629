import { InputError } from '@blurcycle/core';
import type { Hashes } from '@blurcycle/experiment';

/** Names that a reason spells out. */
const NAMED = 3;

/**
 * What is no longer the data that a result was made of, in one phrase; empty when all is the same.
 *
 * @param recorded - Inputs by the record of the result.
 * @param read - Gives the data as they are now, as far as they are there.
 */
export async function dataChange(
  recorded: Hashes,
  read: () => Hashes | Promise<Hashes>,
): Promise<string> {
  let now: Hashes;
  try {
    now = await read();
  } catch (error) {
    // On a machine without the stacks a result is still a result, but nobody can say that it is up
    // to date.
    if (!(error instanceof InputError)) throw error;
    return `its data cannot be found: ${error.message}`;
  }
  const changed = Object.keys(now)
    .filter((name) => recorded[name] !== now[name])
    .sort();
  if (changed.length === 0) return '';
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
  return `its data changed: ${changed.slice(0, NAMED).join(', ')}${more}`;
}
