import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@blurcycle/files';
import { describe, expect, it } from 'vitest';

const BIN = join(PROJECT_ROOT, 'apps/experiments/bin/blurcycle.mjs');

/** What bash says of a command line; `blurcycle` is the real command. */
function bash(line: string): { status: number | null; out: string; error: string } {
  const text = `set -o pipefail; blurcycle() { '${process.execPath}' '${BIN}' "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', text], { encoding: 'utf8' });
  return { status, out: stdout, error: stderr };
}

describe('the output of blurcycle', () => {
  it('ends without a word, as shells expect, where nobody reads on', () => {
    expect(bash('blurcycle list | true')).toEqual({ status: 141, out: '', error: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('says in one line that it cannot be written', () => {
    expect(bash('blurcycle list > /dev/full')).toEqual({
      status: 1,
      out: '',
      error:
        'blurcycle: cannot write to standard output, got ENOSPC (free some space, or send it elsewhere)\n',
    });
    expect(bash('blurcycle nonsense 2> /dev/full')).toMatchObject({ status: 1, out: '' });
  });

  it('needs no more than 256 open files, and says so where there are fewer', () => {
    expect(bash('ulimit -n 256; blurcycle list --profile smoke').status).toBe(0);
    const { status, error } = bash('ulimit -n 32; blurcycle list --profile smoke');
    if (status !== 0)
      expect(error).toMatch(/^blurcycle: a process must be allowed to open 256 files/m);
  });

  it('shows control characters of what was typed as text', () => {
    const { status, error } = bash("blurcycle list --profile $'\\x1b[31mquick'");
    expect(status).toBe(2);
    expect(error).toContain('\\x1b[31mquick');
    expect(error).not.toContain('\x1b');
  });
});
