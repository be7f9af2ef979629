import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One line of metrics.jsonl. */
export interface MetricsLine {
  readonly step: number;
  readonly kind: 'train' | 'validation';
  readonly values: Readonly<Record<string, number>>;
}

/** The metrics of a run, one JSON object a line. */
export interface MetricsLog {
  append(line: MetricsLine): Promise<void>;
  /** Forgets the lines after a step, as when training goes on from an earlier checkpoint. */
  rewindTo(step: number): Promise<void>;
}

export function createMetricsLog(path: string): MetricsLog {
  return {
    append: (line) => appendFile(path, `${JSON.stringify(line)}\n`),
    async rewindTo(step) {
      await mkdir(dirname(path), { recursive: true });
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      // The last line may have been cut by the end of the process that wrote it.
      const lines = text.split('\n').slice(0, -1);
      const kept = lines.filter((line) => (JSON.parse(line) as MetricsLine).step <= step);
      const temporary = `${path}.${process.pid}.tmp`;
      await writeFile(temporary, kept.map((line) => `${line}\n`).join(''));
      await rename(temporary, path);
    },
  };
}
