import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readArrayFile, writeArrayFile, type ArrayFile, type NamedArray } from './arrayFile.ts';
import type { ConsecutiveCounts } from './guards.ts';
import { EMPTY_WINDOW, type LossWindow } from './metricsLog.ts';
import type { Selection } from './selection.ts';
import { restoreSnapshot, takeSnapshot, type TrainerState } from './snapshot.ts';
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
      const found = await newestIntact(folder, warn);
      if (found === null) return NEW_RUN;
      const header = found.header as CheckpointHeader<State>;
      if (header.identity !== identity) {
        warn('the checkpoints found are of other settings or other code: training starts over');
        await clear();
        return NEW_RUN;
      }
      restoreSnapshot(trainer, { state: header.trainer, arrays: found.arrays });
      source.restore(header.source);
      const weights = new Map<string, NamedArray>();
      for (const [name, array] of found.arrays) {
        if (name.startsWith(SELECTED)) weights.set(name.slice(SELECTED.length), array);
      }
      return {
        window: header.window,
        consecutive: header.streaks,
        seconds: header.seconds,
        selection: header.selection === null ? null : { ...header.selection, weights },
      };
    },
  };
}

/**
 * Whose the newest checkpoint in a folder is: what `CheckpointOptions.identity` was; null where
 * there is none that can be read.
 */
export async function checkpointIdentity(folder: string): Promise<string | null> {
  const found = await newestIntact(folder, () => undefined);
  return found === null ? null : (found.header as CheckpointHeader<unknown>).identity;
}

/** Names of the checkpoints, the oldest first; none if there is no folder. */
async function checkpointNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((name) => FILE_NAME.test(name)).sort();
}

/** Skips damaged checkpoints with a warning. */
async function newestIntact(
  folder: string,
  warn: (line: string) => void,
): Promise<ArrayFile | null> {
  for (const name of (await checkpointNames(folder)).reverse()) {
    try {
      return await readArrayFile(join(folder, name));
    } catch (error) {
      warn(
        `checkpoint ${join(folder, name)} is damaged, going back to the one before it (${String(error)})`,
      );
    }
  }
  return null;
}
