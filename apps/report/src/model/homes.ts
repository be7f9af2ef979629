import type { TableRow } from '@blurcycle/experiment';
import type { ExperimentInput } from '../inputs/readResults.ts';

/** What decides where an experiment is shown. */
type Placed = Pick<ExperimentInput, 'id' | 'table' | 'blocks'>;

/** An experiment with those whose figures stand inside its section. */
interface Home<T extends Placed> {
  readonly experiment: T;
  readonly guests: readonly T[];
}

/**
 * Puts figures beside the numbers they belong to: an experiment that shows volumes alone, and whose
 * rows all stand in a table with claims, from the same runs, is a guest of that table; of several
 * tables, of the one with the fewest rows.
 */
export function findHomes<T extends Placed>(experiments: readonly T[]): readonly Home<T>[] {
  const hosts = new Map(experiments.map((one) => [one.id, hostOf(one, experiments)?.id]));
  return experiments
    .filter(({ id }) => hosts.get(id) === undefined)
    .map((experiment) => ({
      experiment,
      guests: experiments.filter(({ id }) => hosts.get(id) === experiment.id),
    }));
}

function hostOf<T extends Placed>(guest: T, experiments: readonly T[]): T | undefined {
  const { table, blocks } = guest;
  const isFigure =
    table.claims.length === 0 &&
    table.rows.length > 0 &&
    table.rows.every(({ paper }) => paper === null) &&
    blocks.length > 0 &&
    blocks.every(({ kind }) => kind === 'volumes');
  if (!isFigure) return undefined;
  const [host] = experiments
    .filter((one) => {
      const held = new Set(one.table.rows.map(keyOf));
      return one.table.claims.length > 0 && table.rows.every((row) => held.has(keyOf(row)));
    })
    .sort((a, b) => a.table.rows.length - b.table.rows.length);
  return host;
}

function keyOf({ id, condition, runs }: TableRow): string {
  return JSON.stringify([id, condition ?? null, runs]);
}

/** The blocks of a host without the volumes that a guest shows just so. */
export function withoutRepeats<T extends Placed>(
  host: T,
  guests: readonly T[],
): ExperimentInput['blocks'] {
  const stacksOf = (block: ExperimentInput['blocks'][number]): string =>
    block.kind === 'volumes'
      ? block.items.map(({ id, png }) => `${id} ${png.toString('base64')}`).join()
      : '';
  const shown = new Set(guests.flatMap(({ blocks }) => blocks.map(stacksOf)));
  return host.blocks.filter((block) => block.kind !== 'volumes' || !shown.has(stacksOf(block)));
}
