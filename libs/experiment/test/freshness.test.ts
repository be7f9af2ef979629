import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { METRIC_NAMES } from '@blurcycle/metrics';
import { describe, expect, it } from 'vitest';
import {
  classicalRecipe,
  classicalRuns,
  describeExperiment,
  experimentDirectory,
  freshness,
  kindKey,
  listAllRuns,
  loadExperiments,
  NUMERICS,
  readClassicalRecord,
  readExperimentRecord,
  readRunRecord,
  readScores,
  recordedClassical,
  recordedRun,
  recordedTable,
  resolveExperiment,
  resolveRun,
  runDirectory,
  runKey,
  runRecipe,
  stageKeys,
  tableRecipe,
  testRecipe,
  WEIGHTS,
  type Found,
  type Freshness,
  type Now,
  type Recorded,
  type ResolvedRun,
  type RunSettings,
} from '../src/index.ts';
import { NUMERICS_HISTORY } from '../src/stages/numerics.ts';
import { SHIPPED } from './experimentFiles.ts';

const set = loadExperiments(SHIPPED);
const run = resolveRun(set, { method: 'proposed', profile: 'smoke', seed: 0 });
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

/** The same run with some settings changed, as after an edit of a file. */
function edited(change: (settings: RunSettings) => Partial<RunSettings>, seed = 0): ResolvedRun {
  return { ...run, seed, settings: { ...run.settings, ...change(run.settings) } };
}

const NOW: Now = {
  recipe: runRecipe(run),
  numerics: NUMERICS,
  inputs: { 'train-0-sharp.tif': A },
  problem: null,
  metrics: METRIC_NAMES,
  code: A,
  replayed: false,
};
const DONE: Recorded = {
  found: 'record',
  recipe: runRecipe(run),
  numerics: NUMERICS,
  inputs: { 'train-0-sharp.tif': A },
  code: A,
  error: null,
  metrics: METRIC_NAMES,
};
const FRESH: Freshness = { state: 'done and proved', stage: null, reason: '' };
const stale = (stage: Freshness['stage'], reason: string): Freshness => ({
  ...{ state: 'stale', stage, reason },
});

/** A record that lacks the stage of its scores. */
const UNSCORED: Recorded = {
  ...DONE,
  recipe: Object.fromEntries(Object.entries(DONE.recipe).filter(([stage]) => stage !== 'scores')),
  metrics: null,
};
const TABLE = { title: 'a title', seeds: [0, 1] };
const TABLE_DONE: Recorded = {
  ...DONE,
  recipe: tableRecipe(TABLE),
  inputs: { 'runs/a/record.json': A, 'runs/b/record.json': A, 'runs/c/record.json': A },
  metrics: null,
};
const judging = (claim: object): Readonly<Record<string, unknown>> => ({
  ...TABLE,
  claims: { first: claim },
});
const TABLE_NOW: Now = { ...NOW, recipe: tableRecipe(TABLE), inputs: TABLE_DONE.inputs };

describe('freshness(found, now)', () => {
  it.each<readonly [string, Found, Partial<Now>, Freshness]>([
    ['the code of now made it', DONE, {}, FRESH],
    [
      'other code made it, and nothing else changed',
      DONE,
      { code: B },
      { ...FRESH, state: 'done' },
    ],
    ['other code made it, and its kind was replayed', DONE, { code: B, replayed: true }, FRESH],
    [
      'the hash of neither code is known',
      { ...DONE, code: undefined },
      { code: null },
      { ...FRESH, state: 'done' },
    ],
    [
      'nothing is there',
      { found: 'nothing', reason: 'never finished' },
      {},
      { state: 'missing', stage: null, reason: 'never finished' },
    ],
    [
      'its record cannot be read',
      { found: 'unreadable', reason: 'its record is damaged' },
      {},
      stale(null, 'its record is damaged'),
    ],
    [
      'it failed',
      { ...DONE, error: 'a loss is not finite' },
      {},
      { state: 'failed', stage: null, reason: 'a loss is not finite' },
    ],
    [
      'a setting of the training changed',
      DONE,
      {
        recipe: runRecipe(
          edited(({ training }) => ({ training: { ...training, updates: 9, patch: [8, 8, 8] } })),
        ),
      },
      stale('training', 'training.updates: 4 -> 9; training.patch: [16,16,16] -> [8,8,8]'),
    ],
    [
      'the seed changed',
      DONE,
      { recipe: runRecipe(edited(() => ({}), 3)) },
      stale('training', 'seed: 0 -> 3'),
    ],
    [
      'only the label of the method changed',
      DONE,
      { recipe: runRecipe(edited(({ method }) => ({ method: { ...method, label: 'Ours' } }))) },
      FRESH,
    ],
    [
      'a setting of the data changed',
      DONE,
      {
        recipe: runRecipe(
          edited(({ dataset }) => ({ dataset: { ...dataset, seed: 5 } as typeof dataset })),
        ),
      },
      stale('data', 'dataset.seed: 1 -> 5'),
    ],
    [
      'the overlap of tiles changed, which validation uses too',
      DONE,
      {
        recipe: runRecipe(
          edited(({ inference }) => ({ inference: { ...inference, overlap: [0, 0, 0] } })),
        ),
      },
      stale('training', 'inference.overlap: [4,4,4] -> [0,0,0]'),
    ],
    [
      'only the filter that kernels are looked at through changed',
      DONE,
      {
        recipe: runRecipe(
          edited(({ scoring }) => ({ scoring: { ...scoring, kernelSmoothingSigmaVoxels: 2 } })),
        ),
      },
      stale('scores', 'scoring.kernelSmoothingSigmaVoxels: 1.5 -> 2'),
    ],
    [
      'the numbers of the training have another version',
      DONE,
      { numerics: { ...NUMERICS, training: NUMERICS.training + 1 } },
      stale('training', `NUMERICS.training: ${NUMERICS.training} -> ${NUMERICS.training + 1}`),
    ],
    [
      'the numbers had another version when it was made',
      { ...DONE, numerics: { ...NUMERICS, data: 0 } },
      {},
      stale(
        'data',
        `NUMERICS.data: 0 -> ${NUMERICS.data} (${NUMERICS_HISTORY.data.map(({ what }) => what).join('; ')})`,
      ),
    ],
    [
      'the numbers of tables, which a run is none of, have another version',
      DONE,
      { numerics: { ...NUMERICS, table: 9 } },
      FRESH,
    ],
    ['its data are not on this machine', DONE, { inputs: {} }, FRESH],
    [
      'its data have other bytes',
      DONE,
      { inputs: { 'train-0-sharp.tif': B } },
      stale('data', 'its data changed: train-0-sharp.tif'),
    ],
    [
      'many files of its data have other bytes',
      DONE,
      { inputs: { a: B, d: B, c: B, b: B } },
      stale('data', 'its data changed: a, b, c and 1 more'),
    ],
    [
      'the stacks that it reads cannot be found',
      DONE,
      { problem: 'no such folder' },
      stale('data', 'its data cannot be found: no such folder'),
    ],
    [
      'the weights that it was made by are others now',
      { ...DONE, inputs: { [WEIGHTS]: A } },
      { inputs: { [WEIGHTS]: B } },
      stale('training', 'the run was trained again'),
    ],
    ['it was not scored', UNSCORED, {}, stale('scores', 'its predictions were not scored')],
    [
      'a metric was added',
      { ...DONE, metrics: METRIC_NAMES.slice(1) },
      {},
      { state: 'done and proved', stage: 'scores', reason: `not scored yet: ${METRIC_NAMES[0]}` },
    ],
    ['a metric was taken away', { ...DONE, metrics: [...METRIC_NAMES, 'old'] }, {}, FRESH],
    ['a table is as it was', TABLE_DONE, TABLE_NOW, FRESH],
    [
      'a table has other words',
      TABLE_DONE,
      { ...TABLE_NOW, recipe: tableRecipe({ ...TABLE, title: 'another title' }) },
      FRESH,
    ],
    [
      'a claim has another rule',
      { ...TABLE_DONE, recipe: tableRecipe(judging({ text: 'more', rule: 'psnr(a) > 0' })) },
      { ...TABLE_NOW, recipe: tableRecipe(judging({ text: 'a lot more', rule: 'psnr(a) > 1' })) },
      stale('table', 'claims.first.rule: "psnr(a) > 0" -> "psnr(a) > 1"'),
    ],
    [
      'a table is asked for otherwise',
      TABLE_DONE,
      { ...TABLE_NOW, recipe: tableRecipe({ ...TABLE, seeds: [0] }) },
      stale('table', 'seeds: [0,1] -> [0]'),
    ],
    [
      'what a table is made of changed, came or went',
      TABLE_DONE,
      {
        ...TABLE_NOW,
        inputs: {
          'runs/a/record.json': B,
          'runs/b/record.json': null,
          'runs/c/record.json': A,
          'runs/d/record.json': A,
        },
      },
      stale(
        'table',
        'runs/a/record.json changed, runs/b/record.json is gone, runs/d/record.json is new',
      ),
    ],
    [
      'the input row of a table was scored by another version',
      TABLE_DONE,
      { ...TABLE_NOW, numerics: { ...NUMERICS, scores: 9 } },
      stale('scores', `NUMERICS.scores: ${NUMERICS.scores} -> 9`),
    ],
    [
      'an intermediate is here',
      { found: 'files', recorded: { a: A }, here: { a: A } },
      {},
      { state: 'done', stage: null, reason: '' },
    ],
    [
      'an intermediate is not here',
      { found: 'files', recorded: { a: A, b: A }, here: { a: A } },
      {},
      { state: 'not stored here', stage: null, reason: 'not stored here: b' },
    ],
    [
      'an intermediate has other bytes',
      { found: 'files', recorded: { a: A, b: A }, here: { a: B } },
      {},
      stale(null, 'other bytes than recorded: a'),
    ],
  ])('when %s', (_, found, change, expected) => {
    expect(freshness(found, { ...NOW, ...change })).toEqual(expected);
  });
});

describe('stageKeys(recipe)', () => {
  const changes: readonly (readonly [string, ResolvedRun, readonly string[]])[] = [
    [
      'the label of the method',
      edited(({ method }) => ({ method: { ...method, label: 'x' } })),
      [],
    ],
    [
      'the filter of learned kernels',
      edited(({ scoring }) => ({ scoring: { ...scoring, kernelSmoothingSigmaVoxels: 9 } })),
      ['scores'],
    ],
    [
      'the range of intensities, which validation uses',
      edited(({ scoring }) => ({ scoring: { ...scoring, dataRange: 2 } })),
      ['training', 'prediction', 'scores'],
    ],
    ['the seed', edited(() => ({}), 1), ['training', 'prediction', 'scores']],
    [
      'the voxels',
      edited(({ dataset }) => ({ dataset: { ...dataset, voxelSizeUm: [1, 1, 1] } })),
      ['data', 'training', 'prediction', 'scores'],
    ],
  ];
  it.each(changes)('%s changes the keys of the stages from there on', (_, other, expected) => {
    const [before, after] = [stageKeys(runRecipe(run)), stageKeys(runRecipe(other))];
    const stages = Object.keys(before) as (keyof typeof before)[];
    expect(stages.filter((stage) => before[stage] !== after[stage])).toEqual(expected);
    // A result is stale exactly where a key differs.
    const verdict = freshness(DONE, { ...NOW, recipe: runRecipe(other) });
    expect(verdict.state).toBe(expected.length === 0 ? 'done and proved' : 'stale');
    expect(verdict.stage).toBe(expected[0] ?? null);
  });

  it('is the same in any order of keys, and for other test volumes up to the training', () => {
    const { dataset } = run.settings;
    const tested = { ...dataset, voxelSizeUm: [1, 1, 1] } as typeof dataset;
    const [own, other] = [stageKeys(runRecipe(run)), stageKeys(testRecipe(run, tested))];
    expect(other.training).toBe(own.training);
    expect(other.prediction).not.toBe(own.prediction);
    const reversed = Object.fromEntries(Object.entries(runRecipe(run)).reverse());
    expect(stageKeys(reversed)).toEqual(own);
  });

  it('depends on the files that are read, and on the version of the numbers', () => {
    const key = (...rest: [Record<string, string>?, typeof NUMERICS?]) =>
      stageKeys(runRecipe(run), ...rest).data;
    expect(
      new Set([key(), key({ a: A }), key({ a: B }), key({}, { ...NUMERICS, data: 9 })]).size,
    ).toBe(4);
  });

  it('has one kind for all seeds', () => {
    expect(kindKey(runRecipe(edited(() => ({}), 7)))).toBe(kindKey(runRecipe(run)));
    expect(stageKeys(runRecipe(edited(() => ({}), 7)))).not.toEqual(stageKeys(runRecipe(run)));
    const seventh = resolveRun(set, { method: 'proposed', profile: 'smoke', seed: 7 });
    expect(kindKey(runRecipe(seventh))).toBe(kindKey(runRecipe(run)));
    const tested = [run, seventh].map((one) => testRecipe(one, one.settings.dataset));
    expect(kindKey(tested[1])).toBe(kindKey(tested[0]));
    expect(stageKeys(runRecipe(seventh)).data).not.toBe(stageKeys(runRecipe(run)).data);
  });
});

describe('a table', () => {
  it('says of its rows that their runs have other settings, without keys', () => {
    const declare = (seed: number) =>
      tableRecipe({
        dataSeeds: [seed],
        rows: { proposed: { runs: [runKey(run.settings, seed)] } },
      });
    const verdict = freshness({ ...DONE, recipe: declare(1) }, { ...NOW, recipe: declare(2) });
    expect(verdict).toMatchObject({ state: 'stale', stage: 'table' });
    expect(verdict.reason).toContain('dataSeeds: [1] -> [2]; rows.proposed.runs: other settings');
  });
});

describe('the reference results', () => {
  const results = resolve(SHIPPED, '../results');
  const judge = (found: Recorded, recipe: Now['recipe']): Freshness =>
    freshness(found, {
      ...{ recipe, inputs: {}, numerics: found.numerics, problem: null },
      ...{ metrics: found.metrics ?? [], code: A, replayed: false },
    });
  const done: Freshness = { state: 'done', stage: null, reason: '' };
  const runs = listAllRuns(set, 'standard');

  it('are done where the settings are those of now: old records are adopted as they are', () => {
    let count = 0;
    for (const one of runs) {
      const folder = runDirectory(results, 'standard', one.id);
      const record = readRunRecord(join(folder, 'record.json'));
      if (record === undefined) continue;
      count++;
      const scores = readScores(folder, record, record.settings.scoring);
      expect(scores?.scores).toHaveLength(record.settings.dataset.volumes.test);
      const { settings } = one;
      const scored = scores && { ...scores, scoring: settings.scoring };
      const found = recordedRun({ ...record, settings }, scored);
      expect([one.id, judge(found, runRecipe(one))]).toEqual([one.id, done]);
    }
    expect(count).toBeGreaterThan(0);
  });

  it('are done otherwise, or say which settings have changed', () => {
    for (const one of runs) {
      const folder = runDirectory(results, 'standard', one.id);
      const record = readRunRecord(join(folder, 'record.json'));
      if (record === undefined) continue;
      const scores = readScores(folder, record, record.settings.scoring);
      const verdict = judge(recordedRun(record, scores), runRecipe(one));
      expect(verdict.reason).toMatch(verdict.state === 'done' ? /^$/ : /^[a-zA-Z.]+: .+ -> .+/);
    }
  });

  it('are adopted likewise: classical methods and tables', () => {
    const records = new Map(
      readdirSync(join(results, 'standard/classical')).map((name) => {
        const folder = join(results, 'standard/classical', name);
        const record = readClassicalRecord(join(folder, 'record.json'));
        if (record === undefined) throw new Error(`${name} has no record`);
        return [record.method, { record, scores: readScores(folder, record, record.scoring) }];
      }),
    );
    expect(records.size).toBeGreaterThan(0);
    for (const name of set.experiments.keys()) {
      const experiment = resolveExperiment(set, name, 'standard');
      for (const one of classicalRuns(experiment)) {
        const kept = records.get(one.method);
        if (kept === undefined) continue;
        const { key, dataset, settings, scoring } = one;
        const found = recordedClassical(
          { ...kept.record, key, dataset, settings, scoring },
          kept.scores && { ...kept.scores, scoring },
        );
        expect([one.id, judge(found, classicalRecipe(one))]).toEqual([one.id, done]);
      }
      const path = join(experimentDirectory(results, 'standard', name), 'record.json');
      if (!existsSync(path)) continue;
      const record = readExperimentRecord(path);
      if (record === undefined) throw new Error(`${name} has no record`);
      const declaration = describeExperiment(experiment);
      const found = recordedTable({ ...record, declaration });
      expect([name, judge(found, tableRecipe(declaration))]).toEqual([name, done]);
    }
  });
});
