import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { NamedArray } from './arrayFile.ts';
import { createCheckpointStore, type CheckpointStore } from './checkpointStore.ts';
import { assertFiniteLosses, assertOutputVaries } from './guards.ts';
import { addToWindow, EMPTY_WINDOW, windowMeans, type LossWindow } from './lossWindow.ts';
import { createMetricsLog } from './metricsLog.ts';
import { selectionScore, type Selection, type SelectionRule, type ValidationValues } from './selection.ts';
import { readGeneratorWeights, restoreSnapshot, takeSnapshot, type TrainerState } from './snapshot.ts';
import { trainStep, type LossValues, type Sample } from './trainStep.ts';
import type { Trainer } from './trainer.ts';

/** Where training samples come from, in an order that can be saved and continued. */
export interface SampleSource<State = unknown> {
  next(): Sample;
  state(): State;
  restore(state: State): void;
}

/** How long, and how often what happens. Counts are generator updates. */
export interface Schedule {
  readonly updates: number;
  readonly logEvery: number;
  readonly validateEvery: number;
  readonly checkpointEvery: number;
  readonly select: SelectionRule;
}

/** What `fit` needs beside the trainer. */
export interface FitOptions<State = unknown> {
  readonly source: SampleSource<State>;
  readonly schedule: Schedule;
  /** Folder of the run: metrics.jsonl and checkpoint/ go there. */
  readonly folder: string;
  /** What decides the numbers of the run (settings, seed, code): a checkpoint of another identity is not continued. */
  readonly identity: string;
  /** Go on from the last checkpoint, where there is one. Otherwise start over. */
  readonly resume: boolean;
  readonly validate: () => Promise<ValidationValues>;
  /** Called after every step. */
  readonly onStep?: (step: number, losses: LossValues) => void;
  readonly warn: (line: string) => void;
  /** Aborted: finish the step, save, return. */
  readonly stop?: AbortSignal;
}

/** How a fit ended. */
export interface FitResult {
  /** False when it was stopped before its last update. */
  readonly finished: boolean;
  /** Best weights by the schedule's rule; null when it was stopped before the first validation. */
  readonly selection: Selection | null;
}

interface CheckpointHeader<State> {
  readonly identity: string;
  readonly trainer: TrainerState;
  readonly source: State;
  readonly window: LossWindow;
  readonly selection: { readonly step: number; readonly score: number } | null;
}

/**
 * Trains to the end of the schedule, or goes on from where an earlier call was stopped and ends with the same bits.
 *
 * @throws {TrainingFailure} If a loss is not finite, or the output is constant at the end.
 */
export async function fit<State>(trainer: Trainer, options: FitOptions<State>): Promise<FitResult> {
  const { source, schedule, folder, validate, stop } = options;
  const checkpoints = createCheckpointStore(join(folder, 'checkpoint'), options.warn);
  const log = createMetricsLog(join(folder, 'metrics.jsonl'));
  if (!options.resume) await checkpoints.clear();
  let { window, selection } = await resume(trainer, options, checkpoints);
  await log.rewindTo(trainer.step);

  const save = async (): Promise<void> => {
    const { state, arrays } = await takeSnapshot(trainer);
    const best = [...(selection?.weights ?? [])].map(([name, array]) => [`best/${name}`, array] as const);
    const header: CheckpointHeader<State> = {
      identity: options.identity,
      trainer: state,
      source: source.state(),
      window,
      selection: selection === null ? null : { step: selection.step, score: selection.score },
    };
    await checkpoints.save(trainer.step, { header, arrays: new Map([...arrays, ...best]) });
  };

  while (trainer.step < schedule.updates) {
    // On a CPU a step waits for nothing: without a pause signals would be heard only when a file is written.
    await setImmediate();
    if (stop?.aborted === true) {
      await save();
      return { finished: false, selection };
    }
    const losses = await trainStep(trainer, source.next());
    const { step } = trainer;
    const last = step === schedule.updates;
    assertFiniteLosses(step, losses);
    window = addToWindow(window, losses);
    options.onStep?.(step, losses);
    if (step % schedule.logEvery === 0 || last) {
      await log.append({ step, kind: 'train', values: windowMeans(window) });
      window = EMPTY_WINDOW;
    }
    if (step % schedule.validateEvery === 0 || last) {
      const values = await validate();
      await log.append({ step, kind: 'validation', values: { ...values } });
      if (last) assertOutputVaries(step, values.outputStandardDeviation);
      const score = selectionScore(schedule.select, step, values);
      if (selection === null || score > selection.score) {
        selection = { step, score, weights: await readGeneratorWeights(trainer) };
      }
    }
    if (step % schedule.checkpointEvery === 0 || last) await save();
  }
  return { finished: true, selection };
}

async function resume<State>(
  trainer: Trainer,
  { source, identity, warn }: FitOptions<State>,
  checkpoints: CheckpointStore,
): Promise<{ window: LossWindow; selection: Selection | null }> {
  const found = await checkpoints.latest();
  if (found === null) return { window: EMPTY_WINDOW, selection: null };
  const header = found.header as CheckpointHeader<State>;
  if (header.identity !== identity) {
    warn('the checkpoints found are of other settings or other code: training starts over');
    await checkpoints.clear();
    return { window: EMPTY_WINDOW, selection: null };
  }
  restoreSnapshot(trainer, { state: header.trainer, arrays: found.arrays });
  source.restore(header.source);
  const weights = new Map<string, NamedArray>();
  for (const [name, array] of found.arrays) {
    if (name.startsWith('best/')) weights.set(name.slice('best/'.length), array);
  }
  return {
    window: header.window,
    selection: header.selection === null ? null : { ...header.selection, weights },
  };
}
