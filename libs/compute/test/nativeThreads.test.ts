import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { native } from '../native/addon.ts';
import { selectBackend } from '../src/index.ts';

/**
 * Leaves the process as much address space as the stacks of a few threads take, asks for 64, and
 * convolves a volume that is large enough for all of them. All arrays are there before, and the
 * garbage collector has just run: where it gets no memory under the limit, the process ends.
 */
const FEW_THREADS = `
  import { spawnSync } from 'node:child_process';
  import { readFileSync } from 'node:fs';
  import { native } from '${new URL('../native/addon.ts', import.meta.url).href}';
  import { pack } from '${new URL('../native/layouts.ts', import.meta.url).href}';
  const side = 64;
  const shape = pack('convShape', {
    batch: 1,
    input: [side, side, side],
    output: [side, side, side],
    kernel: [1, 1, 1],
    stride: [1, 1, 1],
    padBefore: [0, 0, 0],
    inputs: 8,
    outputs: 8,
  });
  const input = new Float32Array(side ** 3 * 8).fill(3);
  const filter = new Float32Array(8 * 8).fill(1);
  const before = new Float32Array(side ** 3 * 8);
  const after = new Float32Array(side ** 3 * 8);
  native.setThreads(1);
  native.convForward(shape, input, filter, null, before);
  const bytes = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const limitTo = (soft) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(process.pid), '--as=' + soft + ':']);
    if (status !== 0) throw new Error(String(stderr));
  };
  globalThis.gc();
  limitTo(bytes + 48 * 2 ** 20);
  native.setThreads(64);
  native.convForward(shape, input, filter, null, after);
  const threads = native.threads();
  // Loaders may still reserve memory of their own.
  limitTo('unlimited');
  const same = after.every((value, i) => value === before[i]);
  console.log(JSON.stringify({ threads, same }));
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
        ['--expose-gc', '--import', 'tsx', '--input-type=module', '-e', FEW_THREADS],
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
