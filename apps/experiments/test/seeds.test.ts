import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mean } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import {
  classicalRuns,
  loadExperiments,
  readFigures,
  readRunRecord,
  readTable,
  resolveExperiment,
  type TableRow,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { psnr } from '@blurcycle/metrics';
import { classicalResult, datasetFolder, readToday } from '@blurcycle/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const EXPERIMENT = `
title: A trained and a classical method with two seeds
place: nowhere
sweep: { snrDb: [20, 5] }
rows:
  - { method: input }
  - { method: proposed }
  - { method: wiener }
figures:
  - { kind: volumes }
claims: []
`;

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-seeds-'));
const experimentsDir = join(folder, 'experiments');
const resultsDir = join(folder, 'results');
const places = [
  ...['--profile', 'smoke', '--experiments-dir', experimentsDir, '--results-dir', resultsDir],
];
const resolved = () => resolveExperiment(loadExperiments(experimentsDir), 'pair', 'smoke');
const row = (id: string, condition: string): TableRow | undefined =>
  readTable(join(resultsDir, 'smoke/pair/table.json'))?.rows.find(
    (one) => one.id === id && one.condition === condition,
  );

describe('an experiment with two seeds', () => {
  beforeAll(async () => {
    for (const name of ['_defaults.yaml', 'methods.yaml', 'classical.yaml']) {
      cpSync(join(EXPERIMENTS_DIRECTORY, name), join(experimentsDir, name));
    }
    const profiles = readFileSync(join(EXPERIMENTS_DIRECTORY, '_profiles.yaml'), 'utf8');
    writeFileSync(join(experimentsDir, '_profiles.yaml'), profiles.replace('[0]', '[0, 1]'));
    writeFileSync(join(experimentsDir, 'pair.yaml'), EXPERIMENT);
    for (const seed of ['0', '1']) {
      const trained = await blurcycle('train', 'proposed', '--seed', seed, ...places);
      expect(trained).toMatchObject({ code: 0 });
    }
    expect(await blurcycle('table', 'pair', '--no-report', ...places)).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('trains and tests each seed on specimens of its own', async () => {
    const firsts: Float32Array[] = [];
    for (const { seed, settings } of resolved().datasets) {
      const run = join(resultsDir, `smoke/runs/proposed-s${seed}`);
      expect(readRunRecord(join(run, 'record.json'))?.settings.dataset).toEqual(settings);
      expect(settings).toMatchObject({ seed: 1 + Number(seed) });
      const data = datasetFolder(settings, resultsDir, 'smoke');
      firsts.push((await readTiffStack(join(data, 'test-0-sharp.tif'))).volume.data);
    }
    expect(firsts[0]).not.toEqual(firsts[1]);
  });

  it('scores every row on the specimens of every seed, under every condition', async () => {
    const { conditions, datasets } = resolved();
    for (const condition of conditions) {
      for (const id of ['input', 'proposed', 'wiener']) {
        const { psnr: summary } = row(id, condition.id ?? '')?.ours ?? {};
        expect([id, summary?.over, summary?.n]).toEqual([id, 'seeds', 2]);
        expect(summary?.values[0]).not.toBe(summary?.values[1]);
      }
      // The input by hand, from the files of each data set.
      const byHand: number[] = [];
      for (const { settings } of datasets) {
        const data = datasetFolder(settings, resultsDir, 'smoke', condition);
        const read = async (name: string) => (await readTiffStack(join(data, name))).volume;
        const scores: number[] = [];
        for (const test of ['test-0', 'test-1']) {
          const [blurred, sharp] = [
            await read(`${test}-blurred.tif`),
            await read(`${test}-sharp.tif`),
          ];
          scores.push(psnr(blurred, sharp, { dataRange: 1 }));
        }
        byHand.push(mean(scores));
      }
      expect(row('input', condition.id ?? '')?.ours?.psnr.values).toEqual(byHand);
    }
  });

  it('computes a classical method once for each seed, in folders of their own', async () => {
    const today = await readToday(resultsDir, 'smoke');
    const runs = classicalRuns(resolved());
    expect(runs.map(({ id }) => id)).toEqual([
      ...['wiener-d1@snr-20', 'wiener-d2@snr-20', 'wiener-d1@snr-5', 'wiener-d2@snr-5'],
    ]);
    const results = await Promise.all(runs.map((run) => classicalResult(run, today)));
    expect(results.map(({ state }) => state)).toEqual(Array(4).fill('done and proved'));
    expect(new Set(results.map((result) => result.folder)).size).toBe(4);
  });

  it('says which specimen its figures show', () => {
    const { blocks } = readFigures(join(resultsDir, 'smoke/pair/figures.json')) ?? { blocks: [] };
    expect(blocks.map(({ title }) => title)).toEqual([
      ...['20', '5'].map((level) => `Test volume, test-0 of data seed 1: SNR ${level} dB`),
    ]);
    for (const block of blocks) {
      const shown = block.kind === 'volumes' ? block.items.map(({ id }) => id) : [];
      expect(shown).toEqual(['input', 'truth', 'proposed', 'wiener']);
    }
  });

  it('is planned, verified and replayed: one replay for all seeds', async () => {
    expect((await blurcycle('plan', 'pair', ...places)).out).toContain('nothing is to be done');
    const { out, code } = await blurcycle('verify', 'pair', ...places);
    expect(code).toBe(0);
    expect(out.match(/^ok {4}[a-z]+ [^:]+/gm)).toEqual([
      ...['ok    run proposed-s0', 'ok    test proposed-s0@snr-5'],
      ...['ok    classical wiener-d1@snr-20', 'ok    classical wiener-d1@snr-5'],
      ...['ok    run proposed-s1', 'ok    test proposed-s1@snr-5'],
      ...['ok    classical wiener-d2@snr-20', 'ok    classical wiener-d2@snr-5'],
      'ok    table pair',
    ]);
    const replayed = await blurcycle('verify', 'pair', '--replay', '2', ...places);
    expect(replayed.code).toBe(0);
    expect(replayed.out.match(/^ok {4}replay [^:]+/gm)).toEqual([
      ...['ok    replay proposed-s0', 'ok    replay wiener-d1@snr-20'],
      ...['ok    replay wiener-d1@snr-5', 'ok    replay table pair'],
    ]);
    const [first, second] = [0, 1].map((seed) =>
      readRunRecord(join(resultsDir, `smoke/runs/proposed-s${seed}/record.json`)),
    );
    expect(first?.inputs).not.toEqual(second?.inputs);
  }, 60_000);

  it('is verified as it is recorded where it is stale, and told to be so', async () => {
    const file = join(experimentsDir, 'pair.yaml');
    writeFileSync(file, EXPERIMENT.replace('method: wiener', 'method: wiener, label: Linear'));
    const { out, code } = await blurcycle('verify', 'pair', ...places);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ok {4}table pair: \d+ inputs, \d+ outputs; stale: rows\.wiener\.label: "[^"]+" -> "Linear"$/m,
    );
    const csv = join(resultsDir, 'smoke/pair/table.csv');
    const text = readFileSync(csv, 'utf8');
    writeFileSync(csv, text.replace('row', 'raw'));
    expect((await blurcycle('verify', 'pair', ...places)).out).toMatch(
      /^FAIL {2}table pair: output table\.csv has other bytes than recorded; stale: rows/m,
    );
  });
});
