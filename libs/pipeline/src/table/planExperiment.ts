import {
  classicalRuns,
  type ResolvedExperiment,
  type ResolvedRun,
  testKey,
} from '@blurcycle/experiment';
import { findRunRecord, runState } from '../run/runState.ts';
import { readSourceHash } from '../run/sourceHash.ts';
import { classicalState } from '../test/classicalState.ts';
import { testState } from '../test/testState.ts';
import { tableState } from './tableState.ts';

/** One thing that an experiment needs, and whether it is there. */
export interface PlanStep {
  readonly kind: 'run' | 'test' | 'classical' | 'table';
  /** Id of the run, `<run>@<condition>`, id of the classical run, name of the experiment. */
  readonly name: string;
  /** What would be done with it: kept, trained, tested with, computed, made. */
  readonly action: 'keep' | 'train' | 'test' | 'compute' | 'make';
  readonly state: 'done' | 'stale' | 'failed' | 'missing';
  /** What changed since, or why it is not there; empty when done. */
  readonly reason: string;
  /** Key of a run, trained or classical. */
  readonly key?: string;
}

/**
 * What making an experiment would do now: its runs, all tests under its conditions, its table with
 * the figures.
 */
export async function planExperiment(
  experiment: ResolvedExperiment,
  resultsDir: string,
): Promise<readonly PlanStep[]> {
  const sources = await readSourceHash();
  const runs = new Map(
    experiment.rows.flatMap((row) => row.runs.map((run) => [run.id, run] as const)),
  );
  const steps: PlanStep[] = [];
  for (const run of runs.values()) {
    const step = await planRun(run, resultsDir, sources);
    steps.push(step, ...(await planTests(run, step, experiment, resultsDir, sources)));
  }
  const classical: PlanStep[] = [];
  for (const run of classicalRuns(experiment)) {
    const { state, reason } = await classicalState(run, resultsDir);
    const action = state === 'done' ? 'keep' : 'compute';
    classical.push({ kind: 'classical', name: run.id, action, state, reason, key: run.key });
  }
  const ordered = [
    ...steps.filter(({ kind }) => kind === 'run'),
    ...steps.filter(({ kind }) => kind === 'test'),
    ...classical,
  ];
  const { state, reason } = await tableState(experiment, resultsDir);
  const waits = ordered.some(({ action }) => action !== 'keep');
  const table: PlanStep = {
    kind: 'table',
    name: experiment.name,
    action: state === 'done' && !waits ? 'keep' : 'make',
    state: state === 'done' && waits ? 'stale' : state,
    reason: reason === '' && waits ? 'what it is made from is to be made again' : reason,
  };
  return [...ordered, table];
}

async function planRun(run: ResolvedRun, resultsDir: string, sources: string): Promise<PlanStep> {
  const { state, reason } = await runState(run, resultsDir, sources);
  const action = state === 'done' ? 'keep' : 'train';
  return { kind: 'run', name: run.id, action, state, reason, key: run.key };
}

async function planTests(
  run: ResolvedRun,
  { action: planned }: PlanStep,
  { conditions }: ResolvedExperiment,
  resultsDir: string,
  sources: string,
): Promise<PlanStep[]> {
  const { record } = findRunRecord(run, resultsDir);
  const steps: PlanStep[] = [];
  for (const condition of conditions) {
    if (testKey(run.settings.dataset, condition) === null) continue;
    const name = `${run.id}@${condition.id}`;
    if (record === undefined || planned !== 'keep') {
      const reason = `${run.id} is to be trained`;
      steps.push({ kind: 'test', name, action: 'test', state: 'missing', reason });
      continue;
    }
    const { state, reason } = await testState(record, condition, resultsDir, sources);
    steps.push({ kind: 'test', name, action: state === 'done' ? 'keep' : 'test', state, reason });
  }
  return steps;
}
