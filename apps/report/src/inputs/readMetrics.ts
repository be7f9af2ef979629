import { readFile } from 'node:fs/promises';
import type { CurvePoint } from '../charts/binCurve.ts';

/**
 * Curves of one run by name; a value that is not finite breaks nothing, it is left out and counted.
 */
export interface RunMetrics {
  readonly train: ReadonlyMap<string, readonly CurvePoint[]>;
  readonly validation: ReadonlyMap<string, readonly CurvePoint[]>;
  /**
   * Lines that could not be read, the last one of a killed run for instance, and values that are no
   * number.
   */
  readonly unreadable: number;
}

/** Reads `metrics.jsonl`, one measurement per line. */
export async function readMetrics(path: string): Promise<RunMetrics> {
  const train = new Map<string, CurvePoint[]>();
  const validation = new Map<string, CurvePoint[]>();
  let unreadable = 0;
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) {
    const entry = parseLine(line);
    if (entry === undefined) {
      unreadable += 1;
      continue;
    }
    const curves = entry.kind === 'train' ? train : validation;
    for (const [name, value] of Object.entries(entry.values)) {
      if (typeof value !== 'number') unreadable += 1;
      else append(curves, name, { step: entry.step, value });
    }
  }
  return { train, validation, unreadable };
}

interface MetricsLine {
  readonly step: number;
  readonly kind: 'train' | 'validation';
  readonly values: Readonly<Record<string, unknown>>;
}

function parseLine(line: string): MetricsLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { step, kind, values } = value as Record<string, unknown>;
  if (typeof step !== 'number' || typeof values !== 'object' || values === null) return undefined;
  if (kind !== 'train' && kind !== 'validation') return undefined;
  return { step, kind, values: values as Record<string, unknown> };
}

function append(curves: Map<string, CurvePoint[]>, name: string, point: CurvePoint): void {
  const curve = curves.get(name);
  if (curve === undefined) curves.set(name, [point]);
  else curve.push(point);
}
