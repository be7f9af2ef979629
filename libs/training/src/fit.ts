import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { NamedArray } from './arrayFile.ts';
import { createCheckpointStore, type CheckpointStore } from './checkpointStore.ts';
import { assertFiniteLosses, watchDiscriminators, watchOutput, type Streaks } from './guards.ts';
import { addToWindow, EMPTY_WINDOW, windowMeans, type LossWindow } from './lossWindow.ts';
import { createMetricsLog } from './metricsLog.ts';
import {
  chooseByEachRule,
  selectionScore,
  type Choice,
  type Selection,
  type SelectionRule,
  type ValidationValues,
} from './selection.ts';
import {
  readGeneratingWeights,
  restoreSnapshot,
  takeSnapshot,
  type TrainerState,
} from './snapshot.ts';
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
  /**
   * What decides the numbers of the run (settings, seed, code): a checkpoint of another identity is
   * not continued.
   */
  readonly identity: string;
  /** Go on from the last checkpoint, where there is one. Otherwise start over. */
  readonly resume: boolean;
  readonly validate: () => Promise<ValidationValues>;
  /** Called once, with the update from which training starts or goes on. */
  readonly onStart?: (step: number) => void;
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
  /** What each rule would have chosen of the checkpoints looked at so far. */
  readonly choices: Partial<Record<SelectionRule, Choice>>;
  /**
   * Time spent up to here, that of earlier processes included, but not what a killed one had not
   * saved.
   */
  readonly seconds: number;
}

/** What `fit` keeps in mind between two steps. */
interface Progress {
  /** Losses since the last line of the log. */
  readonly window: LossWindow;
  readonly selection: Selection | null;
  /** How long the discriminators have been ill. */
  readonly streaks: Streaks;
  readonly seconds: number;
}

interface CheckpointHeader<State> {
  readonly identity: string;
  readonly trainer: TrainerState;
  readonly source: State;
  readonly window: LossWindow;
  readonly streaks: Streaks;
  readonly seconds: number;
  readonly selection: { readonly step: number; readonly score: number } | null;
}

/**
 * Trains to the end of the schedule, or goes on from where an earlier call was stopped and ends
 * with the same bits.
 *
 * @throws {TrainingFailure} If a loss is not finite, a discriminator has won or collapsed for long,
 *   or the output is constant at two validations on end or at the last. The checkpoints stay.
 */
export async function fit<State>(trainer: Trainer, options: FitOptions<State>): Promise<FitResult> {
  const { source, schedule, folder, validate, stop } = options;
  const checkpoints = createCheckpointStore(join(folder, 'checkpoint'), options.warn);
  const log = createMetricsLog(join(folder, 'metrics.jsonl'));
  if (!options.resume) await checkpoints.clear();
  const begun = performance.now();
  const earlier = await resume(trainer, options, checkpoints);
  let { window, selection, streaks } = earlier;
  await log.rewindTo(trainer.step);
  options.onStart?.(trainer.step);
  const seconds = (): number => earlier.seconds + (performance.now() - begun) / 1000;

  const save = async (): Promise<void> => {
    const { state, arrays } = await takeSnapshot(trainer);
    const best = [...(selection?.weights ?? [])].map(
      ([name, array]) => [`best/${name}`, array] as const,
    );
    const header: CheckpointHeader<State> = {
      identity: options.identity,
      trainer: state,
      source: source.state(),
      window,
      streaks,
      seconds: seconds(),
      selection: selection === null ? null : { step: selection.step, score: selection.score },
    };
    await checkpoints.save(trainer.step, { header, arrays: new Map([...arrays, ...best]) });
  };

  const finish = async (finished: boolean): Promise<FitResult> => {
    const looked = (await log.read()).flatMap((line) => (line.kind === 'validation' ? [line] : []));
    const choices = chooseByEachRule(looked);
    return { finished, selection, choices, seconds: seconds() };
  };

  while (trainer.step < schedule.updates) {
    // On a CPU a step waits for nothing: without a pause signals would be heard only when a file is
    // written.
    await setImmediate();
    if (stop?.aborted === true) {
      await save();
      return finish(false);
    }
    const losses = await trainStep(trainer, source.next());
    const { step } = trainer;
    const last = step === schedule.updates;
    assertFiniteLosses(step, losses);
    streaks = watchDiscriminators(step, losses, trainer.objective.ganLoss, streaks);
    window = addToWindow(window, losses);
    options.onStep?.(step, losses);
    if (step % schedule.logEvery === 0 || last) {
      await log.append({ step, kind: 'train', values: windowMeans(window) });
      window = EMPTY_WINDOW;
    }
    if (step % schedule.validateEvery === 0 || last) {
      const values = await validate();
      await log.append({ step, kind: 'validation', values });
      streaks = watchOutput(step, values.outputStandardDeviation, last, streaks);
      const score = selectionScore(schedule.select, step, values);
      if (selection === null || score > selection.score) {
        selection = { step, score, weights: await readGeneratingWeights(trainer) };
      }
    }
    if (step % schedule.checkpointEvery === 0 || last) await save();
  }
  return finish(true);
}

const NOTHING_YET: Progress = { window: EMPTY_WINDOW, selection: null, streaks: {}, seconds: 0 };

async function resume<State>(
  trainer: Trainer,
  { source, identity, warn }: FitOptions<State>,
  checkpoints: CheckpointStore,
): Promise<Progress> {
  const found = await checkpoints.latest();
  if (found === null) return NOTHING_YET;
  const header = found.header as CheckpointHeader<State>;
  if (header.identity !== identity) {
    warn('the checkpoints found are of other settings or other code: training starts over');
    await checkpoints.clear();
    return NOTHING_YET;
  }
  restoreSnapshot(trainer, { state: header.trainer, arrays: found.arrays });
  source.restore(header.source);
  const weights = new Map<string, NamedArray>();
  for (const [name, array] of found.arrays) {
    if (name.startsWith('best/')) weights.set(name.slice('best/'.length), array);
  }
  return {
    window: header.window,
    streaks: header.streaks,
    seconds: header.seconds,
    selection: header.selection === null ? null : { ...header.selection, weights },
  };
}
