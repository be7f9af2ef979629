import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ValidationValues } from './selection.ts';
import type { LossValues } from './trainStep.ts';

/** One line of metrics.jsonl. */
export type MetricsLine =
  | { readonly step: number; readonly kind: 'train'; readonly values: LossValues }
  | { readonly step: number; readonly kind: 'validation'; readonly values: ValidationValues };

/** The metrics of a run, one JSON object a line. */
export interface MetricsLog {
  append(line: MetricsLine): Promise<void>;
  /** The lines so far. */
  read(): Promise<readonly MetricsLine[]>;
  /** Forgets the lines after a step, as when training goes on from an earlier checkpoint. */
  rewindTo(step: number): Promise<void>;
}

export function createMetricsLog(path: string): MetricsLog {
  const read = async (): Promise<readonly MetricsLine[]> => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    // The last line may have been cut by the end of the process that wrote it.
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as MetricsLine);
  };
  return {
    append: (line) => appendFile(path, formatLine(line)),
    read,
    async rewindTo(step) {
      await mkdir(dirname(path), { recursive: true });
      const kept = (await read()).filter((line) => line.step <= step);
      const temporary = `${path}.${process.pid}.tmp`;
      try {
        await writeFile(temporary, kept.map(formatLine).join(''));
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

function formatLine(line: MetricsLine): string {
  return `${JSON.stringify(line)}\n`;
}
