import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder, type LockOptions } from '../src/folderLock.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blurcycle-lock-'));
  file = join(folder, 'run.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const holderOf = (): unknown => JSON.parse(readFileSync(file, 'utf8'));
const lock = (options: LockOptions = {}) => lockFolder(folder, 'run-s0', options);

/**
 * Locks the folder when it is told to on its standard input, says how that went, and holds the lock
 * until it is ended.
 */
const HOLDER = `
  import { lockFolder } from ${JSON.stringify(new URL('../src/folderLock.ts', import.meta.url).href)};
  process.stdin.once('data', () => {
    lockFolder(process.argv[1], 'run-s0').then(
      () => console.log('in'),
      (error) => console.log(error.message),
    );
  });
  console.log('ready');
`;

/** Starts a holder; `before` is a command that starts it. */
function startHolder(before: readonly string[] = []): ChildProcess {
  const script = ['--import', 'tsx', '--input-type=module', '-e', HOLDER, folder];
  const [command, ...args] = [...before, process.execPath, ...script];
  return spawn(command, args, {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function hear({ stdout }: ChildProcess): Promise<string> {
  return String(((await once(stdout ?? process.stdin, 'data')) as [Buffer])[0]).trim();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function withHolder(
  before: readonly string[],
  work: (holder: ChildProcess) => Promise<void>,
): Promise<void> {
  const holder = startHolder(before);
  try {
    expect(await hear(holder)).toBe('ready');
    holder.stdin?.write('go\n');
    expect(await hear(holder)).toBe('in');
    await work(holder);
  } finally {
    await end(holder);
  }
}

describe('lockFolder(folder, who)', { timeout: 60_000 }, () => {
  it('names its holder in a file of the folder, which is gone after release', async () => {
    const held = await lock();
    expect(holderOf()).toEqual({ host: hostname(), pid: process.pid });
    expect(held.waited).toBe(false);
    expect(readdirSync(folder)).toEqual(['run.lock']);
    held.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a second lock, also of its own process, until the first is released', async () => {
    const first = await lock();
    await expect(lock()).rejects.toThrow(
      `run-s0: ${folder} must be used by one process at a time, got process ${process.pid} of ${hostname()} (wait for it, or stop it first)`,
    );
    first.release();
    (await lock()).release();
  });

  it.each(['', 'garbage', '{"host": 3, "pid": 1}', 'null'])(
    'takes a file that nobody has locked, whatever it says: %j',
    async (content) => {
      writeFileSync(file, content);
      const held = await lock();
      expect(holderOf()).toMatchObject({ pid: process.pid });
      held.release();
    },
  );

  it('waits for the holder where told to, and says for whom', async () => {
    const first = await lock();
    const named: string[] = [];
    const second = lock({ wait: true, onWait: (holder) => named.push(holder) });
    setTimeout(first.release, 700);
    const held = await second;
    expect(named).toEqual([`process ${process.pid} of ${hostname()}`]);
    expect(held.waited).toBe(true);
    held.assertHeld();
    held.release();
  });

  it('refuses while another process holds it, whatever the clock says, and takes it when that is killed', async () => {
    await withHolder([], async (holder) => {
      utimesSync(file, new Date(0), new Date(0));
      await expect(lock()).rejects.toThrow(`got process ${holder.pid} of`);
      await end(holder);
      const held = await lock();
      expect(holderOf()).toMatchObject({ pid: process.pid });
      held.release();
    });
  });

  // Every container of one image may have the same host name, and its own process 1.
  it.skipIf(spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status !== 0)(
    'holds across namespaces of processes',
    async () => {
      await withHolder(['unshare', '--pid', '--fork', '--mount-proc'], async (holder) => {
        await expect(lock()).rejects.toThrow(`got process 1 of ${hostname()}`);
        await end(holder);
      });
    },
  );

  it('notices that its file was removed or replaced, and leaves the lock of another alone', async () => {
    const held = await lock();
    renameSync(file, `${file}.aside`);
    expect(held.assertHeld).toThrow(`run-s0: ${file} must stay while the work goes on`);
    const other = await lock();
    expect(held.assertHeld).toThrow('got a removed or another file');
    held.release();
    expect(existsSync(file)).toBe(true);
    other.assertHeld();
    other.release();
  });

  it('lets in exactly one of several processes that want it at once', async () => {
    writeFileSync(file, '{"host": "elsewhere", "pid": 1}');
    const contenders = [startHolder(), startHolder(), startHolder()];
    try {
      expect(await Promise.all(contenders.map(hear))).toEqual(['ready', 'ready', 'ready']);
      const answers = Promise.all(contenders.map(hear));
      for (const { stdin } of contenders) stdin?.write('go\n');
      const said = await answers;
      const winner = contenders[said.indexOf('in')];
      expect(said.filter((line) => line === 'in')).toHaveLength(1);
      // One that asks before the winner has written its name cannot name it.
      const refused = said.filter((line) => /got (another process|process \d+ of)/.test(line));
      expect(refused).toHaveLength(2);
      expect(holderOf()).toMatchObject({ pid: winner.pid });
    } finally {
      await Promise.all(contenders.map(end));
    }
  });
});
