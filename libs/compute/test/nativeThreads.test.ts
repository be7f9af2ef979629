import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { native } from '../native/addon.ts';
import { selectBackend } from '../src/index.ts';

/**
 * Leaves the process as much address space as the stacks of a few threads take, asks for 64, and
 * squares a tensor that is large enough for all of them.
 */
const FEW_THREADS = `
  import { spawnSync } from 'node:child_process';
  import { readFileSync } from 'node:fs';
  import * as tf from '@tensorflow/tfjs-core';
  import { native } from '${new URL('../native/addon.ts', import.meta.url).href}';
  import { selectBackend } from '${new URL('../src/index.ts', import.meta.url).href}';
  import { setThreads } from '${new URL('../src/transforms.ts', import.meta.url).href}';
  await selectBackend('native', { threads: 1 });
  const x = tf.fill([1, 64, 64, 64, 8], 3);
  const filter = tf.fill([1, 1, 1, 8, 8], 1);
  const convolve = () => tf.conv3d(x, filter, 1, 'same').dataSync();
  const before = convolve();
  setThreads(64);
  const bytes = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const limitTo = (soft) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(process.pid), '--as=' + soft + ':']);
    if (status !== 0) throw new Error(String(stderr));
  };
  limitTo(bytes + 48 * 2 ** 20);
  const after = convolve();
  // Loaders may still reserve memory of their own.
  limitTo('unlimited');
  const same = after.every((value, i) => value === before[i]);
  console.log(JSON.stringify({ threads: native.threads(), same }));
`;

describe.skipIf(native === null)('threads of the native back-end', () => {
  it('are at most as many as there are cores', async () => {
    const { threads } = await selectBackend('native', { threads: 100_000 });
    expect(threads).toBe(availableParallelism());
    expect(native?.threads()).toBe(availableParallelism());
  });

  it.skipIf(spawnSync('prlimit', ['--version']).status !== 0)(
    'are those that the system gives, and the result is the same',
    () => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', FEW_THREADS],
        { cwd: import.meta.dirname, encoding: 'utf8' },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { threads, same } = JSON.parse(stdout) as { threads: number; same: boolean };
      expect(threads).toBeGreaterThan(0);
      expect(threads).toBeLessThan(64);
      expect(same).toBe(true);
    },
  );
});
