import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadExperiments, resolveExperiment, runDirectory } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY, RESULTS_DIRECTORY } from '@blurcycle/files';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, it } from 'vitest';
import { planExperiment, type PlanStep } from '../src/state/planExperiment.ts';
import { leaveResults } from './madeResults.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'blurcycle-plan-'));
  cpSync(EXPERIMENTS_DIRECTORY, directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Experiments with runs, tests under conditions, classical methods and figures alone. */
const MADE = ['table1', 'table3', 'fig5', 'fig7', 'fig8'];
let results = '';
beforeAll(async () => {
  results = mkdtempSync(join(tmpdir(), 'blurcycle-results-'));
  const set = loadExperiments(EXPERIMENTS_DIRECTORY);
  for (const name of MADE) {
    await leaveResults(resolveExperiment(set, name, 'standard'), results);
  }
});
afterAll(() => rmSync(results, { recursive: true, force: true }));

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(join(directory, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(directory, file), text.replace(from, to));
}

/** What results lack, by the experiment files of now. */
async function todo(name: string, resultsDir = results): Promise<readonly PlanStep[]> {
  const experiment = resolveExperiment(loadExperiments(directory), name, 'standard');
  const steps = await planExperiment(experiment, resultsDir);
  return steps.filter(({ action }) => action !== 'keep');
}

describe('planExperiment(experiment, resultsDir)', () => {
  it('has nothing to do, although data and predictions are not stored', async () => {
    for (const name of MADE) {
      expect([name, await todo(name)]).toEqual([name, []]);
    }
  });

  it('reads every record of the repository, and says of each that is not done what changed', async () => {
    for (const name of loadExperiments(directory).experiments.keys()) {
      for (const { reason } of await todo(name, RESULTS_DIRECTORY)) {
        expect(reason).not.toBe('');
        expect(reason).not.toContain('its record is');
      }
    }
  });

  it('makes again only what an edited row touches', async () => {
    edit('fig8.yaml', '- { method: proposed }', '- { method: proposed, label: Ours }');
    const reason = 'rows.proposed.label: "Proposed, blind" -> "Ours"';
    expect(await todo('fig8')).toEqual([
      { kind: 'table', name: 'fig8', action: 'make', state: 'stale', reason },
    ]);
    expect(await todo('fig7')).toEqual([]);
    expect(await todo('table1')).toEqual([]);
  });

  it('trains again what a setting of the training changes, then tests it and makes the table', async () => {
    edit('methods.yaml', 'pixelLoss: l2', 'pixelLoss: l1');
    const steps = await todo('fig8');
    const trained = steps.filter(({ kind }) => kind === 'run');
    expect(trained.map(({ action }) => action)).toEqual(Array(trained.length).fill('train'));
    expect(trained[0].reason).toBe('method.pixelLoss: "l2" -> "l1"');
    expect(new Set(trained.map(({ name }) => name.replace(/-s\d$/, ''))).size).toBe(1);
    const tests = steps.filter(({ kind }) => kind === 'test');
    expect(tests).toHaveLength(5 * trained.length);
    expect(tests[0].reason).toBe(`${trained[0].name} is to be trained`);
    expect(steps.at(-1)).toMatchObject({ kind: 'table', action: 'make', state: 'stale' });
  });

  it('scores again what a setting of the scores changes, of predictions that are here', async () => {
    edit('_defaults.yaml', 'kernelSmoothingSigmaVoxels: 1.5', 'kernelSmoothingSigmaVoxels: 2');
    const [run] = await todo('table3');
    const reason = 'scoring.kernelSmoothingSigmaVoxels: 1.5 -> 2';
    // Predictions are not stored in the repository, and have to be made where they are not.
    expect(run).toMatchObject({ kind: 'run', action: 'train', state: 'stale', reason });
    const predictions = join(runDirectory(results, 'standard', run.name), 'predictions');
    mkdirSync(predictions);
    const [again] = await todo('table3');
    rmSync(predictions, { recursive: true });
    expect(again).toMatchObject({ name: run.name, action: 'score', state: 'stale', reason });
  });
});
