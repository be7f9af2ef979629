import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadExperiments,
  type ResolvedRun,
  resolveRun,
  runDirectory,
  runKey,
  type RunRecord,
  writeRunRecord,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFolder } from '../src/dataset/prepareDataset.ts';
import { runState } from '../src/run/runState.ts';

const run = resolveRun(loadExperiments(EXPERIMENTS_DIRECTORY), {
  method: 'proposed',
  profile: 'smoke',
  seed: 0,
});
const SOURCES = 'a'.repeat(64);
type Settings = Record<string, unknown>;

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
      ...{
        createdAt: '2020-01-01T00:00:00Z',
        gitCommit: null,
        gitDirty: null,
        sourceHash: SOURCES,
      },
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
  it('is missing without a record', async () => {
    expect(await runState(run, results, SOURCES)).toEqual({
      state: 'missing',
      reason: 'never finished',
    });
  });

  it('is done when settings, seed and code are the same', async () => {
    leave();
    expect(await runState(run, results, SOURCES)).toEqual({ state: 'done', reason: '' });
  });

  it('names the setting that changed', async () => {
    leave();
    expect(await runState(edited({ updates: 9, patch: [8, 8, 8] }), results, SOURCES)).toEqual({
      state: 'stale',
      reason: 'training.updates: 4 -> 9; training.patch: [16,16,16] -> [8,8,8]',
    });
  });

  it('is stale when the code that trains changed', async () => {
    leave();
    expect(await runState(run, results, 'b'.repeat(64))).toEqual({
      state: 'stale',
      reason: 'the code that trains changed',
    });
  });

  it.each([
    [
      'a setting that was not there yet',
      (training: Settings) => delete training['historyBuffer'],
      'training.historyBuffer: unset -> 50',
    ],
    [
      'a setting that is gone',
      (training: Settings) => (training['warmUp'] = 7),
      'training.warmUp: 7 -> unset',
    ],
  ])('is stale, not damaged, when its record has %s', async (_, change, reason) => {
    leave();
    const path = join(runDirectory(results, run.profile, run.id), 'record.json');
    const record = JSON.parse(readFileSync(path, 'utf8')) as { settings: { training: Settings } };
    change(record.settings.training);
    writeFileSync(path, JSON.stringify(record));
    expect(await runState(run, results, SOURCES)).toEqual({ state: 'stale', reason });
    writeFileSync(path, '{"half');
    expect(await runState(run, results, SOURCES)).toEqual({
      state: 'missing',
      reason: 'its record is damaged',
    });
  });

  it('is stale when a data set of other bytes stands in its place', async () => {
    const { dataset } = run.settings;
    leave({ inputs: { 'test-0-sharp.tif': 'c'.repeat(64) } });
    const folder = datasetFolder(dataset, results, run.profile);
    mkdirSync(folder, { recursive: true });
    const manifest = (hash: string): void =>
      writeFileSync(
        join(folder, 'dataset.json'),
        JSON.stringify({ hashes: { 'test-0-sharp.tif': hash } }),
      );
    manifest('c'.repeat(64));
    expect(await runState(run, results, SOURCES)).toEqual({ state: 'done', reason: '' });
    manifest('d'.repeat(64));
    expect(await runState(run, results, SOURCES)).toEqual({
      state: 'stale',
      reason: 'its data changed: test-0-sharp.tif',
    });
  });

  it('says why a run failed', async () => {
    leave({ status: 'failed', error: 'a loss is not finite' });
    expect(await runState(run, results, SOURCES)).toEqual({
      state: 'failed',
      reason: 'a loss is not finite',
    });
  });
});
