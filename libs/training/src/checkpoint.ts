import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readArrayFile, writeArrayFile } from './arrayFile.ts';
import type { ArrayFile, NamedArray } from './decodeArrayFile.ts';
import type { ConsecutiveCounts } from './guards.ts';
import { EMPTY_WINDOW, holdsNumbers, type LossWindow } from './metricsLog.ts';
import type { Selection } from './selection.ts';
import {
  restoreSnapshot,
  snapshotMismatch,
  stateOf,
  takeSnapshot,
  type TrainerState,
  weightsMismatch,
} from './snapshot.ts';
import type { Trainer } from './trainer.ts';

/** State of `fit` between two steps, beside that of the trainer and the source. */
interface Progress {
  /** Losses since the last line of the log. */
  readonly window: LossWindow;
  readonly selection: Selection | null;
  readonly consecutive: ConsecutiveCounts;
  readonly seconds: number;
}

/** Checkpoints of one run in their own folder; the newest two are kept. */
export interface Checkpoints {
  save(progress: Progress): Promise<void>;
  /**
   * Restores trainer and source from the newest intact checkpoint and returns its progress. Without
   * one, or with one of another identity, changes nothing and returns the progress of a new run.
   */
  resume(): Promise<Progress>;
  /** Removes all checkpoints. */
  clear(): Promise<void>;
}

/** What a checkpoint needs beside the trainer. */
export interface CheckpointOptions<State> {
  readonly source: { state(): State; restore(state: State): void };
  /** Hash of all that determines the numbers of the run, as its settings. */
  readonly identity: string;
  /** Receives one line for each damaged checkpoint, and one for checkpoints of another identity. */
  readonly warn: (line: string) => void;
}

interface CheckpointHeader<State> {
  readonly identity: string;
  readonly trainer: TrainerState;
  readonly source: State;
  readonly window: LossWindow;
  /** `Progress.consecutive`; the name is the one that files have. */
  readonly streaks: ConsecutiveCounts;
  readonly seconds: number;
  readonly selection: { readonly step: number; readonly score: number } | null;
}

const KEPT = 2;
const FILE_NAME = /^step-(\d{8})\.checkpoint$/;
/** Before the names of the selected weights in a file. */
const SELECTED = 'best/';

const NEW_RUN: Progress = { window: EMPTY_WINDOW, selection: null, consecutive: {}, seconds: 0 };

/** The checkpoints of `trainer` in `folder`, which is created by the first `save`. */
export function openCheckpoints<State>(
  folder: string,
  trainer: Trainer,
  { source, identity, warn }: CheckpointOptions<State>,
): Checkpoints {
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return {
    clear,
    async save({ window, selection, consecutive, seconds }) {
      const { state, arrays } = await takeSnapshot(trainer);
      const selected = [...(selection?.weights ?? [])].map(
        ([name, array]) => [SELECTED + name, array] as const,
      );
      const header: CheckpointHeader<State> = {
        identity,
        trainer: state,
        source: source.state(),
        window,
        streaks: consecutive,
        seconds,
        selection: selection === null ? null : { step: selection.step, score: selection.score },
      };
      const name = `step-${String(trainer.step).padStart(8, '0')}.checkpoint`;
      await writeArrayFile(join(folder, name), {
        header,
        arrays: new Map([...arrays, ...selected]),
      });
      for (const old of (await checkpointNames(folder)).slice(0, -KEPT))
        await rm(join(folder, old), { force: true });
    },
    async resume() {
      for await (const { path, header, arrays } of checkpoints<State>(folder, warn)) {
        if (header.identity !== identity) {
          warn('the checkpoints found are of other settings or other code: training starts over');
          await clear();
          return NEW_RUN;
        }
        const [own, best] = splitSelected(arrays);
        const snapshot = { state: header.trainer, arrays: own };
        const reason =
          structureMismatch(header, trainer, source) ??
          snapshotMismatch(trainer, snapshot) ??
          (header.selection === null ? null : weightsMismatch(trainer, best));
        if (reason !== null) {
          warn(describeDamage(path, reason));
          continue;
        }
        restoreSnapshot(trainer, snapshot);
        source.restore(header.source);
        return {
          window: header.window,
          consecutive: header.streaks,
          seconds: header.seconds,
          selection: header.selection === null ? null : { ...header.selection, weights: best },
        };
      }
      return NEW_RUN;
    },
  };
}

/** The arrays of a trainer, and those of the selected weights under their own names. */
function splitSelected(arrays: ReadonlyMap<string, NamedArray>): Map<string, NamedArray>[] {
  const [own, best] = [new Map<string, NamedArray>(), new Map<string, NamedArray>()];
  for (const [name, array] of arrays) {
    if (name.startsWith(SELECTED)) best.set(name.slice(SELECTED.length), array);
    else own.set(name, array);
  }
  return [own, best];
}

/**
 * Why a header is not one of this trainer and source before their first step: it must have the keys
 * and kinds of values that they would write now; null where it has.
 */
function structureMismatch<State>(
  { trainer: state, source: saved, window, streaks, seconds, selection }: CheckpointHeader<State>,
  trainer: Trainer,
  source: CheckpointOptions<State>['source'],
): string | null {
  const parts: readonly (readonly [string, boolean])[] = [
    ['trainer', hasStructure(state, stateOf(trainer))],
    ['source', hasStructure(saved, source.state())],
    ['window', hasStructure(window, EMPTY_WINDOW) && holdsNumbers(window.sums)],
    ['streaks', holdsNumbers(streaks)],
    ['seconds', hasStructure(seconds, 0)],
    ['selection', selection === null || hasStructure(selection, { step: 0, score: 0 })],
  ];
  const wrong = parts.find(([, fits]) => !fits);
  return wrong === undefined ? null : `its ${wrong[0]} is none`;
}

/** Whether a value of a file has the keys and kinds of values that one of this program has. */
function hasStructure(found: unknown, own: unknown): boolean {
  // The left over normal deviate of a stream.
  if (own === null) return found === null || typeof found === 'number';
  if (typeof own !== 'object') return typeof found === typeof own;
  if (typeof found !== 'object' || found === null) return false;
  if (Array.isArray(own) || Array.isArray(found)) {
    if (!Array.isArray(own) || !Array.isArray(found) || own.length !== found.length) return false;
    return found.every((value, i) => hasStructure(value, own[i]));
  }
  const entries = new Map(Object.entries(found));
  return Object.entries(own).every(([key, value]) => hasStructure(entries.get(key), value));
}

/**
 * Whose the newest checkpoint in a folder is: what `CheckpointOptions.identity` was; null where
 * there is none that can be read.
 */
export async function checkpointIdentity(folder: string): Promise<string | null> {
  for await (const { header } of checkpoints(folder, () => undefined)) return header.identity;
  return null;
}

/** Names of the checkpoints, the oldest first; none if there is no folder. */
async function checkpointNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((name) => FILE_NAME.test(name)).sort();
}

/** A checkpoint as far as it does not depend on a trainer. */
interface Checkpoint<State> extends ArrayFile {
  readonly path: string;
  readonly header: CheckpointHeader<State>;
}

/** The checkpoints of a folder, the newest first, but for damaged ones: a warning each. */
async function* checkpoints<State>(
  folder: string,
  warn: (line: string) => void,
): AsyncGenerator<Checkpoint<State>> {
  for (const name of (await checkpointNames(folder)).reverse()) {
    const path = join(folder, name);
    const file = await readArrayFile(path).catch((error: unknown) => {
      warn(describeDamage(path, String(error)));
    });
    if (file === undefined) continue;
    const { header } = file;
    if (namesIdentity<State>(header)) yield { ...file, path, header };
    else warn(describeDamage(path, 'it says not of what it is'));
  }
}

function namesIdentity<State>(header: unknown): header is CheckpointHeader<State> {
  if (typeof header !== 'object' || header === null) return false;
  return 'identity' in header && typeof header.identity === 'string';
}

function describeDamage(path: string, reason: string): string {
  return `checkpoint ${path} is damaged, going back to the one before it (${reason})`;
}
