import { appendFile } from 'node:fs/promises';
import { describeViolation, InputError } from '@blurcycle/core';
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

/**
 * The lines of a log; none where there is no file, and of a torn last line nothing.
 *
 * @throws {InputError} If a line is damaged: file, line, remedy.
 */
export function readMetricsLog(path: string): readonly MetricsLine[] {
  // A killed process may have left part of a line at the end.
  const lines = (readIfThere(path) ?? '').split('\n').slice(0, -1);
  return lines.map((line, i) => parseLine(line, `${path}:${i + 1}`));
}

function parseLine(text: string, where: string): MetricsLine {
  try {
    const line = JSON.parse(text) as Partial<MetricsLine> | null;
    const isLine =
      Number.isSafeInteger(line?.step) &&
      (line?.kind === 'train' || line?.kind === 'validation') &&
      holdsNumbers(line.values, [null]);
    if (isLine) return line as MetricsLine;
  } catch {
    // No JSON: as wrong as a line of something else.
  }
  throw new InputError(
    describeViolation(
      where,
      'line',
      'be a JSON object with step, kind and values',
      text.slice(0, 60),
      'the file is damaged: train with --restart',
    ),
  );
}

/**
 * Whether a value of a file is an object of numbers.
 *
 * @param others - What may stand in place of a number: JSON has null for one that is not finite.
 */
export function holdsNumbers(value: unknown, others: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one === 'number' || others.includes(one));
}

/** The log in a file, which is created by the first `rewindTo`. */
export function createMetricsLog(path: string): MetricsLog {
  const read = (): readonly MetricsLine[] => readMetricsLog(path);
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
