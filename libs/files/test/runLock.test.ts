import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockRun } from '../src/runFolder.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blurcycle-lock-'));
  file = join(folder, 'run.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A lock file as a process leaves it behind. */
function leave(holder: { host?: string; pid: number; started?: string | null }): void {
  writeFileSync(file, JSON.stringify({ host: hostname(), started: null, ...holder }));
}

const holderOf = (): unknown => JSON.parse(readFileSync(file, 'utf8'));
const own = { host: hostname(), pid: process.pid };

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Runs with another process that does nothing, which is then ended; gives its number. */
async function withIdleProcess(work: (pid: number) => void): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    await once(child, 'spawn');
    const { pid = 0 } = child;
    work(pid);
    return pid;
  } finally {
    await end(child);
  }
}

describe('lockRun(folder, runId)', () => {
  it('names its holder in a file of the folder, which is gone after release', () => {
    const lock = lockRun(folder, 'run-s0');
    expect(holderOf()).toMatchObject(own);
    expect(readdirSync(folder)).toEqual(['run.lock']);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a folder whose holder is alive, and says which process', async () => {
    await withIdleProcess((pid) => {
      leave({ pid });
      expect(() => lockRun(folder, 'run-s0')).toThrow(
        `run-s0: ${folder} must be used by one process at a time, got process ${pid} of ${hostname()} (wait for it, or stop it first)`,
      );
      expect(holderOf()).toMatchObject({ pid });
    });
  });

  it('refuses a second lock of its own process, until the first is released', () => {
    const first = lockRun(folder, 'run-s0');
    expect(() => lockRun(folder, 'run-s0')).toThrow(`got process ${process.pid}`);
    first.release();
    lockRun(folder, 'run-s0').release();
  });

  it('takes over what a dead holder left, and leaves nothing else behind', async () => {
    const pid = await withIdleProcess(() => undefined);
    leave({ pid });
    const lock = lockRun(folder, 'run-s0');
    expect(holderOf()).toMatchObject(own);
    expect(readdirSync(folder)).toEqual(['run.lock']);
    lock.release();
  });

  // The start of a process is read from /proc, which only Linux has.
  it.skipIf(!existsSync('/proc/self/stat'))(
    'takes over from a dead holder whose number another process has got since',
    async () => {
      const lock = lockRun(folder, 'run-s0');
      const { started } = holderOf() as { started: string };
      lock.release();
      await withIdleProcess((pid) => {
        // The start of this process, which is not that of the other.
        leave({ pid, started });
        lockRun(folder, 'run-s0').release();
      });
      leave({ pid: process.pid, started });
      expect(() => lockRun(folder, 'run-s0')).toThrow(`got process ${process.pid}`);
    },
  );

  it.each([
    '',
    'garbage',
    '{"pid": 1',
    '{"host": 3, "pid": 1}',
    `{"host": "${hostname()}", "pid": "1"}`,
    'null',
  ])('takes over a file that names nobody: %j', (content) => {
    writeFileSync(file, content);
    const lock = lockRun(folder, 'run-s0');
    expect(holderOf()).toMatchObject(own);
    lock.release();
  });

  it('waits for a holder on another machine as long as it gives signs of life, half an hour', () => {
    leave({ host: 'elsewhere', pid: 1 });
    const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
    utimesSync(file, minutesAgo(29), minutesAgo(29));
    expect(() => lockRun(folder, 'run-s0')).toThrow('got process 1 of elsewhere');
    utimesSync(file, minutesAgo(31), minutesAgo(31));
    lockRun(folder, 'run-s0').release();
  });

  it('does not remove the lock of another process on release', () => {
    const lock = lockRun(folder, 'run-s0');
    leave({ host: 'elsewhere', pid: 1 });
    lock.release();
    expect(holderOf()).toMatchObject({ host: 'elsewhere' });
  });

  it("lets in exactly one of several processes that want a dead holder's lock at once", async () => {
    const pid = await withIdleProcess(() => undefined);
    const module = JSON.stringify(new URL('../src/runFolder.ts', import.meta.url).href);
    // Each says when it is ready, tries when told to, says how it went, and holds what it got until
    // it is ended.
    const script = `
      import { lockRun } from ${module};
      process.stdin.once('data', () => {
        try {
          lockRun(${JSON.stringify(folder)}, 'run-s0');
          console.log('in');
        } catch (error) {
          console.log(error.message);
        }
      });
      console.log('ready');
    `;
    const contenders = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        cwd: import.meta.dirname,
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const say = async ({ stdout }: ChildProcess): Promise<string> =>
      String(((await once(stdout ?? process.stdin, 'data')) as [Buffer])[0]).trim();
    try {
      expect(await Promise.all(contenders.map(say))).toEqual(['ready', 'ready', 'ready']);
      leave({ pid });
      const answers = Promise.all(contenders.map(say));
      for (const { stdin } of contenders) stdin.write('go\n');
      const said = await answers;
      const winner = contenders[said.indexOf('in')];
      expect(said.filter((line) => line === 'in')).toHaveLength(1);
      expect(said.filter((line) => line.includes(`got process ${winner.pid} of`))).toHaveLength(2);
      expect(holderOf()).toMatchObject({ pid: winner.pid });
      expect(readdirSync(folder)).toEqual(['run.lock']);
    } finally {
      await Promise.all(contenders.map(end));
    }
  });
});
