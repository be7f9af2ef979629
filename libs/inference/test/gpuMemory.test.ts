import { backendReport, GpuLostError, GpuMemoryError } from '@blurcycle/compute';

import { explainGpuMemory, explainTileMemory } from '../src/gpuMemory.ts';

import { describe, expect, it } from 'vitest';

import { offerSoftwareGpu } from '@blurcycle/compute/testing';

/**
 * What a command says where the memory of a GPU ends; failing allocations are put in, all else is
 * the real path.
 */

describe('explainGpuMemory and explainTileMemory', () => {
  const step = { method: { blurPath: 'unet' }, width: 8, patch: [16, 64, 64] } as const;
  const messageOf = (error: unknown): string => (error as Error).message;

  it('name a patch of half the need, a smaller one where less was asked for', () => {
    const unknown = explainGpuMemory(new GpuMemoryError(null), 'run', step, '--patch');
    expect(messageOf(unknown)).toBe(
      'run: patch must fit the memory of the GPU, got [16, 64, 64] at width 8 (16,44,44 should fit: --patch)',
    );
    const little = explainGpuMemory(new GpuMemoryError(2 ** 20), 'run', step, '--patch');
    expect(messageOf(little)).toContain('use the back-end native');
    const words = explainGpuMemory(new Error('OOM when allocating tensor'), 'run', step, '--patch');
    expect(messageOf(words)).toBe(messageOf(unknown));
  });

  it('name tiles of half the size, and pass other errors on', () => {
    const tile = explainTileMemory(new GpuMemoryError(null), 'run', [16, 64, 48], '--tile');
    expect(messageOf(tile)).toContain('got [16, 64, 48] (16,32,48 should fit: --tile)');
    const lost = explainTileMemory(new GpuLostError('gone'), 'run', [16, 64, 48], '--tile');
    expect(messageOf(lost)).toBe(
      'run: the GPU was lost: gone, with tile [16, 64, 48] (16,32,48 may do: --tile)',
    );
    const other = new Error('something else');
    expect(explainTileMemory(other, 'run', [16, 64, 48], '--tile')).toBe(other);
    expect(explainGpuMemory(other, 'run', step, '--patch')).toBe(other);
  });
});

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`GPU memory is not tested: ${report?.detail}\n`);
