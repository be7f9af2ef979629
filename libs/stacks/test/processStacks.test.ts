import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVolume, type Shape3 } from '@blurcycle/core';
import type { Acquisition } from '@blurcycle/data';
import { afterAll, describe, expect, it } from 'vitest';
import { processStacks } from '../src/processStacks.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHAPE: Shape3 = [2, 3, 4];
const VOXELS = [0.3, 0.1, 0.1] as const;
/** A file whose stacks count up from 100 t + 10 c. */
const acquisition: Acquisition = {
  ...{ shape: SHAPE, voxelSizeUm: VOXELS, statedVoxelSizeUm: VOXELS, isSizeStated: true },
  ...{ sampleType: 'uint16', channels: 2, timePoints: 3, close: () => Promise.resolve() },
  read: (channel, timePoint) =>
    Promise.resolve(
      createVolume(
        SHAPE,
        VOXELS,
        Float32Array.from({ length: 24 }, (_, i) => 100 * timePoint + 10 * channel + i),
      ),
    ),
};
const chosen = { channels: [1, 2], timePoints: [1, 2, 3] };

/** Halves every stack; ends like a killed process before the stack of a number. */
async function half(key: string, killBefore = Infinity) {
  const done: string[] = [];
  const result = processStacks({
    ...{ path: 'cells.tif', acquisition, chosen, out: join(folder, 'out.tif'), key },
    process: ({ shape, voxelSizeUm, data }, { channel, timePoint }) => {
      if (done.length === killBefore) throw new Error('killed');
      done.push(`c${channel} t${timePoint}`);
      const estimate = createVolume(
        shape,
        voxelSizeUm,
        data.map((value) => value / 2),
      );
      return Promise.resolve({ estimate, report: `${timePoint}.${channel}` });
    },
  });
  return { done, result: await result.catch((error: unknown) => error as Error) };
}

describe('processStacks(request)', () => {
  it('goes on where it was killed, and forgets what another request made', async () => {
    const killed = await half('a', 4);
    expect(killed.result).toEqual(new Error('killed'));
    expect(killed.done).toEqual(['c1 t1', 'c2 t1', 'c1 t2', 'c2 t2']);
    expect(readdirSync(folder)).toEqual(['.out.tif.partial']);
    expect((await half('b', 1)).done).toEqual(['c1 t1']);
    const { done, result } = await half('a');
    // The stack that the other request made is made again.
    expect(done).toEqual(['c1 t1', 'c1 t3', 'c2 t3']);
    if (result instanceof Error) throw result;
    expect(result.reports).toEqual(['1.1', '1.2', '2.1', '2.2', '3.1', '3.2']);
    expect(result.range).toEqual([55, 171.5]);
    expect((await result.stackOf(2, 3)).data[0]).toBe(160);
    await result.dispose();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing where the first stack fails', async () => {
    expect((await half('a', 0)).result).toEqual(new Error('killed'));
    expect(readdirSync(folder)).toEqual([]);
  });
});
