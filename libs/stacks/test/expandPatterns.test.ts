import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expandPatterns } from '../src/expandPatterns.ts';
import { afterAll, describe, expect, it } from 'vitest';

describe('expandPatterns(where, name, patterns)', () => {
  const root = mkdtempSync(join(tmpdir(), 'blurcycle-patterns-'));
  afterAll(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'raw'));
  mkdirSync(join(root, 'empty'));
  for (const name of ['b.tif', 'a.tif', 'c.tiff', 'notes.txt'])
    writeFileSync(join(root, 'raw', name), '');

  it('expands patterns and folders, sorted, each file once', () => {
    const at = (...names: string[]): string[] => names.map((name) => join(root, 'raw', name));
    expect(expandPatterns('fit', '--blurred', [join(root, 'raw/*.tif')])).toEqual(
      at('a.tif', 'b.tif'),
    );
    expect(
      expandPatterns('fit', '--blurred', [join(root, 'raw'), join(root, 'raw/a.tif')]),
    ).toEqual(at('a.tif', 'b.tif', 'c.tiff'));
  });

  it('refuses what stands for nothing', () => {
    expect(() => expandPatterns('fit', '--sharp', [join(root, 'empty')])).toThrow(
      /^fit: --sharp must name TIFF files, got '.+empty' \(the folder holds no .tif, .tiff or .zarr\)$/,
    );
    expect(() => expandPatterns('fit', '--sharp', [join(root, 'x*.tif')])).toThrow(
      /--sharp must name TIFF files, got '.+x\*.tif'/,
    );
  });
});
