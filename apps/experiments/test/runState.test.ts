import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadExperiments,
  resolveRun,
  runDirectory,
  runKey,
  writeRunRecord,
  type ResolvedRun,
  type RunRecord,
} from '@blurcycle/experiment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXPERIMENTS_DIRECTORY } from '../src/projectPaths.ts';
import { runState } from '../src/runState.ts';

const run = resolveRun(loadExperiments(EXPERIMENTS_DIRECTORY), {
  method: 'proposed',
  profile: 'smoke',
  seed: 0,
});
const SOURCES = 'a'.repeat(64);

let results = '';
beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), 'blurcycle-state-'));
});
afterEach(() => rmSync(results, { recursive: true, force: true }));

function leave(changes: Partial<RunRecord> = {}): void {
  const { id, profile, method, seed, key, settings, origins } = run;
  const record: RunRecord = {
    ...{ id, profile, method, seed, key, settings, origins },
    ...{
      status: 'done',
      error: null,
      selectedUpdate: 4,
      choices: {},
      scores: [],
      parameterCounts: {},
      kernel: null,
    },
    ...{ trainingSeconds: 1, inferenceSeconds: 1, inputs: {}, outputs: {} },
    provenance: {
      ...{ createdAt: '2020-01-01T00:00:00Z', gitCommit: null, gitDirty: null, sourceHash: SOURCES },
      ...{ versions: {}, cpu: { model: 'any', cores: 1 }, gpu: null, backend: 'js', threads: 1 },
      ...{ wallSeconds: 1, peakMemoryBytes: 1, command: '' },
    },
    ...changes,
  };
  writeRunRecord(join(runDirectory(results, profile, id), 'record.json'), record);
}

/** The same run with other settings, as after an edit of a file. */
function edited(change: Partial<ResolvedRun['settings']['training']>): ResolvedRun {
  const settings = { ...run.settings, training: { ...run.settings.training, ...change } };
  return { ...run, settings, key: runKey(settings, run.seed) };
}

describe('runState(run, resultsDir, sources)', () => {
  it('is missing without a record', () => {
    expect(runState(run, results, SOURCES)).toEqual({ state: 'missing', reason: 'never finished' });
  });

  it('is done when settings, seed and code are the same', () => {
    leave();
    expect(runState(run, results, SOURCES)).toEqual({ state: 'done', reason: '' });
  });

  it('names the setting that changed', () => {
    leave();
    expect(runState(edited({ updates: 9, patch: [8, 8, 8] }), results, SOURCES)).toEqual({
      state: 'stale',
      reason: 'training.updates: 4 -> 9; training.patch: [16,16,16] -> [8,8,8]',
    });
  });

  it('is stale when the code that trains changed', () => {
    leave();
    expect(runState(run, results, 'b'.repeat(64))).toEqual({
      state: 'stale',
      reason: 'the code that trains changed',
    });
  });

  it('says why a run failed', () => {
    leave({ status: 'failed', error: 'a loss is not finite' });
    expect(runState(run, results, SOURCES)).toEqual({ state: 'failed', reason: 'a loss is not finite' });
  });
});
