import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type * as fs from 'node:fs/promises';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFileAtomically } from '../src/writeFileAtomically.ts';

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof fs>();
  return { ...real, open: vi.fn(real.open), rename: vi.fn(real.rename) };
});
const { open: realOpen, rename: realRename } = await vi.importActual<typeof fs>('node:fs/promises');

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blurcycle-write-'));
  path = join(folder, 'result.json');
});
afterEach(() => {
  vi.mocked(open).mockImplementation(realOpen);
  vi.mocked(rename).mockImplementation(realRename);
  rmSync(folder, { recursive: true, force: true });
});

/** What is done to the disk from now on, in order. */
function watchDisk(): string[] {
  const done: string[] = [];
  vi.mocked(open).mockImplementation(async (opened, ...rest) => {
    const file = await realOpen(opened, ...rest);
    const sync = file.sync.bind(file);
    file.sync = () => {
      done.push(`sync ${opened === folder ? 'folder' : 'file'}`);
      return sync();
    };
    return file;
  });
  vi.mocked(rename).mockImplementation((from, to) => {
    done.push(`rename to ${basename(String(to))}`);
    return realRename(from, to);
  });
  return done;
}

describe('writeFileAtomically(path, where, content)', () => {
  it.each([
    ['text', 'µ = 1\n', 'µ = 1\n'],
    ['bytes', new Uint8Array([104, 105]), 'hi'],
    ['what a function writes', (file: FileHandle) => file.writeFile('parts'), 'parts'],
  ])('writes %s, and leaves nothing else behind', async (_, content, expected) => {
    await writeFileAtomically(path, 'test', content);
    expect(readFileSync(path, 'utf8')).toBe(expected);
    expect(readdirSync(folder)).toEqual(['result.json']);
  });

  it('brings the content to the disk before it takes the name, then the name itself', async () => {
    const done = watchDisk();
    await writeFileAtomically(path, 'test', 'new');
    expect(done).toEqual(['sync file', 'rename to result.json', 'sync folder']);
  });

  it.each(['write', 'sync', 'rename'])(
    'keeps the old file when %s fails, and removes the temporary one',
    async (step) => {
      await writeFileAtomically(path, 'test', 'old');
      const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
      vi.mocked(open).mockImplementation(async (...parameters) => {
        const file = await realOpen(...parameters);
        if (step === 'write') file.writeFile = () => Promise.reject(full);
        if (step === 'sync') file.sync = () => Promise.reject(full);
        return file;
      });
      if (step === 'rename') vi.mocked(rename).mockRejectedValue(full);
      await expect(writeFileAtomically(path, 'test', 'new')).rejects.toThrow(
        `test: cannot write '${path}', got ENOSPC (the disk is full: free some space or write elsewhere)`,
      );
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['result.json']);
    },
  );

  it('makes the folders above only on request', async () => {
    const deep = join(folder, 'a/b/result.json');
    await expect(writeFileAtomically(deep, 'test', '')).rejects.toThrow(
      `test: cannot write '${deep}', got ENOENT (the folder does not exist: create it first)`,
    );
    expect(existsSync(join(folder, 'a'))).toBe(false);
    await writeFileAtomically(deep, 'test', 'x', { parents: true });
    await writeFileAtomically(deep, 'test', 'y', { parents: true });
    expect(readFileSync(deep, 'utf8')).toBe('y');
  });

  it('does without the sync of a folder where the system has none', async () => {
    vi.mocked(open).mockImplementation((opened, ...rest) =>
      opened === folder ? Promise.reject(new Error('EISDIR')) : realOpen(opened, ...rest),
    );
    await writeFileAtomically(path, 'test', 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('refuses the name of a folder', async () => {
    mkdirSync(path);
    await expect(writeFileAtomically(path, 'test', '')).rejects.toThrow('got EISDIR');
  });

  it('replaces the file behind a symbolic link, which stays one', async () => {
    const real = join(folder, 'real');
    writeFileSync(real, 'before');
    symlinkSync(real, path);
    await writeFileAtomically(path, 'test', 'after');
    expect(readFileSync(real, 'utf8')).toBe('after');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([basename(path), 'real'].sort());
  });

  it.skipIf(!existsSync('/dev/null'))('leaves a device what it is', async () => {
    await expect(writeFileAtomically('/dev/null', 'test', 'x')).rejects.toThrow(
      "test: output must be a file, as it is replaced as a whole, got '/dev/null' (name a file)",
    );
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
