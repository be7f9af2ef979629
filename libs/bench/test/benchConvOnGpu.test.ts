import { backendReport, selectBackend } from '@blurcycle/compute';
import type { WebgpuBackend } from '@blurcycle/compute/kernels';
import { dot, offerSoftwareGpu } from '@blurcycle/compute/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  benchConvOnGpu,
  multiplyAdd,
  OPERATIONS_PER_ROUND,
  tensorPasses,
} from '../src/benchConvOnGpu.ts';
import { benchLayers } from '../src/convLayers.ts';

/**
 * What `bench conv` times on a GPU is what it says, held on plain JavaScript, which runs the same
 * operations.
 */

beforeAll(async () => {
  await selectBackend('js');
});

it.each(benchLayers({ volume: [8, 8, 12], batch: 2, width: 2 }))(
  '$name, $kind: the gradients are adjoints of the forward pass',
  async (layer) => {
    const { x, filter, dy, run, dispose } = tensorPasses(layer);
    const forward = run.forward();
    expect(forward.shape).toEqual([layer.batch, ...layer.output, layer.outputs]);
    const against = async (pass: tf.Tensor, factor: tf.Tensor): Promise<number> =>
      dot(await pass.data(), await factor.data());
    const value = await against(forward, dy);
    const scale = Math.abs(value) + Number.EPSILON;
    // Sums of up to some ten thousand products in single precision.
    expect(Math.abs((await against(run.inputGradient(), x)) - value) / scale).toBeLessThan(1e-4);
    expect(Math.abs((await against(run.filterGradient(), filter)) - value) / scale).toBeLessThan(
      1e-4,
    );
    dispose();
  },
);

it('times the three passes of every layer against a peak of the same run', async () => {
  const before = tf.memory().numTensors;
  const options = { volume: [8, 8, 8], width: 2, msPerPass: 0.01 } as const;
  const report = await benchConvOnGpu(await selectBackend('js'), options);
  expect(tf.memory().numTensors).toBe(before);
  expect(report.kernels).toHaveLength(3 * benchLayers(options).length);
  expect(report.fmaPeakGflops).toBeGreaterThan(0.001);
  expect(report.copyGBps).toBeGreaterThan(0.001);
  for (const { ms, gflops, fractionOfPeak, timesCopy } of report.kernels) {
    expect(ms).toBeGreaterThan(0);
    expect(timesCopy).toBeGreaterThan(0);
    expect(fractionOfPeak).toBeCloseTo(gflops / report.fmaPeakGflops, 10);
  }
});

it('names an option that is out of range', async () => {
  await expect(benchConvOnGpu(await selectBackend('js'), { width: 3 })).rejects.toThrow(
    'benchConv: width must be a positive even number, got 3',
  );
});

offerSoftwareGpu();
const webgpu = (await backendReport()).find(({ name }) => name === 'webgpu');

describe.skipIf(webgpu?.available !== true)('multiplyAdd(backend, rounds)', () => {
  it('the program that measures the peak does the multiply-adds that are counted', async () => {
    await selectBackend('webgpu');
    const rounds = 1;
    const results = multiplyAdd(tf.backend() as WebgpuBackend, rounds);
    const sums = await results.data();
    results.dispose();
    // Each of 8 sums of 4 numbers starts at call + i and comes nearer to 1 by a quarter with each
    // of its multiply-adds.
    const steps = OPERATIONS_PER_ROUND / (2 * 32 * sums.length);
    for (const call of [0, 5, 255]) {
      const near = Array.from(
        { length: 8 },
        (_, i) => 1 + (call + i - 1) * 0.75 ** (rounds * steps),
      );
      const expected = 4 * near.reduce((a, b) => a + b, 0);
      expect(sums[256 + call] / expected).toBeCloseTo(1, 5);
    }
  });
});
