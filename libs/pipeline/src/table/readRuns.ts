import {
  type Discriminator,
  isDone,
  type ResolvedRun,
  type RunRecord,
  summarizeDiscriminators,
} from '@blurcycle/experiment';
import { readLog } from '../run/readLog.ts';
import { type Result, runResult } from '../state/results.ts';
import { readToday } from '../state/today.ts';

/** What a run has left, and what a reader must know about it. */
export interface RunResult {
  readonly run: ResolvedRun;
  readonly result: Result<RunRecord>;
  /** Undefined unless the run is done, stale or not. */
  readonly record: RunRecord | undefined;
  /** Missing, failed, stale or of a dirty tree, and why; null when all is well. */
  readonly note: string | null;
  /** What its log says of its discriminators; empty unless the run is done. */
  readonly discriminators: readonly Discriminator[];
}

/** Looks at what runs of one profile have left, without making anything. */
export async function readRuns(
  runs: readonly ResolvedRun[],
  resultsDir: string,
): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  for (const run of runs) {
    const result = await runResult(run, await readToday(resultsDir, run.profile));
    const { record, state, reason } = result;
    const usable = record?.status === 'done' ? record : undefined;
    const notes = [
      ...(isDone(result) ? [] : [`${run.id} is ${state}: ${reason}`]),
      ...(usable?.provenance.gitDirty === true
        ? [`${run.id} was made from uncommitted changes`]
        : []),
    ];
    const note = notes.length === 0 ? null : notes.join('; ');
    const discriminators = usable === undefined ? [] : ofLog(result.folder, usable);
    results.push({ run, result, record: usable, note, discriminators });
  }
  return results;
}

function ofLog(folder: string, { settings }: RunRecord): readonly Discriminator[] {
  const losses = readLog(folder).filter((line) => line.kind === 'train');
  return summarizeDiscriminators(losses, settings.training.ganLoss);
}
