/**
 * What a GPU says when memory ends or it stops answering; failing allocations are put in, all else
 * is the real path.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WebgpuBackend } from '../src/backends/webgpu/webgpuBackend.ts';
import {
  asGpuMemoryError,
  backendReport,
  GpuLostError,
  GpuMemoryError,
  selectBackend,
} from '../src/index.ts';
import { offerSoftwareGpu } from './softwareGpu.ts';

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');

/** More than any GPU gives, and floats that the injected failures leave alone or hit. */
const HUGE_BYTES = 2 ** 40;
const LARGE = 5000;

/** The negative of a list of ones, computed in two programs. */
async function negativeOnes(length: number): Promise<number[]> {
  const y = tf.tidy(() => tf.neg(tf.neg(tf.neg(tf.ones([length])))));
  try {
    return [...(await y.data())];
  } finally {
    y.dispose();
  }
}

describe.skipIf(report?.available !== true)('WebGPU failures', () => {
  let gpu: WebgpuBackend;
  let create: GPUDevice['createBuffer'];

  beforeAll(async () => {
    await selectBackend('webgpu');
    gpu = tf.backend() as WebgpuBackend;
    create = gpu.device.createBuffer.bind(gpu.device);
  });

  afterEach(() => {
    gpu.device.createBuffer = create;
  });

  /**
   * Buffers as large as the list that are, or are not, filled from the CPU are asked for with more
   * bytes than there are.
   */
  function failLargeBuffers(filled: boolean): void {
    gpu.device.createBuffer = (wanted) => {
      const hit = wanted.size >= 4 * LARGE && (wanted.mappedAtCreation ?? false) === filled;
      if (!hit) return create(wanted);
      const invalid = create({ ...wanted, size: HUGE_BYTES });
      // A buffer that was refused still answers with the size that was asked for.
      return Object.defineProperty(invalid, 'size', { value: wanted.size });
    };
  }

  it('tells the limits of the device', () => {
    // What WebGPU guarantees of every device.
    expect(report?.limits?.bufferBytes).toBeGreaterThanOrEqual(2 ** 28);
    expect(report?.limits?.bindingBytes).toBeGreaterThanOrEqual(2 ** 27);
    expect(report?.limits?.workgroupBytes).toBeGreaterThanOrEqual(2 ** 14);
  });

  it('a buffer that is too large is an error, and the same work can be done afterwards', async () => {
    failLargeBuffers(false);
    await expect(negativeOnes(LARGE)).rejects.toBeInstanceOf(GpuMemoryError);
    gpu.device.createBuffer = create;
    expect(await negativeOnes(LARGE)).toEqual(new Array(LARGE).fill(-1));
  });

  it('so is one that is filled from the CPU', async () => {
    failLargeBuffers(true);
    const failure = await negativeOnes(LARGE).catch((error: unknown) => error);
    expect(asGpuMemoryError(failure)).toBeInstanceOf(GpuMemoryError);
    gpu.device.createBuffer = create;
    expect(await negativeOnes(LARGE)).toEqual(new Array(LARGE).fill(-1));
  });

  it('memory that ends is an error that says how much was asked for', async () => {
    const error = new GPUOutOfMemoryError('no more');
    gpu.device.onuncapturederror?.({
      error,
      preventDefault: () => undefined,
    } as unknown as GPUUncapturedErrorEvent);
    const failure = await negativeOnes(LARGE).catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(GpuMemoryError);
    expect((failure as GpuMemoryError).requestedBytes).toBeGreaterThan(0);
    expect(await negativeOnes(LARGE)).toEqual(new Array(LARGE).fill(-1));
  });

  it('a program that does not compile is an error', async () => {
    gpu.device.createShaderModule({ code: 'fn main( { }' });
    await expect(negativeOnes(LARGE)).rejects.toThrow(/^webgpu: .*pars/i);
  });

  it('a device that is lost stays an error', async () => {
    gpu.device.destroy();
    for (let i = 0; i < 2; i++)
      await expect(negativeOnes(LARGE)).rejects.toBeInstanceOf(GpuLostError);
  });
});
