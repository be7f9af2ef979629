import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileHash } from '@blurcycle/files';

/** Folders of a run whose files are results; checkpoints are not. */
const OUTPUTS = /^(metrics\.jsonl|kernel-start\.tif|model\/.+|predictions\/.+)$/;

/** SHA-256 of every result file of a run by its path inside the run's folder. */
export async function hashOutputs(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const outputs = names.filter((name) => OUTPUTS.test(name)).sort();
  const hashes = await Promise.all(
    outputs.map(async (name) => [name, await fileHash(join(folder, name))] as const),
  );
  return Object.fromEntries(hashes);
}
