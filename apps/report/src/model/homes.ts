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
 * rows all stand in a table with claims, from the same runs or some of them, is a guest of that
 * table; of several tables, of the one with the fewest rows.
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
    .filter(({ table: { claims, rows } }) => claims.length > 0 && holdsRows(rows, table.rows))
    .sort((a, b) => a.table.rows.length - b.table.rows.length);
  return host;
}

/** Whether each row of `guest` is one of `host`, from the same runs or some of them. */
function holdsRows(host: readonly TableRow[], guest: readonly TableRow[]): boolean {
  return guest.every(({ id, condition, runs }) => {
    const row = host.find((one) => one.id === id && one.condition === condition);
    return row !== undefined && runs.every((run) => row.runs.includes(run));
  });
}

/** Whether the rows of a guest have scores of their own: from fewer runs, or of another time. */
export function hasOwnScores(host: Pick<Placed, 'table'>, guest: Pick<Placed, 'table'>): boolean {
  return guest.table.rows.some(({ id, condition, ours }) => {
    const row = host.table.rows.find((one) => one.id === id && one.condition === condition);
    return ours !== null && ours.psnr?.mean !== row?.ours?.psnr?.mean;
  });
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
