import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Hashes, readReportRecord } from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { type Checked, compareHashes } from './verifyResult.ts';

/**
 * Checks that the report of a profile is what its record says: every byte of the page, of its
 * charts and of their specifications, and that it shows the table of this experiment as it is now.
 *
 * @returns Null where no report was built.
 * @throws {InputError} If the record is not as it was written.
 */
export async function verifyReport(
  experiment: string,
  resultsDir: string,
  profile: string,
): Promise<Checked | null> {
  const root = join(resultsDir, profile);
  const record = readReportRecord(resultsDir, profile);
  if (record === undefined) {
    if (!existsSync(join(root, 'report.html'))) return null;
    return { checked: ['no file'], absent: ['report.json'], differences: [] };
  }
  const ofTable = (names: Hashes): Hashes =>
    Object.fromEntries(Object.entries(names).filter(([name]) => name.startsWith(`${experiment}/`)));
  const shown = ofTable(record.inputs);
  const outputs = Object.keys(record.outputs);
  return {
    checked: [`${Object.keys(shown).length} inputs`, `${outputs.length} outputs`],
    absent: [],
    differences: [
      ...compareHashes('input', shown, await hashThere(root, Object.keys(shown))),
      ...compareHashes('output', record.outputs, await hashThere(root, outputs)),
    ],
  };
}

/** SHA-256 of the files that are there. */
async function hashThere(root: string, names: readonly string[]): Promise<Hashes> {
  const there = names.filter((name) => existsSync(join(root, name)));
  const hashes = await Promise.all(
    there.map(async (name) => [name, await fileHash(join(root, name))] as const),
  );
  return Object.fromEntries(hashes);
}
