import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendReport, selectBackend } from '@blurcycle/compute';
import { createRandomStream, createVolume } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';
import { writeModelFolder } from '@blurcycle/inference';
import { randomVolume } from '@blurcycle/core/testing';
import { selectCpuBackend, smallModel } from '@blurcycle/inference/testing';
import { backend as backendInUse } from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';
import { offerSoftwareGpu } from '@blurcycle/compute/testing';

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`GPU memory is not tested: ${report?.detail}\n`);

describe.skipIf(report?.available !== true)('commands on a GPU whose memory ends', () => {
  const root = mkdtempSync(join(tmpdir(), 'blurcycle-gpu-'));
  const [model, stack] = [join(root, 'model'), join(root, 'stack.tif')];
  let device: GPUDevice;
  let create: GPUDevice['createBuffer'];

  beforeAll(async () => {
    await selectCpuBackend();
    await writeModelFolder(model, await smallModel());
    const random = createRandomStream(3, 'test');
    const noise = randomVolume([16, 16, 30], random, { low: 100, high: 120 });
    // A bright box: a stack of noise alone is refused.
    const data = noise.data.map((value, i) => (isInBox(i) ? value + 800 : value));
    await writeTiffStack(stack, createVolume(noise.shape, noise.voxelSizeUm, data));
    await selectBackend('webgpu');
    ({ device } = backendInUse() as unknown as { device: GPUDevice });
    create = device.createBuffer.bind(device);
  });
  afterEach(() => {
    device.createBuffer = create;
  });
  afterAll(() => rmSync(root, { recursive: true }));

  /** Of a stack of 16 x 16 x 30 voxels: 4 x 6 x 8 in its middle. */
  function isInBox(index: number): boolean {
    const [z, y, x] = [Math.floor(index / 480), Math.floor(index / 30) % 16, index % 30];
    return z >= 6 && z < 10 && y >= 5 && y < 11 && x >= 11 && x < 19;
  }

  /** Buffers of so many bytes and more are asked for with more than there is. */
  function failFrom(bytes: number): void {
    device.createBuffer = (wanted) => {
      if (wanted.size < bytes || wanted.mappedAtCreation === true) return create(wanted);
      const invalid = create({ ...wanted, size: 2 ** 40 });
      return Object.defineProperty(invalid, 'size', { value: wanted.size });
    };
  }

  const deconvolve = (out: string, backend: string, tile: string): ReturnType<typeof blurcycle> =>
    blurcycle(
      'deconvolve',
      stack,
      '--model',
      model,
      '--out',
      out,
      '--backend',
      backend,
      '--tile',
      tile,
    );

  // U-Net of width 2: its largest arrays have 4 channels, 32 KiB for the model's test patch of 8 x
  // 16 x 16 voxels.
  it('deconvolve says in one line that no tile fits', { timeout: 300_000 }, async () => {
    failFrom(2 ** 15 + 1);
    const { code, error } = await deconvolve(join(root, 'none.tif'), 'webgpu', '16,16,16');
    expect(error).toContain(
      'deconvolve: tile must fit the memory of the GPU, got [16, 16, 16] (use the back-end native)\n',
    );
    expect(code).toBe(2);
  });

  it('deconvolve takes smaller tiles, and its result is theirs', { timeout: 300_000 }, async () => {
    failFrom(2 ** 15 + 1);
    const [gpu, cpu] = [join(root, 'gpu.tif'), join(root, 'cpu.tif')];
    const { code, error } = await deconvolve(gpu, 'webgpu', '8,16,32');
    expect(error).toContain('out of memory with tiles of 8 x 16 x 32; trying 8 x 16 x 16');
    expect(code).toBe(0);
    await deconvolve(cpu, 'js', '8,16,16');
    const [{ volume: actual }, { volume: expected }] = [
      await readTiffStack(gpu),
      await readTiffStack(cpu),
    ];
    // Sums in another order through some twenty layers; intensities up to 1100.
    actual.data.forEach((value, i) => expect(Math.abs(value - expected.data[i])).toBeLessThan(1));
  });

  it('bench says which patch should fit, and what a lost GPU may ask for', async () => {
    const bench = ['bench', 'conv', '--backend', 'webgpu', '--width', '2', '--patch', '32,16,16'];
    failFrom(2 ** 12);
    const full = await blurcycle(...bench);
    expect(full.code).toBe(2);
    expect(full.error).toContain(
      'bench conv: patch must fit the memory of the GPU, got [32, 16, 16] at width 2 (16,16,16 should fit: --patch)\n',
    );
    device.createBuffer = create;
    device.destroy();
    const lost = await blurcycle(...bench);
    expect(lost.code).toBe(1);
    expect(lost.error).toMatch(/bench conv: the GPU was lost: .+ \(16,16,16 may do: --patch\)\n/);
  });
});
