import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  kindKey,
  loadExperiments,
  NUMERICS,
  resolveRun,
  runDirectory,
  runRecipe,
  type RunRecord,
  type StoredScores,
  testDataKey,
  writeReplay,
  writeRunRecord,
  writeScores,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { METRIC_NAMES } from '@blurcycle/metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFolder, type DatasetManifest, MANIFEST } from '../src/dataset/manifest.ts';
import { runResult } from '../src/state/results.ts';
import { readToday, type Today } from '../src/state/today.ts';
import { finishedRun, PROVENANCE, scoresBy } from './madeResults.ts';

const run = resolveRun(loadExperiments(EXPERIMENTS_DIRECTORY), {
  method: 'proposed',
  profile: 'smoke',
  seed: 0,
});
const hash = (letter: string): string => letter.repeat(64);
type Settings = Record<string, unknown>;

let results = '';
let today: Today;
beforeEach(async () => {
  results = mkdtempSync(join(tmpdir(), 'blurcycle-state-'));
  today = await readToday(results, run.profile);
});
afterEach(() => rmSync(results, { recursive: true, force: true }));

const folder = (): string => runDirectory(results, run.profile, run.id);

/** A finished run with its scores, as the code of now leaves it. */
async function leave(
  changes: Partial<RunRecord> = {},
  scores: Partial<StoredScores> = {},
): Promise<void> {
  const record = { ...finishedRun(run), code: today.code, ...changes };
  await writeRunRecord(join(folder(), 'record.json'), record);
  await writeScores(folder(), { ...scoresBy(run.settings.scoring), ...scores });
}

async function verdict(): Promise<object> {
  const { state, stage, reason } = await runResult(run, await readToday(results, run.profile));
  return { state, stage, reason };
}

describe('runResult(run, today)', () => {
  it('is missing without a record', async () => {
    expect(await verdict()).toEqual({ state: 'missing', stage: null, reason: 'never finished' });
  });

  it('is proved where the code of now made it', async () => {
    await leave();
    expect(await verdict()).toEqual({ state: 'done and proved', stage: null, reason: '' });
  });

  it('is done where other code made it, and proved again by a certificate for the code of now', async () => {
    await leave({ code: hash('b') });
    const done = { state: 'done', stage: null, reason: '' };
    expect(await verdict()).toEqual(done);
    const kind = kindKey(runRecipe(run));
    const certify = (code: string): Promise<void> =>
      writeReplay(results, {
        ...{
          profile: run.profile,
          code,
          numerics: { ...NUMERICS },
          updates: 50,
          provenance: PROVENANCE,
        },
        kinds: [{ kind, run: run.id, compared: ['update 50'], differences: [] }],
      });
    await certify(hash('c'));
    expect(await verdict()).toEqual(done);
    await certify(today.code);
    expect(await verdict()).toEqual({ ...done, state: 'done and proved' });
    // A certificate that cannot be read proves nothing, and spoils nothing.
    writeFileSync(join(results, run.profile, 'replay.json'), '{"half');
    expect(await verdict()).toEqual(done);
  });

  it('takes its scores from scores.json, else from the record; without either it was not scored', async () => {
    await leave({}, { scores: [{ volume: 'test-0', scores: { psnr: 20 } }] });
    expect((await runResult(run, today)).scores?.scores[0].scores).toEqual({ psnr: 20 });
    rmSync(join(folder(), 'scores.json'));
    expect(await verdict()).toMatchObject({ state: 'stale', stage: 'scores' });
    await leave({ scores: [{ volume: 'test-0', scores: { psnr: 19 } }], kernel: null });
    rmSync(join(folder(), 'scores.json'));
    expect((await runResult(run, today)).scores?.scores[0].scores).toEqual({ psnr: 19 });
  });

  it('stays done without a metric that was added since', async () => {
    await leave({}, { metrics: METRIC_NAMES.slice(1) });
    expect(await verdict()).toEqual({
      ...{ state: 'done and proved', stage: 'scores' },
      reason: `not scored yet: ${METRIC_NAMES[0]}`,
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
    await leave();
    const path = join(folder(), 'record.json');
    const record = JSON.parse(readFileSync(path, 'utf8')) as { settings: { training: Settings } };
    change(record.settings.training);
    writeFileSync(path, JSON.stringify(record));
    expect(await verdict()).toEqual({ state: 'stale', stage: null, reason });
    writeFileSync(path, '{"half');
    expect(await verdict()).toEqual({
      ...{ state: 'missing', stage: null, reason: 'its record is damaged' },
    });
  });

  it('is stale when a data set of other bytes stands in its place, not when there is none', async () => {
    const { dataset } = run.settings;
    await leave({ inputs: { 'test-0-sharp.tif': hash('c') } });
    expect(await verdict()).toMatchObject({ state: 'done and proved' });
    const data = datasetFolder(dataset, results, run.profile);
    mkdirSync(data, { recursive: true });
    const manifest = (letter: string, key = testDataKey(dataset, dataset)): void => {
      const hashes = { 'test-0-sharp.tif': hash(letter) };
      const intensity = { black: 0, white: 1 };
      const content: DatasetManifest = {
        ...{ key, hashes, sources: {}, unmatched: 0, targets: 0 },
        facts: { gain: 1, readNoiseSigma: null, averageSnrDb: null, intensity },
        volumes: { train: [], validation: [], test: ['test-0'] },
      };
      writeFileSync(join(data, MANIFEST), JSON.stringify(content));
    };
    manifest('c');
    expect(await verdict()).toMatchObject({ state: 'done and proved' });
    manifest('d');
    expect(await verdict()).toEqual({
      ...{ state: 'stale', stage: 'data', reason: 'its data changed: test-0-sharp.tif' },
    });
    // Of another version of the numbers: it would be made again, so it says nothing.
    manifest('d', hash('e'));
    expect(await verdict()).toMatchObject({ state: 'done and proved' });
  });

  it('says why a run failed', async () => {
    await leave({ status: 'failed', error: 'a loss is not finite' });
    expect(await verdict()).toEqual({
      ...{ state: 'failed', stage: null, reason: 'a loss is not finite' },
    });
  });
});
