import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { buildReport } from '../src/buildReport.ts';

const fixtures = fileURLToPath(new URL('fixtures/results', import.meta.url));
const directories: string[] = [];

/** A copy of the fixture results, because building writes figures beside them. */
function copyOfResults(): string {
  const directory = mkdtempSync(join(tmpdir(), 'report-'));
  directories.push(directory);
  cpSync(fixtures, directory, { recursive: true });
  return directory;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

describe('buildReport({ resultsDir, profile })', () => {
  it('gives the same bytes for the same results', async () => {
    const [a, b] = [copyOfResults(), copyOfResults()];
    const first = await buildReport({ resultsDir: a, profile: 'synthetic' });
    const second = await buildReport({ resultsDir: b, profile: 'synthetic' });
    const again = await buildReport({ resultsDir: b, profile: 'synthetic' });
    const bytes = readFileSync(first.path);
    expect(bytes.equals(readFileSync(second.path))).toBe(true);
    expect(again.bytes).toBe(first.bytes);
    expect(first.bytes).toBe(bytes.length);
    expect(first.bytes).toBeLessThan(5e6);
  });

  it('keeps every chart as a specification and as SVG', async () => {
    const directory = copyOfResults();
    await buildReport({ resultsDir: directory, profile: 'synthetic' });
    const files = readdirSync(join(directory, 'synthetic/table1/figures')).sort();
    expect(files).toEqual(['psnr.svg', 'psnr.vl.json', 'ssim.svg', 'ssim.vl.json']);
    const svg = readFileSync(join(directory, 'synthetic/table1/figures/psnr.svg'), 'utf8');
    expect(svg).toContain('PSNR (dB)');
  });

  it('shows values from results as text', async () => {
    const { path } = await buildReport({ resultsDir: copyOfResults(), profile: 'synthetic' });
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('Non-blind &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<script>alert(1)');
  });

  it('names the directory when there are no results', async () => {
    await expect(buildReport({ resultsDir: copyOfResults(), profile: 'absent' })).rejects.toThrow(
      /^readResults: .*absent must hold results/,
    );
  });
});
