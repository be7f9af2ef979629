import { join } from 'node:path';
import { type MetricsLine, readMetricsLog } from '@blurcycle/training';

/** The lines of a run's log; none where there is no log. */
export function readLog(folder: string): readonly MetricsLine[] {
  return readMetricsLog(join(folder, 'metrics.jsonl'));
}
