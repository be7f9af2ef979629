import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readIfThere } from '../src/readFile.ts';

it('readIfThere gives the text, null for a file that is not there, and throws what else is wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blurcycle-read-'));
  try {
    const path = join(folder, 'text');
    expect(readIfThere(path)).toBeNull();
    writeFileSync(path, 'µm');
    expect(readIfThere(path)).toBe('µm');
    expect(readIfThere(join(path, 'behind a file'))).toBeNull();
    expect(() => readIfThere(folder)).toThrow('EISDIR');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
