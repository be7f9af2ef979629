import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandomStream } from '@blurcycle/core';
import { readRunRecord } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY, PROJECT_ROOT } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * A run long enough to be killed in the middle of, with everything a checkpoint has to hold: every
 * stream, a full history buffer.
 */
const EXPERIMENT = `
title: A run that is killed again and again
place: Test
rows:
  - method: proposed
    id: victim
    label: Victim
    settings:
      training:
        updates: 120
        ganLoss: wasserstein-gp
        historyBuffer: 5
        logEvery: 3
        validateEvery: 25
        checkpointEvery: 7
        select: best-cycle-residual
claims: []
`;
const KILLS = 20;

let folder = '';
let experiments = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blurcycle-survival-'));
  experiments = join(folder, 'experiments');
  for (const file of ['_defaults.yaml', '_profiles.yaml', 'methods.yaml', 'classical.yaml'])
    cpSync(join(EXPERIMENTS_DIRECTORY, file), join(experiments, file));
  writeFileSync(join(experiments, 'victim.yaml'), EXPERIMENT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Life {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/**
 * The real command in a process of its own.
 *
 * @param end - Called when the training has begun to set up: the process may be ended any time from
 *   then on.
 */
function train(
  results: string,
  end?: (kill: (signal: NodeJS.Signals) => void) => void,
  ...more: readonly string[]
): Promise<Life> {
  const bin = join(PROJECT_ROOT, 'apps/experiments/bin/blurcycle.mjs');
  const options = ['--seed', '0', '--profile', 'smoke', '--threads', '1'];
  const places = ['--experiments-dir', experiments, '--results-dir', join(folder, results)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'train', 'victim', ...options, ...places, ...more]);
    let errors = '';
    let begun = false;
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString();
      if (begun || !errors.includes('back-end')) return;
      begun = true;
      end?.((signal) => child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, errors }));
  });
}

/** Waits until a folder has changed since a time in milliseconds, for a minute at most. */
async function whenWritten(path: string, since: number): Promise<void> {
  for (let look = 0; look < 3000; look++) {
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1) > since) return;
    await wait(20);
  }
}

const runFolder = (results: string): string => join(folder, results, 'smoke/runs/victim-s0');

/** Everything of a run that must not depend on how often it was interrupted. */
function numbersOf(results: string): unknown {
  const place = runFolder(results);
  const record = readRunRecord(join(place, 'record.json'));
  const { status, error, selectedUpdate, choices, scores, kernel, outputs } = record ?? {};
  const files = Object.keys(outputs ?? {});
  const weights = readFileSync(join(place, 'model', weightsFile(place)));
  const metrics = readFileSync(join(place, 'metrics.jsonl'), 'utf8');
  return {
    status,
    error,
    selectedUpdate,
    choices,
    scores,
    kernel,
    outputs,
    files,
    metrics,
    weights,
  };
}

function weightsFile(place: string): string {
  const found = readdirSync(join(place, 'model')).find((name) => name.endsWith('.weights'));
  if (found === undefined) throw new Error(`no weights in ${place}`);
  return found;
}

describe('blurcycle train, ended from outside', () => {
  let undisturbed: unknown;
  let seconds = 0;
  let secondsToStart = 0;
  beforeAll(async () => {
    const born = performance.now();
    let begun = 0;
    const { code, errors } = await train('undisturbed', () => (begun = performance.now()));
    seconds = (performance.now() - begun) / 1000;
    secondsToStart = (begun - born) / 1000;
    expect(errors).toContain('victim-s0: back-end');
    expect(code).toBe(0);
    undisturbed = numbersOf('undisturbed');
  }, 300_000);

  it(`killed at ${KILLS} random moments ends with the same weights, metrics and scores, bit for bit`, async () => {
    const stream = createRandomStream(1, 'kills');
    let kills = 0;
    let checkpointed = 0;
    let finished = false;
    while (kills < KILLS || !finished) {
      const born = Date.now();
      const life = await train('killed', (kill) => {
        if (kills === KILLS) return;
        // Every other one dies anywhere, also while it is set up; the rest once they train, within
        // a quarter of the whole.
        const trains =
          kills % 2 === 0 ? whenWritten(join(runFolder('killed'), 'checkpoint'), born) : wait(0);
        const moment = (1000 * stream.uniform() * seconds) / 4;
        void trains.then(() => wait(moment)).then(() => kill('SIGKILL'));
      });
      expect(life.errors).not.toMatch(/damaged|one process/);
      if (existsSync(join(runFolder('killed'), 'checkpoint'))) checkpointed++;
      finished = life.signal !== 'SIGKILL';
      if (!finished) kills++;
      else {
        expect(life.code).toBe(0);
        expect(numbersOf('killed')).toEqual(undisturbed);
        rmSync(join(folder, 'killed'), { recursive: true }); // faster than its killers: once more from the start
      }
    }
    expect(checkpointed).toBeGreaterThan(KILLS / 2); // they did not all die before they had saved anything
  }, 600_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s finishes the step, saves and exits with %i; the same command goes on',
    async (signal, code) => {
      const results = signal.toLowerCase();
      const life = await train(results, (kill) => {
        void whenWritten(join(runFolder(results), 'checkpoint'), 0).then(() => kill(signal));
      });
      expect(life.code).toBe(code);
      const line = life.errors.trim().split('\n').at(-1);
      expect(line).toMatch(
        new RegExp(
          `^victim-s0: stopped by ${signal} after update \\d+; the same command goes on from there$`,
        ),
      );
      const step = Number(/after update (\d+)/.exec(line ?? '')?.[1]);
      const saved = readdirSync(join(runFolder(results), 'checkpoint'))
        .sort()
        .at(-1);
      expect(saved).toBe(`step-${String(step).padStart(8, '0')}.checkpoint`);
      expect((await train(results)).code).toBe(0);
      expect(numbersOf(results)).toEqual(undisturbed);
    },
    300_000,
  );

  it('--max-minutes saves and exits with 75; a call without it ends the run', async () => {
    // The limit counts from the start of the process: half of the training is left, or more, where
    // the machine has become faster than it was for the undisturbed run.
    let [name, code, errors]: [string, number | null, string] = ['', 0, ''];
    for (let part = 2; code === 0 && part <= 32; part *= 2) {
      name = `limited-${part}`;
      const limit = String((secondsToStart + seconds / part) / 60);
      ({ code, errors } = await train(name, undefined, '--max-minutes', limit));
    }
    expect(code).toBe(75);
    expect(errors.trim().split('\n').at(-1)).toMatch(
      /^victim-s0: stopped by --max-minutes after update \d+; the same command goes on from there$/,
    );
    expect((await train(name)).code).toBe(0);
    expect(numbersOf(name)).toEqual(undisturbed);
    const refused = await train(name, undefined, '--max-minutes', '0');
    expect(refused).toMatchObject({
      code: 2,
      errors: 'blurcycle: --max-minutes must be above 0, got 0\n',
    });
  }, 300_000);

  it('lets no second process at the same run, and harms neither', async () => {
    let second: Promise<Life> | undefined;
    const first = await train('shared', () => {
      second = wait(200).then(() => train('shared'));
    });
    const refused = await second;
    expect(first.code).toBe(0);
    expect(refused?.code).toBe(2);
    expect(refused?.errors.trim().split('\n').at(-1)).toMatch(
      /^victim-s0: .*victim-s0 must be used by one process at a time, got process \d+ of .+ \(wait for it, or stop it first\)$/,
    );
    expect(numbersOf('shared')).toEqual(undisturbed);
  }, 300_000);
});
