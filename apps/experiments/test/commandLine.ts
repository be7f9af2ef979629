import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../src/projectPaths.ts';

/** What a command answered. */
export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the real command in a process of its own. */
export function blurcycle(...parameters: string[]): Answer {
  const bin = join(PROJECT_ROOT, 'apps/experiments/bin/blurcycle.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...parameters], { encoding: 'utf8' });
  return { code: status, out: stdout, error: stderr };
}
