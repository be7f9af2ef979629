/**
 * @file The second entry of the library, `@blurcycle/pipeline/plan`: what only looks at results. It
 *   loads no tensors, so that `list` and `plan` start at once.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Precision } from '@blurcycle/core';
import {
  classicalRuns,
  type Freshness,
  isDone,
  type ResolvedExperiment,
  type ResolvedRun,
  runDirectory,
  type RunRecord,
  type State,
  testKey,
  WEIGHTS,
} from '@blurcycle/experiment';
import { classicalResult, type Result, runResult, tableResult, testResult } from './results.ts';
import { readToday, type Today } from './today.ts';

/** One thing that an experiment needs, and whether it is there. */
export interface PlanStep {
  readonly kind: 'run' | 'test' | 'classical' | 'table';
  /** Id of the run, `<run>@<condition>`, id of the classical run, name of the experiment. */
  readonly name: string;
  /** What would be done with it: kept, trained, tested with, computed, only scored, made. */
  readonly action: 'keep' | 'train' | 'test' | 'compute' | 'score' | 'make';
  readonly state: State;
  /** What changed since, why it is not there, or what it lacks; empty where all is well. */
  readonly reason: string;
  /** Key of a run, trained or classical. */
  readonly key?: string;
  /** Of a trained run: precision of the factors of convolutions. */
  readonly precision?: Precision;
}

/**
 * What making an experiment would do now: its runs, all tests under its conditions, its table with
 * the figures.
 */
export async function planExperiment(
  experiment: ResolvedExperiment,
  resultsDir: string,
): Promise<readonly PlanStep[]> {
  const today = await readToday(resultsDir, experiment.profile);
  const runs = new Map(
    experiment.rows.flatMap((row) => row.runs.map((run) => [run.id, run] as const)),
  );
  const trained: PlanStep[] = [];
  const tests: PlanStep[] = [];
  for (const run of runs.values()) {
    const result = await runResult(run, today);
    const { precision } = run.settings.training;
    trained.push({
      ...{ kind: 'run', name: run.id, ...stepOf(result, 'train') },
      ...{ key: run.key, precision },
    });
    tests.push(...(await planTests(run, result, experiment, today)));
  }
  const classical: PlanStep[] = [];
  for (const run of classicalRuns(experiment)) {
    const step = stepOf(await classicalResult(run, today), 'compute');
    classical.push({ kind: 'classical', name: run.id, ...step, key: run.key });
  }
  const steps = [...trained, ...tests, ...classical];
  return [...steps, await planTable(experiment, steps, today)];
}

type Step = Pick<PlanStep, 'action' | 'state' | 'reason'>;

/**
 * What is to be done with a result. One that is stale in its scores alone, or lacks a metric, is
 * scored where its predictions are here; a metric that is lacking makes nothing else necessary.
 */
function stepOf(result: Result<unknown>, make: PlanStep['action']): Step {
  const { state, stage, reason, folder } = result;
  const canScore = stage === 'scores' && existsSync(join(folder, 'predictions'));
  if (canScore) return { action: 'score', state, reason };
  if (!isDone(result)) return { action: make, state, reason };
  const lacks = stage === 'scores' ? `${reason}; its predictions are not stored here` : reason;
  return { action: 'keep', state, reason: lacks };
}

async function planTests(
  run: ResolvedRun,
  trained: Result<RunRecord>,
  { conditions }: ResolvedExperiment,
  today: Today,
): Promise<PlanStep[]> {
  const steps: PlanStep[] = [];
  for (const condition of conditions) {
    if (testKey(run.settings.dataset, condition) === null) continue;
    const name = `${run.id}@${condition.id}`;
    // Scoring a run again changes no weights.
    const isTrained = isDone(trained) || trained.stage === 'scores';
    if (trained.record === undefined || !isTrained) {
      const reason = `${run.id} is to be trained`;
      steps.push({ kind: 'test', name, action: 'test', state: 'missing', reason });
      continue;
    }
    const step = stepOf(await testResult(trained.record, condition, today), 'test');
    const weights = join(runDirectory(today.resultsDir, today.profile, run.id), WEIGHTS);
    const lacks = step.action === 'test' && !existsSync(weights);
    const reason = lacks
      ? `${step.reason}; the weights of ${run.id} are not stored here`
      : step.reason;
    steps.push({ kind: 'test', name, ...step, reason });
  }
  return steps;
}

async function planTable(
  experiment: ResolvedExperiment,
  steps: readonly PlanStep[],
  today: Today,
): Promise<PlanStep> {
  const { state, reason }: Freshness = await tableResult(experiment, today);
  const table = { kind: 'table', name: experiment.name } as const;
  if (steps.every(({ action }) => action === 'keep')) {
    return { ...table, action: isDone({ state }) ? 'keep' : 'make', state, reason };
  }
  return {
    ...table,
    action: 'make',
    state: isDone({ state }) ? 'stale' : state,
    reason: reason === '' ? 'what it is made from is to be made again' : reason,
  };
}
