import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTiffStack } from '@blurcycle/data';
import {
  type ClassicalRun,
  classicalRuns,
  loadExperiments,
  readTable,
  resolveExperiment,
  type StoredScores,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { classicalResult, readToday } from '@blurcycle/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const EXPERIMENT = `
title: Two methods that nobody trains
place: nowhere
settings: { dataset: { noise: { averageSnrDb: null, poissonPeakCounts: null } } }
rows:
  - { method: input }
  - { method: richardson-lucy-10 }
  - { method: wiener }
claims:
  - { id: sharper, kind: ours, text: deconvolution helps, rule: psnr(richardson-lucy-10) - psnr(input) > 0 }
`;

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-classical-'));
const experimentsDir = join(folder, 'experiments');
const resultsDir = join(folder, 'results');
const places = [
  '--profile',
  'smoke',
  '--experiments-dir',
  experimentsDir,
  '--results-dir',
  resultsDir,
];
const runs = (): readonly ClassicalRun[] =>
  classicalRuns(resolveExperiment(loadExperiments(experimentsDir), 'pair', 'smoke'));

describe('rows of classical methods', () => {
  beforeAll(async () => {
    for (const name of ['_defaults.yaml', '_profiles.yaml', 'methods.yaml', 'classical.yaml']) {
      cpSync(join(EXPERIMENTS_DIRECTORY, name), join(experimentsDir, name));
    }
    writeFileSync(join(experimentsDir, 'pair.yaml'), EXPERIMENT);
    expect(await blurcycle('table', 'pair', '--no-report', ...places)).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are computed with the table, marked as not in the paper, without a seed', () => {
    const table = readTable(join(resultsDir, 'smoke/pair/table.json'));
    const row = table?.rows.find(({ id }) => id === 'richardson-lucy-10');
    expect(row).toMatchObject({
      status: 'done',
      paper: null,
      runs: [],
      ours: { psnr: { over: 'volumes', n: 2 } },
    });
    expect(table?.claims[0].value).toBeGreaterThan(0);
  });

  it('bring the estimate to the brightness of the truth: the gain of the blur is undone', async () => {
    const [run] = runs();
    const { folder: made } = await classicalResult(run, await readToday(resultsDir, 'smoke'));
    const total = async (path: string): Promise<number> =>
      (await readTiffStack(path)).volume.data.reduce((sum, value) => sum + value, 0);
    const { dataset } = JSON.parse(readFileSync(join(made, 'record.json'), 'utf8')) as {
      dataset: object;
    };
    const { datasetFolder } = await import('@blurcycle/pipeline');
    const data = datasetFolder(dataset as ClassicalRun['dataset'], resultsDir, 'smoke');
    const ratio =
      (await total(join(made, 'predictions/test-0.tif'))) /
      (await total(join(data, 'test-0-sharp.tif')));
    // The data repeat at their borders, the method expects unseen objects there: a few percent of
    // the light. The gain is 1.7.
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  it('are kept until their settings change', async () => {
    const plan = await blurcycle('plan', 'pair', ...places);
    expect(plan.out).toMatch(/^keep +classical +richardson-lucy-10-d1 +done and proved$/m);
    const file = join(experimentsDir, 'classical.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('iterations: 10', 'iterations: 11'));
    expect((await blurcycle('plan', 'pair', ...places)).out).toMatch(
      /^compute +classical +richardson-lucy-10-d1 +missing/m,
    );
    writeFileSync(file, text);
  });

  it('are scored by a metric that was added since, from the predictions that are there', async () => {
    const [run] = runs();
    const { folder: made } = await classicalResult(run, await readToday(resultsDir, 'smoke'));
    const path = join(made, 'scores.json');
    const before = JSON.parse(readFileSync(path, 'utf8')) as StoredScores;
    const lacking = (scores: Record<string, number>) =>
      Object.fromEntries(Object.entries(scores).filter(([name]) => name !== 'nrmse'));
    const scores = before.scores.map(({ volume, scores: all }) => ({
      volume,
      scores: lacking(all),
    }));
    const metrics = before.metrics.filter((name) => name !== 'nrmse');
    writeFileSync(path, JSON.stringify({ ...before, metrics, scores }));
    const record = readFileSync(join(made, 'record.json'));
    expect((await blurcycle('plan', 'pair', ...places)).out).toMatch(
      /^score +classical +richardson-lucy-10-d1 +done and proved +not scored yet: nrmse$/m,
    );
    expect((await blurcycle('table', 'pair', '--no-report', ...places)).error).toContain(
      'richardson-lucy-10-d1: scoring (not scored yet: nrmse)',
    );
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(before);
    expect(readFileSync(join(made, 'record.json'))).toEqual(record);
    expect((await blurcycle('plan', 'pair', ...places)).out).toContain('nothing is to be done');
  });

  it('are verified: hashes and scores', async () => {
    const verify = await blurcycle('verify', 'pair', ...places);
    expect(verify.out).toMatch(
      /^ok {4}classical richardson-lucy-10-d1: \d+ inputs, 2 outputs, scores of 2 volumes\n/,
    );
    expect(verify.out).toMatch(/^ok {4}table pair: .+ rows and .+ claims computed again\n/m);
    expect(verify.out.match(/^ok /gm)).toHaveLength(3);
    const [run] = runs();
    const { folder: made } = await classicalResult(run, await readToday(resultsDir, 'smoke'));
    const path = join(made, 'predictions/test-1.tif');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    const broken = await blurcycle('verify', 'pair', ...places);
    expect(broken.out).toContain('output predictions/test-1.tif has other bytes than recorded');
    expect(broken.code).toBe(1);
  });
});
