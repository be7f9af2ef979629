import { appendFile } from 'node:fs/promises';
import { readIfThere, writeFileAtomically } from '@blurcycle/files';
import type { ValidationValues } from './selection.ts';
import type { LossValues } from './trainStep.ts';

/** One line of metrics.jsonl. */
export type MetricsLine =
  | {
      readonly step: number;
      readonly kind: 'train';
      readonly values: LossValues;
      /** SHA-256 of all trained weights after this step (`hashWeights`); absent in older logs. */
      readonly weights?: string;
    }
  | { readonly step: number; readonly kind: 'validation'; readonly values: ValidationValues };

/** The metrics of a run, one JSON object per line. */
export interface MetricsLog {
  append(line: MetricsLine): Promise<void>;
  /** The lines so far. */
  read(): readonly MetricsLine[];
  /** Removes the lines after a step, before training resumes from it. */
  rewindTo(step: number): Promise<void>;
}

/** The log in a file, which is created by the first `rewindTo`. */
export function createMetricsLog(path: string): MetricsLog {
  const read = (): readonly MetricsLine[] => {
    // A killed process may have left part of a line at the end.
    const lines = (readIfThere(path) ?? '').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as MetricsLine);
  };
  return {
    // Flushed, so that a power cut leaves no checkpoint whose lines of the log are lost.
    append: (line) => appendFile(path, formatLine(line), { flush: true }),
    read,
    async rewindTo(step) {
      const kept = read().filter((line) => line.step <= step);
      const text = kept.map(formatLine).join('');
      await writeFileAtomically(path, 'metricsLog', text, { parents: true });
    },
  };
}

function formatLine(line: MetricsLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Sums of loss values since the last line of the log; plain JSON, for checkpoints. */
export interface LossWindow {
  readonly count: number;
  readonly sums: LossValues;
}

export const EMPTY_WINDOW: LossWindow = { count: 0, sums: {} };

/** The window with one more step. */
export function addToWindow({ count, sums }: LossWindow, losses: LossValues): LossWindow {
  const total = Object.entries(losses).map(([name, value]) => [name, (sums[name] ?? 0) + value]);
  return { count: count + 1, sums: Object.fromEntries(total) as LossValues };
}

/** Mean of each loss over the window. */
export function windowMeans({ count, sums }: LossWindow): LossValues {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}
