import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { type Hashes, readExperimentRecord, readReportRecord } from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { type Checked, compareHashes } from './verifyResult.ts';

/** What was checked of a report, and the tables that were made again since; null where none was. */
interface CheckedReport extends Checked {
  readonly stale: string | null;
}

/**
 * Checks that the report of a profile is what its record says: every byte of the page, of its
 * charts and of their specifications, and of the records of the tables that it shows. A table that
 * was made again since makes the report stale, and takes its charts with it.
 *
 * @returns Null where no report was built.
 * @throws {InputError} If the record is not as it was written.
 */
export async function verifyReport(
  resultsDir: string,
  profile: string,
): Promise<CheckedReport | null> {
  const root = join(resultsDir, profile);
  const record = readReportRecord(resultsDir, profile);
  if (record === undefined) {
    if (!existsSync(join(root, 'report.html'))) return null;
    return { checked: ['no file'], absent: ['report.json'], differences: [], stale: null };
  }
  const { inputs, outputs, madeAt } = record;
  const again = Object.keys(inputs)
    .filter((name) => isMadeAgain(join(root, name), madeAt[name]))
    .map((name) => dirname(name));
  const kept = (hashes: Hashes): Hashes =>
    Object.fromEntries(
      Object.entries(hashes).filter(
        ([name]) => !again.some((table) => name.startsWith(`${table}/`)),
      ),
    );
  const [keptInputs, keptOutputs] = [kept(inputs), kept(outputs)];
  return {
    checked: [
      `${Object.keys(keptInputs).length} inputs`,
      `${Object.keys(keptOutputs).length} outputs`,
    ],
    absent: [],
    differences: [
      ...compareHashes('input', keptInputs, await hashThere(root, Object.keys(keptInputs))),
      ...compareHashes('output', keptOutputs, await hashThere(root, Object.keys(keptOutputs))),
    ],
    stale: again.length === 0 ? null : `made again since it was built: ${again.join(', ')}`,
  };
}

/** Whether the record of a table is another one than at that time. */
function isMadeAgain(path: string, createdAt: string | undefined): boolean {
  try {
    const record = readExperimentRecord(path);
    return record !== undefined && record.provenance.createdAt !== createdAt;
  } catch (error) {
    // A damaged record: its hash tells.
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** SHA-256 of the files that are there. */
async function hashThere(root: string, names: readonly string[]): Promise<Hashes> {
  const there = names.filter((name) => existsSync(join(root, name)));
  const hashes = await Promise.all(
    there.map(async (name) => [name, await fileHash(join(root, name))] as const),
  );
  return Object.fromEntries(hashes);
}
