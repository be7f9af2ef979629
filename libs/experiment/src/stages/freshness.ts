import type { Hashes } from '../records/records.ts';
import { describeChanges, type Recipe } from './keys.ts';
import { NUMERICS_HISTORY, STAGES, type Numerics, type Stage } from './numerics.ts';

/**
 * Whether a result can be used as it is.
 *
 * - `done and proved`: made by the code of now, or its kind was replayed with the code of now.
 * - `done`: made by the same settings and the same version of the numbers; the code has been tidied
 *   since.
 * - `stale`: the same settings, or the code of now, would give other numbers.
 * - `failed`, `missing`: there is no result.
 * - `not stored here`: an intermediate (data, weights, predictions) that is not on this machine.
 *   The results made of it stay what they are.
 */
export type State = 'done and proved' | 'done' | 'stale' | 'failed' | 'missing' | 'not stored here';

/** The verdict on a result. */
export interface Freshness {
  readonly state: State;
  /** The first stage that is not as it would be now; null where there is none. */
  readonly stage: Stage | null;
  /** What changed, why there is none, or what is lacking; one line, empty where all is well. */
  readonly reason: string;
}

/** Whether a result can be used as it is. */
export function isDone({ state }: Pick<Freshness, 'state'>): boolean {
  return state === 'done' || state === 'done and proved';
}

/** What the record of a result says of how it was made. */
export interface Recorded {
  readonly found: 'record';
  readonly recipe: Recipe;
  /** Versions of the numbers that made it. */
  readonly numerics: Numerics;
  /** SHA-256 of what went in, by name. */
  readonly inputs: Hashes;
  /** Hash of the code that made it; undefined in records of the first version. */
  readonly code: string | undefined;
  /** Why it failed; null where it did not. */
  readonly error: string | null;
  /** Names of the metrics that were computed; null for a result that has no scores. */
  readonly metrics: readonly string[] | null;
}

/** Files on the way to a result, which need not be kept. */
interface Intermediate {
  readonly found: 'files';
  /** SHA-256 as the record has them, by name. */
  readonly recorded: Hashes;
  /** SHA-256 of those that are on this machine. */
  readonly here: Hashes;
}

/** No record to go by, and why: there is none, or what there is cannot be read. */
interface Unrecorded {
  readonly found: 'nothing' | 'unreadable';
  readonly reason: string;
}

/** What there is of a result. */
export type Found = Recorded | Intermediate | Unrecorded;

/** What a result would be made of now. */
export interface Now {
  readonly recipe: Recipe;
  readonly numerics: Numerics;
  /**
   * SHA-256 of what would go in, by name. A file that is left out is not on this machine and says
   * nothing; null says that the file should be there and is gone.
   */
  readonly inputs: Readonly<Record<string, string | null>>;
  /** Why nobody can say what would go in: stacks that are not there; null where it is known. */
  readonly problem: string | null;
  /** Names of the metrics that would be computed. */
  readonly metrics: readonly string[];
  /** Hash of the code; null where it is not known. */
  readonly code: string | null;
  /** Whether a result of its kind has been replayed by the code of now with the same numbers. */
  readonly replayed: boolean;
}

/**
 * Judges a result: compares what its record says with what it would be made of now.
 *
 * Pure: whoever calls it has read the files. A result is stale exactly where the key of one of its
 * stages differs, or a file that went in has other bytes now; a file that is not on this machine
 * says nothing.
 */
export function freshness(found: Found, now: Now): Freshness {
  switch (found.found) {
    case 'nothing':
      return { state: 'missing', stage: null, reason: found.reason };
    case 'unreadable':
      return { state: 'stale', stage: null, reason: found.reason };
    case 'files':
      return judgeFiles(found);
    case 'record':
      return judgeRecord(found, now);
  }
}

function judgeRecord(record: Recorded, now: Now): Freshness {
  if (record.error !== null) return { state: 'failed', stage: null, reason: record.error };
  const changes = [...changedStages(record, now), ...changedFiles(record.inputs, now)];
  if (changes.length > 0) {
    const reason = shortened([...new Set(changes.map(({ what }) => what))]);
    return { state: 'stale', stage: changes[0].stage, reason };
  }
  const proved = now.replayed || (record.code !== undefined && record.code === now.code);
  const state = proved ? 'done and proved' : 'done';
  const { metrics } = record;
  const lacking = metrics === null ? [] : now.metrics.filter((name) => !metrics.includes(name));
  if (lacking.length === 0) return { state, stage: null, reason: '' };
  return { state, stage: 'scores', reason: `not scored yet: ${lacking.join(', ')}` };
}

/** Changes that are told one by one; a table may have hundreds. */
const MOST_TOLD = 8;

function shortened(changes: readonly string[]): string {
  const more = changes.length - MOST_TOLD;
  const told = changes.slice(0, MOST_TOLD).join('; ');
  return more > 0 ? `${told}; and ${more} more` : told;
}

/** One thing that is not as it would be now. */
interface Change {
  readonly stage: Stage;
  readonly what: string;
}

/** Settings and versions that differ, in the order of the stages. */
function changedStages(before: Recorded, now: Now): Change[] {
  return STAGES.flatMap((stage) => {
    const [was, is] = [before.recipe[stage], now.recipe[stage]];
    if (was === undefined && is === undefined) return [];
    if (was === undefined) return [{ stage, what: 'its predictions were not scored' }];
    const phrases = describeChanges(was, is ?? {}).map(withoutKeys);
    const [from, to] = [before.numerics[stage], now.numerics[stage]];
    if (from !== to) phrases.push(`NUMERICS.${stage}: ${from} -> ${to}${reasonOf(stage, from)}`);
    return phrases.map((what) => ({ stage, what }));
  });
}

/** Of the keys of a row's runs a table says only that they changed: runs say what did. */
function withoutKeys(change: string): string {
  return change.replace(/^(rows\.[^:]+\.runs): .+$/, '$1: other settings');
}

function reasonOf(stage: Stage, since: number): string {
  const reasons = NUMERICS_HISTORY[stage].slice(since).map(({ what }) => what);
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

/** Names of the weights that a test of a trained model takes in. */
export const WEIGHTS = 'model/generator.weights';

/** Files that have other bytes now than went in, that are new, or that are gone. */
function changedFiles(before: Hashes, { inputs, problem, recipe }: Now): Change[] {
  if (problem !== null) return [{ stage: 'data', what: `its data cannot be found: ${problem}` }];
  const names = differingNames(before, inputs);
  if (recipe.table !== undefined) {
    const what = (name: string): string => {
      if (inputs[name] === null) return `${name} is gone`;
      return name in before ? `${name} changed` : `${name} is new`;
    };
    return names.length === 0 ? [] : [{ stage: 'table', what: list(names.map(what)) }];
  }
  const data = names.filter((name) => name !== WEIGHTS);
  return [
    ...(data.length < names.length
      ? [{ stage: 'training', what: 'the run was trained again' } as const]
      : []),
    ...(data.length > 0
      ? [{ stage: 'data', what: `its data changed: ${list(data)}` } as const]
      : []),
  ];
}

function judgeFiles({ recorded, here }: Intermediate): Freshness {
  const wrong = differingNames(recorded, here);
  if (wrong.length > 0) {
    return { state: 'stale', stage: null, reason: `other bytes than recorded: ${list(wrong)}` };
  }
  const absent = Object.keys(recorded).filter((name) => !(name in here));
  if (absent.length === 0) return { state: 'done', stage: null, reason: '' };
  return { state: 'not stored here', stage: null, reason: `not stored here: ${list(absent)}` };
}

/** Names under which something stands in `now` that `before` does not have, or has otherwise. */
function differingNames(before: Hashes, now: Now['inputs']): string[] {
  return Object.keys(now)
    .filter((name) => (before[name] ?? null) !== now[name])
    .sort();
}

/** Names that a reason spells out. */
const NAMED = 3;

function list(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}
