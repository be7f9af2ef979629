import { join } from 'node:path';
import { readRunRecord, runDirectory, type ResolvedRun, type RunRecord } from '@blurcycle/experiment';

/** Whether the results of a run can be used as they are. */
export interface RunState {
  readonly state: 'done' | 'stale' | 'failed' | 'missing';
  /** What changed, or why it failed; one line, empty when done. */
  readonly reason: string;
}

/**
 * Compares the record that a run left with what would be run now.
 *
 * @param run - The run as the files declare it now.
 * @param resultsDir - Directory of results.
 * @param sources - hash of the code that trains, as it is now.
 */
export function runState(run: ResolvedRun, resultsDir: string, sources: string): RunState {
  const record = readRunRecord(join(runDirectory(resultsDir, run.profile, run.id), 'record.json'));
  if (record === undefined) return { state: 'missing', reason: 'never finished' };
  if (record.status === 'failed') return { state: 'failed', reason: record.error ?? 'no reason recorded' };
  const reason = describeChange(run, record, sources);
  return { state: reason === '' ? 'done' : 'stale', reason };
}

function describeChange(run: ResolvedRun, record: RunRecord, sources: string): string {
  if (record.key !== run.key) {
    const before = leaves({ settings: record.settings, seed: record.seed });
    const now = leaves({ settings: run.settings, seed: run.seed });
    const changed = [...new Set([...before.keys(), ...now.keys()])]
      .filter((path) => path !== 'settings.method.label' && before.get(path) !== now.get(path))
      .map(
        (path) =>
          `${path.replace(/^settings\./, '')}: ${before.get(path) ?? 'unset'} -> ${now.get(path) ?? 'unset'}`,
      );
    return changed.length > 0 ? changed.join('; ') : 'settings';
  }
  return record.provenance.sourceHash === sources ? '' : 'the code that trains changed';
}

/** Dotted path to the JSON of each leaf; arrays are leaves. */
function leaves(value: object, prefix = '', found = new Map<string, string>()): Map<string, string> {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      leaves(inner, `${path}.`, found);
    else found.set(path, JSON.stringify(inner));
  }
  return found;
}
