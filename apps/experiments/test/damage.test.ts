import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { NUMERICS, runDirectory } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, blurcycle } from './commandLine.ts';

const EXPERIMENT = `
title: One run
place: a test
rows:
  - { method: input }
  - { method: supervised-mse }
claims: []
`;

const root = mkdtempSync(join(tmpdir(), 'blurcycle-damage-'));
const [experimentsDir, resultsDir] = [join(root, 'experiments'), join(root, 'results')];
const PLACES = ['--profile', 'smoke', '--experiments-dir', experimentsDir];
const HERE = [...PLACES, '--results-dir', resultsDir];
const run = runDirectory(resultsDir, 'smoke', 'supervised-mse-s0');

const train = (): Promise<Answer> =>
  blurcycle('train', 'supervised-mse', '--seed', '0', ...HERE, '--threads', '1');

beforeAll(async () => {
  for (const name of ['_defaults.yaml', '_profiles.yaml', 'methods.yaml', 'classical.yaml'])
    cpSync(join(EXPERIMENTS_DIRECTORY, name), join(experimentsDir, name));
  writeFileSync(join(experimentsDir, 'one.yaml'), EXPERIMENT);
  expect(await train()).toMatchObject({ code: 0 });
  expect(await blurcycle('table', 'one', ...HERE, '--no-report')).toMatchObject({ code: 0 });
}, 180_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a command says while a file is damaged; the file is as it was afterwards. */
async function whileDamaged(
  path: string,
  damage: string,
  command: () => Promise<Answer>,
): Promise<Answer> {
  const bytes = readFileSync(path);
  writeFileSync(path, damage);
  try {
    return await command();
  } finally {
    writeFileSync(path, bytes);
  }
}

describe('results that are damaged', () => {
  it.each(['{"id": "super', '{}', ''])(
    'a record %j: the run is made anew, with a warning and the same bytes',
    async (damage) => {
      const weights = readFileSync(join(run, 'model/generator.weights'));
      const path = join(run, 'record.json');
      const { code, error } = await whileDamaged(path, damage, train);
      expect(code).toBe(0);
      expect(error).toMatch(/^warning: .+record.json is not used: its record is damaged; /m);
      expect(readFileSync(join(run, 'model/generator.weights')).equals(weights)).toBe(true);
    },
  );

  it('a table: it is named, and the list has all other experiments', async () => {
    const list = (): Promise<Answer> => blurcycle('list', ...HERE);
    const whole = await list();
    const path = join(resultsDir, 'smoke/one/table.json');
    const { code, out, error } = await whileDamaged(path, '{', list);
    expect({ code, out }).toEqual({ code: 0, out: whole.out });
    expect(error).toMatch(/^warning: .+table.json must hold JSON, got 1 characters/);
  });

  it('a log: the table names file and line', async () => {
    const path = join(run, 'metrics.jsonl');
    const { code, error } = await whileDamaged(path, 'null\n', () =>
      blurcycle('table', 'one', ...HERE, '--no-report'),
    );
    expect(code).toBe(2);
    expect(error).toMatch(`${path}:1: line must be a JSON object with step, kind and values`);
  });

  it('weights of another layout: predictions that are to be made again are not made with them', async () => {
    // Stale predictions: those of an earlier version of the numbers.
    const record = join(run, 'record.json');
    const text = readFileSync(record, 'utf8');
    const earlier = text.replace(/"prediction": \d+/, `"prediction": ${NUMERICS.prediction - 1}`);
    const predict = (): Promise<Answer> => whileDamaged(record, earlier, train);
    expect((await predict()).error).toMatch(/^supervised-mse-s0: predicting /m);
    const { code, error } = await whileDamaged(join(run, 'model/model.json'), '{}', predict);
    expect(code).toBe(0);
    expect(error).toMatch(/^warning: .+model.json must be the file that was written, got /m);
    expect(error).toContain('back-end');
    expect(error).not.toContain('predicting');
  });
});

describe('blurcycle report', () => {
  it('takes a results folder relative to where it is called', async () => {
    const { code, error } = await blurcycle(
      ...['report', ...PLACES, '--results-dir', relative(process.cwd(), resultsDir)],
    );
    expect({ code, error }).toEqual({ code: 0, error: '' });
  });
});
