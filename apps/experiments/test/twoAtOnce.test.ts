import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDirectory } from '@blurcycle/experiment';
import { lockFolder, makeFolders, PROJECT_ROOT } from '@blurcycle/files';
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, blurcycle } from './commandLine.ts';

const resultsDir = mkdtempSync(join(tmpdir(), 'blurcycle-two-'));
afterAll(() => rmSync(resultsDir, { recursive: true, force: true }));

const PLACES = ['--profile', 'smoke', '--results-dir', resultsDir, '--threads', '1'];

/** The real command in a process of its own, beside others. */
function start(...parameters: string[]): Promise<Answer> {
  const bin = join(PROJECT_ROOT, 'apps/experiments/bin/blurcycle.mjs');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...parameters, ...PLACES]);
    let [out, error] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (error += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

const train = (...options: string[]): Promise<Answer> =>
  start('train', 'supervised-mse', '--seed', '0', ...options);

describe('two processes at once', { timeout: 120_000 }, () => {
  it('train one run once: one trains, the other waits and finds it up to date, or refuses', async () => {
    const folder = runDirectory(resultsDir, 'smoke', 'supervised-mse-s0');
    makeFolders(folder, 'test', '--results-dir');
    const lock = await lockFolder(folder, 'test');
    const waiting = [train('--wait'), train('--wait')];
    const refused = await train();
    expect(refused.code).toBe(2);
    expect(refused.error).toMatch(/^supervised-mse-s0: .+ must be used by one process at a time/m);
    lock.release();
    const answers = await Promise.all(waiting);
    expect(answers.map(({ code }) => code)).toEqual([0, 0]);
    const upToDate = answers.filter(({ error }) => error.includes('s0: up to date'));
    expect(upToDate).toHaveLength(1);
    expect(existsSync(join(folder, 'record.json'))).toBe(true);
    expect(existsSync(join(folder, 'run.lock'))).toBe(false);
  });

  it('compute a classical result once: one computes it, the other waits and finds it', async () => {
    const both = await Promise.all([1, 2].map(() => start('classical', 'table1')));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const found = /^\S+-d1: (up to date|another process has just made it)$/gm;
    // Four rows: each of them is computed by one of the two and found by the other.
    expect(both.flatMap(({ error }) => error.match(found) ?? [])).toHaveLength(4);
    const left = readdirSync(join(resultsDir, 'smoke/classical'));
    expect(left.filter((name) => name.endsWith('.lock'))).toEqual([]);
    expect(left).toHaveLength(4);
    const plan = await blurcycle('plan', 'table1', ...PLACES.slice(0, 4));
    expect(plan.out.match(/^keep +classical /gm)).toHaveLength(4);
  });

  it('make tables one after the other, and both are whole', async () => {
    const tables = await Promise.all(
      ['table1', 'table2'].map((name) => start('table', name, '--no-report')),
    );
    expect(tables.map(({ code }) => code)).toEqual([0, 0]);
    for (const name of ['table1', 'table2']) {
      const verified = await blurcycle('verify', name, ...PLACES.slice(0, 4));
      expect(verified.error).not.toContain('differs');
      expect(existsSync(join(resultsDir, 'smoke', name, 'table.json'))).toBe(true);
    }
  });
});
