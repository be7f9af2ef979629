import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReportRecord } from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyReport } from '../src/check/verifyReport.ts';

const FILES = [
  'report.html',
  'table1/figures/scores-psnr.svg',
  'table1/figures/scores-psnr.vl.json',
];
const RECORD = 'table1/record.json';

let folder = '';
let root = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blurcycle-report-'));
  root = join(folder, 'quick');
  mkdirSync(join(root, 'table1/figures'), { recursive: true });
  for (const name of [...FILES, RECORD]) writeFileSync(join(root, name), `content of ${name}\n`);
  const hashes = async (names: readonly string[]): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, await fileHash(join(root, name))] as const),
      ),
    );
  await writeReportRecord(folder, {
    profile: 'quick',
    inputs: await hashes([RECORD]),
    madeAt: { [RECORD]: '2026-11-28T00:00:00Z' },
    outputs: await hashes(FILES),
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Flips the lowest bit of a byte of a file. */
function flip(name: string, at: number): void {
  const bytes = readFileSync(join(root, name));
  bytes[at] ^= 1;
  writeFileSync(join(root, name), bytes);
}

describe('verifyReport(resultsDir, profile)', () => {
  it('finds a report as it was built', async () => {
    expect(await verifyReport(folder, 'quick')).toEqual({
      checked: ['1 inputs', '3 outputs'],
      absent: [],
      differences: [],
      stale: null,
    });
  });

  it.each([...FILES, RECORD])('sees one changed bit of %s', async (name) => {
    flip(name, 3);
    const kind = name === RECORD ? 'input' : 'output';
    expect((await verifyReport(folder, 'quick'))?.differences).toEqual([
      `${kind} ${name} has other bytes than recorded`,
    ]);
  });

  it('sees any changed byte of its own record', async () => {
    const count = readFileSync(join(root, 'report.json')).length;
    for (let at = 0; at < count; at++) {
      flip('report.json', at);
      await expect(verifyReport(folder, 'quick')).rejects.toThrow(
        /report\.json must be as it was written, got other bytes \(npx blurcycle report/,
      );
      flip('report.json', at);
    }
    expect((await verifyReport(folder, 'quick'))?.differences).toEqual([]);
  });

  it('names what is missing, and says nothing where no report was built', async () => {
    rmSync(join(root, 'table1/figures/scores-psnr.svg'));
    expect((await verifyReport(folder, 'quick'))?.differences).toEqual([
      'output table1/figures/scores-psnr.svg is missing',
    ]);
    rmSync(join(root, 'report.json'));
    expect((await verifyReport(folder, 'quick'))?.absent).toEqual(['report.json']);
    rmSync(join(root, 'report.html'));
    expect(await verifyReport(folder, 'quick')).toBeNull();
  });
});
