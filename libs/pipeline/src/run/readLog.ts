import { join } from 'node:path';
import { readIfThere } from '@blurcycle/files';
import type { MetricsLine } from '@blurcycle/training';

/** The lines of a run's log; none where there is no log. Of a torn last line nothing is left. */
export function readLog(folder: string): readonly MetricsLine[] {
  const lines = (readIfThere(join(folder, 'metrics.jsonl')) ?? '').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as MetricsLine);
}
