import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useRunFolder } from '../src/runFolder.ts';

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'blurcycle-folder-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const REMEDY = 'make it a folder that can be written, or choose another with --results-dir';
const enter = (folder: string): Promise<string> =>
  useRunFolder(folder, 'run-s0', () => Promise.resolve('done'));

describe('useRunFolder(folder, runId, work)', () => {
  it('makes the folder with those above it, holds it during the work, and removes what was left half written', async () => {
    const folder = join(place, 'results/quick/runs/run-s0');
    const seen = await useRunFolder(folder, 'run-s0', () => Promise.resolve(readdirSync(folder)));
    expect(seen).toEqual(['run.lock']);
    mkdirSync(join(folder, `.model.${randomUUID()}.tmp`));
    mkdirSync(join(folder, `.model.${randomUUID()}.tmp.old`));
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', `.record.json.${randomUUID()}.tmp`), '');
    writeFileSync(join(folder, 'kept.tmp'), '');
    await enter(folder);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['kept.tmp', 'sub']);
  });

  // Permissions do not bind root, under which tests may run; a file in the way does.
  it('names what exists and takes no folder', async () => {
    writeFileSync(join(place, 'file'), '');
    await expect(enter(join(place, 'file/results/run-s0'))).rejects.toThrow(
      `run-s0: cannot write into '${join(place, 'file')}', got ENOTDIR (${REMEDY})`,
    );
  });

  it.skipIf(!existsSync('/proc/self'))(
    'gives up on a file system that takes no folder',
    async () => {
      await expect(enter('/proc/results/run-s0')).rejects.toThrow(
        `run-s0: cannot write into '/proc', got ENOENT (${REMEDY})`,
      );
    },
  );

  it('names the file that the work could not write, and lets the next process in', async () => {
    const folder = join(place, 'run-s0');
    const path = join(folder, 'gone/record.json');
    const work = (): Promise<void> => Promise.resolve().then(() => writeFileSync(path, ''));
    await expect(useRunFolder(folder, 'run-s0', work)).rejects.toThrow(
      `run-s0: cannot write '${path}', got ENOENT`,
    );
    expect(await enter(folder)).toBe('done');
  });
});
