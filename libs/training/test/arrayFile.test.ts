import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readArrayFile, writeArrayFile } from '../src/arrayFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-arrays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file whose hash is right, whatever its text says of the bytes behind it. */
function forge(text: string, values: number, textLength = Buffer.byteLength(text)): string {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(textLength);
  const parts = [Buffer.from('BLURCYC1'), length, Buffer.from(text), Buffer.alloc(4 * values)];
  const body = Buffer.concat(parts);
  const path = join(folder, 'forged');
  writeFileSync(path, Buffer.concat([body, createHash('sha256').update(body).digest()]));
  return path;
}

const layout = (...arrays: unknown[]): string => JSON.stringify({ header: null, arrays });

describe('readArrayFile(path)', () => {
  it('gives what was written, empty shapes included', async () => {
    const path = join(folder, 'whole');
    const arrays = new Map([
      ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['scalar', { shape: [], data: Float32Array.of(7) }],
    ]);
    await writeArrayFile(path, { header: { of: 'a test' }, arrays });
    expect(await readArrayFile(path)).toEqual({ header: { of: 'a test' }, arrays });
  });

  it.each([
    ['an array that is longer than the file', layout({ name: 'a', shape: [1024] }), 4],
    ['an array that would fill the memory', layout({ name: 'a', shape: [2 ** 40, 2 ** 40] }), 4],
    ['bytes behind the last array', layout({ name: 'a', shape: [2] }), 4],
  ])('refuses %s', async (_what, text, values) => {
    await expect(readArrayFile(forge(text, values))).rejects.toThrow(
      /^readArrayFile: .+forged must be whole, but its arrays need \d.* bytes, and it has 16$/,
    );
  });

  it.each([
    ['text that is no JSON', '{"header":'],
    ['no list', '{"header":null}'],
    ['null', 'null'],
    ['an array without a name', layout({ shape: [4] })],
    ['a side that is no count', layout({ name: 'a', shape: [-4] })],
    ['a side that is a fraction', layout({ name: 'a', shape: [0.5, 8] })],
    ['a shape that is none', layout({ name: 'a', shape: 'four' })],
    ['an array that is null', layout(null)],
  ])('refuses %s', async (_what, text) => {
    await expect(readArrayFile(forge(text, 4))).rejects.toThrow(
      /forged must be whole, but its list of arrays does not parse$/,
    );
  });

  it('refuses two arrays of one name, and a text that is longer than the file', async () => {
    const one = { name: 'a', shape: [2] };
    await expect(readArrayFile(forge(layout(one, one), 4))).rejects.toThrow(/it has 'a' twice$/);
    await expect(readArrayFile(forge(layout(one), 2, 2 ** 32 - 1))).rejects.toThrow(
      /its list of arrays does not parse$/,
    );
  });
});
