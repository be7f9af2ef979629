import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NUMERICS, readReportRecord, readRunRecord, writeScores } from '@blurcycle/experiment';
import { afterAll, describe, expect, it } from 'vitest';
import { buildReport } from '../src/buildReport.ts';
import { readResults } from '../src/inputs/readResults.ts';

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
  it('gives the same bytes for the same results, also beside what it wrote before', async () => {
    const directory = copyOfResults();
    const first = await buildReport({ resultsDir: directory, profile: 'synthetic' });
    const bytes = readFileSync(first.path);
    const svg = readFileSync(join(directory, 'synthetic/table1/figures/scores-psnr.svg'));
    const second = await buildReport({ resultsDir: directory, profile: 'synthetic' });
    expect(bytes.equals(readFileSync(second.path))).toBe(true);
    expect(
      svg.equals(readFileSync(join(directory, 'synthetic/table1/figures/scores-psnr.svg'))),
    ).toBe(true);
    expect(first.bytes).toBe(bytes.length);
    expect(first.bytes).toBeLessThan(5e6);
    const figures = readdirSync(join(directory, 'synthetic/table1/figures')).filter(
      (name) => !name.endsWith('.png'),
    );
    expect(figures.sort()).toEqual([
      'scores-psnr.svg',
      'scores-psnr.vl.json',
      'scores-ssim.svg',
      'scores-ssim.vl.json',
    ]);
    expect(svg.toString()).toContain('PSNR (dB)');
    const { outputs = {} } = readReportRecord(directory, 'synthetic') ?? {};
    expect(outputs).toMatchObject({
      'report.html': createHash('sha256').update(bytes).digest('hex'),
      'table1/figures/scores-psnr.svg': createHash('sha256').update(svg).digest('hex'),
    });
    for (const name of Object.keys(outputs))
      expect(existsSync(join(directory, 'synthetic', name))).toBe(true);
  });

  it('goes on beside damaged files and says which they are', async () => {
    const directory = copyOfResults();
    writeFileSync(join(directory, 'synthetic/table1/figures.json'), '{ "title": "cut off');
    writeFileSync(join(directory, 'synthetic/runs/proposed-s1/record.json'), '{}');
    const { path } = await buildReport({ resultsDir: directory, profile: 'synthetic' });
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('Unreadable');
    expect(text).toContain('figures.json must hold JSON');
    expect(text).toContain('proposed-s1/record.json must follow its schema');
    expect(text).toContain('no record of proposed-s1');
  });

  it('names the directory when there are no results', async () => {
    await expect(buildReport({ resultsDir: copyOfResults(), profile: 'absent' })).rejects.toThrow(
      /^readResults: .*absent must hold results/,
    );
  });
});

describe('readResults({ resultsDir, profile })', () => {
  it('takes the kernel from scores.json, and from the record of an older run', async () => {
    const directory = copyOfResults();
    const at = join(directory, 'synthetic/runs/proposed-s0');
    const record = readRunRecord(join(at, 'record.json'));
    if (record === undefined) throw new Error('the fixture has a record');
    await writeScores(at, {
      key: 'a'.repeat(64),
      numerics: NUMERICS,
      scoring: record.settings.scoring,
      metrics: ['psnr'],
      scores: record.scores ?? [],
      kernel: { sum: 0.5 },
      inputs: {},
    });
    const { runs } = await readResults({ resultsDir: directory, profile: 'synthetic' });
    const kernels = new Map(runs.map(({ record: { id }, kernel }) => [id, kernel]));
    expect(kernels.get('proposed-s0')).toEqual({ sum: 0.5 });
    expect(kernels.get('proposed-s1')).toEqual({ sum: 0.98, correlation: 0.9 });
    expect(kernels.get('cyclegan-s0')).toBe(null);
  });
});
