import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readArrayFile, writeArrayFile, type ArrayFile } from './arrayFile.ts';

/** Checkpoints of one run in a folder of their own; the newest two are kept. */
export interface CheckpointStore {
  save(step: number, content: ArrayFile): Promise<void>;
  /** The newest checkpoint that is whole, or null. A damaged one is passed over with a warning. */
  latest(): Promise<ArrayFile | null>;
  /** Removes all checkpoints. */
  clear(): Promise<void>;
}

const KEPT = 2;
const FILE_NAME = /^step-(\d{8})\.checkpoint$/;

/** @param warn - Takes one line for each damaged checkpoint. */
export function createCheckpointStore(
  folder: string,
  warn: (line: string) => void,
): CheckpointStore {
  const names = async (): Promise<string[]> => {
    const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return entries.filter((name) => FILE_NAME.test(name)).sort();
  };
  return {
    async save(step, content) {
      await writeArrayFile(
        join(folder, `step-${String(step).padStart(8, '0')}.checkpoint`),
        content,
      );
      for (const old of (await names()).slice(0, -KEPT))
        await rm(join(folder, old), { force: true });
    },
    async latest() {
      for (const name of (await names()).reverse()) {
        try {
          return await readArrayFile(join(folder, name));
        } catch (error) {
          warn(
            `checkpoint ${join(folder, name)} is damaged, going back to the one before it (${String(error)})`,
          );
        }
      }
      return null;
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}
