/**
 * What `bench conv` times on a GPU is what it says, held on plain JavaScript, which runs the same
 * operations.
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { benchLayers } from '../bench/benchLayers.ts';
import { tensorPasses } from '../bench/tensorPasses.ts';
import { benchConvOnGpu, selectBackend } from '../src/index.ts';
import { dot } from './support.ts';

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
