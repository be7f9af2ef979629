import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  listAllRuns,
  loadExperiments,
  readFigures,
  readReplay,
  readRunRecord,
  readScores,
  readTable,
  resolveExperiment,
  type RunRecord,
  scoreName,
  NUMERICS,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY, PROJECT_ROOT, RESULTS_DIRECTORY } from '@blurcycle/files';
import { beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const folder = join(RESULTS_DIRECTORY, 'smoke');
const set = loadExperiments(EXPERIMENTS_DIRECTORY);
/**
 * What is said of results of a working tree with changes, and nothing else may be said of these.
 */
const DIRTY = 'was made from uncommitted changes';
const CLASSICAL = ['blind-richardson-lucy', 'richardson-lucy', 'rl-tv', 'wiener'];
const METHODS = ['supervised-mse', 'supervised-gan', 'cyclegan', 'proposed', 'non-blind'];

/**
 * The command of the README at the smallest size, from nothing, without the cache of an earlier
 * call.
 */
async function runTable1(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const nx = join(PROJECT_ROOT, 'node_modules/.bin/nx');
  const parameters = [
    'run',
    'experiments:table1:smoke',
    '--skip-nx-cache',
    '--output-style=static',
  ];
  const { stdout } = await promisify(execFile)(nx, parameters, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
    maxBuffer: 2 ** 24,
  });
  return stdout;
}

/** table.json without what may differ between two runs of one seed. */
function readNumbers(): object {
  const table = readTable(join(folder, 'table1/table.json'));
  expect(table).toBeDefined();
  return { ...table, provenance: null };
}

describe('nx run experiments:table1:smoke', () => {
  let printed = '';
  beforeAll(async () => {
    printed = await runTable1();
  }, 300_000);

  it('trains every method and prints paper beside ours', () => {
    // Data, five methods, classical rows, table and report: no task that does nothing.
    expect(printed.match(/^> nx run /gm)).toHaveLength(9);
    expect(printed).toMatch(/\| method +\| PSNR dB, paper \| PSNR dB, ours/);
    expect(printed).toMatch(/\| Proposed, blind( †)? +\| 26\.62/);
    const table = readTable(join(folder, 'table1/table.json'));
    expect(table?.rows.map(({ id }) => id)).toEqual(['input', ...METHODS, ...CLASSICAL]);
    for (const row of table?.rows ?? []) {
      expect(row.status).toBe('done');
      expect(row.note ?? DIRTY).toContain(DIRTY);
      expect(row.ours?.psnr.n).toBe(2);
    }
  });

  it('leaves a record, metrics, weights and predictions of every run', () => {
    for (const method of METHODS) {
      const run = join(folder, 'runs', `${method}-s0`);
      const record = readRunRecord(join(run, 'record.json'));
      if (record === undefined) throw new Error(`${method} has no record`);
      expect(record.status).toBe('done');
      const scores = readScores(run, record, record.settings.scoring);
      expect(scores?.scores.map(({ volume }) => volume)).toEqual(['test-0', 'test-1']);
      expect(Object.keys(record.outputs)).toEqual(
        expect.arrayContaining(['metrics.jsonl', 'model/manifest.json', 'predictions/test-0.tif']),
      );
      for (const name of Object.keys(record.outputs))
        expect(existsSync(join(run, name))).toBe(true);
    }
  });

  it('writes the report with the table and the slices of every method', () => {
    const report = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(report).toContain('Conventional cycleGAN');
    const figures = readFigures(join(folder, 'table1/figures.json'));
    const shown = figures?.blocks.flatMap((block) => (block.kind === 'volumes' ? block.items : []));
    expect(shown?.map(({ id }) => id)).toEqual(['input', 'truth', ...METHODS, ...CLASSICAL]);
  });

  it('gives the same numbers again', async () => {
    const first = readNumbers();
    await runTable1();
    expect(readNumbers()).toEqual(first);
  }, 300_000);
});

describe('every experiment file, from the runs of Table I and what else it needs', () => {
  beforeAll(async () => {
    for (const { id, seed } of listAllRuns(set, 'smoke')) {
      const parameters = [id.replace(/-s\d+$/, ''), '--seed', String(seed), '--profile', 'smoke'];
      expect(await blurcycle('train', ...parameters)).toMatchObject({ code: 0 });
    }
    for (const name of set.experiments.keys()) {
      const made = await blurcycle('table', name, '--profile', 'smoke', '--no-report');
      expect(made).toMatchObject({ code: 0 });
    }
  }, 300_000);

  it('makes the table of every experiment file, each row under each of its conditions', () => {
    for (const name of set.experiments.keys()) {
      const table = readTable(join(folder, name, 'table.json'));
      const { rows, conditions, claims } = resolveExperiment(set, name, 'smoke');
      const named = conditions.flatMap(({ id }) => rows.map((row) => scoreName(row.id, id)));
      expect(table?.rows.map((row) => scoreName(row.id, row.condition))).toEqual(named);
      expect(table?.claims.map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
      for (const { status, note = DIRTY } of table?.rows ?? []) {
        expect(status).toBe('done');
        expect(note).toContain(DIRTY);
      }
    }
  });

  it('trains what several experiments need once', () => {
    const trained = readdirSync(join(folder, 'runs')).sort();
    expect(trained).toEqual(
      listAllRuns(set, 'smoke')
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('takes the scores of the training condition from the runs themselves', () => {
    const rows = (name: string) => readTable(join(folder, name, 'table.json'))?.rows ?? [];
    const proposed = rows('table1').find(({ id }) => id === 'proposed')?.ours;
    const at = (name: string, condition: string) =>
      rows(name).find((row) => row.id === 'proposed' && row.condition === condition)?.ours;
    expect(at('fig8', 'snr-20')).toEqual(proposed);
    expect(at('table2', 'born-wolf')).toEqual(proposed);
    expect(at('fig8', 'snr-10')).not.toEqual(proposed);
    expect(at('fig8', 'snr-10')).toEqual(at('fig7', 'snr-10'));
  });

  it('shows curves over the sweep and stacks of every condition', () => {
    const [psnr] = readFigures(join(folder, 'fig8/figures.json'))?.blocks ?? [];
    if (psnr?.kind !== 'curves') throw new Error('Fig. 8 has no curves');
    const [input] = psnr.series;
    expect(input.points.map(({ name }) => name)).toEqual([
      ...['SNR 1.25 dB', 'SNR 2.5 dB', 'SNR 5 dB', 'SNR 10 dB', 'SNR 20 dB', 'no noise'],
    ]);
    expect(input.points.map(({ y }) => y)).toEqual(
      input.points.map(({ y }) => y).sort((a, b) => a - b),
    );
    const stacks = readFigures(join(folder, 'fig7/figures.json'))?.blocks ?? [];
    const whole = [16, 32, 32]; // the volumes of the profile
    expect(stacks.map((block) => block.kind === 'volumes' && block.shape)).toEqual(
      Array(6).fill(whole),
    );
  });

  it('has nothing left to do', async () => {
    const { out } = await blurcycle('plan', 'fig8', '--profile', 'smoke', '--json');
    const { steps } = JSON.parse(out) as { steps: { action: string }[] };
    expect(steps).toHaveLength(4 + 4 * 5 + 1);
    expect(steps.filter(({ action }) => action !== 'keep')).toEqual([]);
  });

  it('makes again only the stages of a run that are stale', async () => {
    const at = join(folder, 'runs/proposed-s0');
    const read = (name: string) => readFileSync(join(at, name), 'utf8');
    const [record, scores] = [read('record.json'), read('scores.json')];
    const train = async () =>
      (await blurcycle('train', 'proposed', '--seed', '0', '--profile', 'smoke')).error;
    try {
      expect(await train()).toBe('proposed-s0: up to date\n');
      // As if the version of the scores, and then that of the predictions, had been raised since.
      const { scores: scored, prediction } = NUMERICS;
      const raised = scores.replace(`"scores": ${scored}`, '"scores": 99');
      writeFileSync(join(at, 'scores.json'), raised);
      expect(await train()).toContain(`proposed-s0: scoring (NUMERICS.scores: 99 -> ${scored}`);
      expect(read('scores.json')).toBe(scores);
      expect(read('record.json')).toBe(record);
      const later = record.replace(`"prediction": ${prediction}`, '"prediction": 99');
      writeFileSync(join(at, 'record.json'), later);
      expect(await train()).toContain(
        `proposed-s0: predicting (NUMERICS.prediction: 99 -> ${prediction}`,
      );
      expect(read('scores.json')).toBe(scores);
      const again = JSON.parse(read('record.json')) as RunRecord;
      const before = JSON.parse(record) as RunRecord;
      expect(again).toEqual({ ...before, inferenceSeconds: again.inferenceSeconds });
    } finally {
      writeFileSync(join(at, 'record.json'), record);
      writeFileSync(join(at, 'scores.json'), scores);
    }
  });

  it('verifies, until one byte of a table or a number in it is altered', async () => {
    const verify = async () => (await blurcycle('verify', 'table2', '--profile', 'smoke')).out;
    expect(await verify()).not.toContain('FAIL');
    const altered = async (path: string, at: number) => {
      const bytes = readFileSync(join(folder, path));
      writeFileSync(join(folder, path), bytes.with(at, bytes[at] ^ 1));
      const found = await verify();
      writeFileSync(join(folder, path), bytes);
      return found;
    };
    expect(await altered('table2/table.csv', 200)).toMatch(
      /FAIL {2}table table2: output table\.csv has other bytes than recorded/,
    );
    const number = readFileSync(join(folder, 'table2/table.json'), 'utf8').indexOf('"mean": ') + 8;
    expect(await altered('table2/table.json', number)).toMatch(
      /is .+ when computed again, table\.json says/,
    );
  });

  it('replays one run of each kind, until a number of its log is altered', async () => {
    const parameters = ['verify', 'table3', '--replay', '4', '--profile', 'smoke'];
    const same = await blurcycle(...parameters);
    expect(same).toMatchObject({ code: 0, error: expect.not.stringContaining('FAIL') as string });
    expect(same.out).toMatch(
      /^ok {4}replay proposed-s0: \d+ inputs, \d+ lines of the log, .+, predictions\/test-0\.tif$/m,
    );
    const log = join(folder, 'runs/proposed-s0/metrics.jsonl');
    const text = readFileSync(log, 'utf8');
    writeFileSync(log, text.replace(/"generatorTotal":\d/, '"generatorTotal":9'));
    const { code, out } = await blurcycle(...parameters);
    writeFileSync(log, text);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}replay proposed-s0: update 1, train: generatorTotal is .+$/m);
    const { kinds } = readReplay(RESULTS_DIRECTORY, 'smoke') ?? { kinds: [] };
    expect(kinds.map(({ run, differences }) => [run, differences.length])).toContainEqual([
      ...['proposed-s0', 1],
    ]);
  }, 60_000);
});
