import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@blurcycle/files';
import { vi } from 'vitest';
import { main } from '../src/main.ts';

/** What a command answered. */
export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the real command in a process of its own. */
export function spawnBlurcycle(...parameters: string[]): Answer {
  const bin = join(PROJECT_ROOT, 'apps/experiments/bin/blurcycle.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...parameters], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, error: stderr };
}

/** Runs a command in this process, which saves the second that a new one needs. */
export async function blurcycle(...parameters: string[]): Promise<Answer> {
  const written = { out: '', error: '' };
  const keep = (stream: 'out' | 'error') => (text: string | Uint8Array) => {
    written[stream] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
      written.out += `${parts.join(' ')}\n`;
    }),
    vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
      written.error += `${parts.join(' ')}\n`;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('error')),
  ];
  try {
    return { code: await main(parameters), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
