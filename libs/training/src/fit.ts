import type { SelectionRule } from '@blurcycle/core';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openCheckpoints, type CheckpointOptions } from './checkpoint.ts';
import { assertFiniteLosses, watchDiscriminators, watchOutput } from './guards.ts';
import { addToWindow, createMetricsLog, EMPTY_WINDOW, windowMeans } from './metricsLog.ts';
import {
  chooseByEachRule,
  selectionScore,
  type Choice,
  type Selection,
  type ValidationValues,
} from './selection.ts';
import { hashWeights, readAverageWeights, readGeneratingWeights } from './snapshot.ts';
import { trainStep, type LossValues, type Sample } from './trainStep.ts';
import type { Trainer } from './trainer.ts';

/** Training samples, in an order that can be saved and resumed. */
export interface SampleSource<State = unknown> {
  next(): Sample;
  state(): State;
  restore(state: State): void;
}

/** Length of the training and intervals of its periodic tasks, in generator updates. */
interface Schedule {
  readonly updates: number;
  readonly logEvery: number;
  readonly validateEvery: number;
  readonly checkpointEvery: number;
  readonly select: SelectionRule;
}

/** Data, schedule and callbacks of `fit`. */
export interface FitOptions<State = unknown> extends CheckpointOptions<State> {
  readonly source: SampleSource<State>;
  readonly schedule: Schedule;
  /** Folder of the run; holds metrics.jsonl and checkpoint/. */
  readonly folder: string;
  /** Resume from the last checkpoint, if there is one. Otherwise start over. */
  readonly resume: boolean;
  readonly validate: () => Promise<ValidationValues>;
  /** Called once, with the update that training starts or resumes from. */
  readonly onStart?: (step: number) => void;
  /** Called after every step. */
  readonly onStep?: (step: number, losses: LossValues) => void;
  /** Called before anything is written; what it throws ends the training. */
  readonly beforeWrite?: () => void;
  /** When aborted, `fit` finishes the step, saves a checkpoint and returns. */
  readonly stop?: AbortSignal;
}

/** Outcome of `fit`. */
export interface FitResult {
  /** False if it was stopped before the last update. */
  readonly finished: boolean;
  /** Best weights by the schedule's rule; null if it was stopped before the first validation. */
  readonly selection: Selection | null;
  /** The choice of each rule among the validations so far. */
  readonly choices: Partial<Record<SelectionRule, Choice>>;
  /**
   * Duration so far in seconds, including earlier processes, without what a killed process had not
   * saved.
   */
  readonly seconds: number;
}

/**
 * Trains to the end of the schedule, or resumes where an earlier call was stopped; the weights and
 * the log are the same, bit for bit.
 *
 * @throws {TrainingFailure} If a loss is not finite, a discriminator has won or collapsed for 200
 *   consecutive updates, or the output is constant at two consecutive validations or at the last.
 *   The checkpoints are kept.
 */
export async function fit<State>(trainer: Trainer, options: FitOptions<State>): Promise<FitResult> {
  const { source, schedule, folder, validate, stop } = options;
  const checkpoints = openCheckpoints(join(folder, 'checkpoint'), trainer, options);
  const log = createMetricsLog(join(folder, 'metrics.jsonl'));
  if (!options.resume) await checkpoints.clear();
  const begun = performance.now();
  const earlier = await checkpoints.resume();
  let { window, selection, consecutive } = earlier;
  await log.rewindTo(trainer.step);
  options.onStart?.(trainer.step);
  const seconds = (): number => earlier.seconds + (performance.now() - begun) / 1000;
  const save = async (): Promise<void> => {
    options.beforeWrite?.();
    await checkpoints.save({ window, selection, consecutive, seconds: seconds() });
  };
  const append = async (line: Parameters<typeof log.append>[0]): Promise<void> => {
    options.beforeWrite?.();
    await log.append(line);
  };
  const finish = (finished: boolean): FitResult => {
    const validations = log.read().filter((line) => line.kind === 'validation');
    return { finished, selection, choices: chooseByEachRule(validations), seconds: seconds() };
  };

  while (trainer.step < schedule.updates) {
    // A step on a CPU never waits: without this pause Node would handle signals only while a file
    // is written.
    await setImmediate();
    if (stop?.aborted === true) {
      await save();
      return finish(false);
    }
    const losses = await trainStep(trainer, source.next());
    const { step } = trainer;
    const last = step === schedule.updates;
    assertFiniteLosses(step, losses);
    consecutive = watchDiscriminators(step, losses, trainer.objective.ganLoss, consecutive);
    window = addToWindow(window, losses);
    options.onStep?.(step, losses);
    if (step % schedule.logEvery === 0 || last) {
      const weights = await hashWeights(trainer);
      await append({ step, kind: 'train', values: windowMeans(window), weights });
      window = EMPTY_WINDOW;
    }
    if (step % schedule.validateEvery === 0 || last) {
      const values = await validate();
      await append({ step, kind: 'validation', values });
      consecutive = watchOutput(step, values.outputStandardDeviation, last, consecutive);
      const score = selectionScore(schedule.select, step, values);
      if (selection === null || score > selection.score) {
        const read = schedule.select === 'average' ? readAverageWeights : readGeneratingWeights;
        selection = { step, score, weights: await read(trainer) };
      }
    }
    if (step % schedule.checkpointEvery === 0 || last) await save();
  }
  return finish(true);
}
