import * as tf from '@tensorflow/tfjs-core';
import { assertRange } from '@blurcycle/core';
import type { BackendInfo } from '../src/backends/selectBackend.ts';
import type { WebgpuBackend } from '../src/backends/webgpu/webgpuBackend.ts';
import { benchLayers } from './benchLayers.ts';
import {
  convBenchReport,
  copyFloats,
  LARGE_COPY_FLOATS,
  type ConvBenchOptions,
  type ConvBenchReport,
  type TimedPass,
} from './convBenchReport.ts';
import { BENCH_PASSES } from './nativePasses.ts';
import { tensorPasses } from './tensorPasses.ts';
import { multiplyAdd, OPERATIONS_PER_ROUND } from './webgpuFmaPeak.ts';

/** Times every pass in so many rows of calls; the shortest counts. */
const ROWS = 5;
const MOST_CALLS = 1000;
/** The peak is sought with work that grows by this factor until it takes its time. */
const GROWTH = 4;
const [LEAST_SIDE, MOST_SIDE] = [256, 8192];
const MOST_ROUNDS = 2 ** 20;

/**
 * `benchConv` on the GPU back-end in use: `webgpu`, or `tensorflow`.
 *
 * A GPU works while the next call is recorded, so a row of calls is timed up to the moment when a
 * number of its last result is here; the way of that number is part of the time, shared by the
 * calls of the row.
 *
 * @throws {RangeError} If an option is out of range.
 * @throws {GpuMemoryError} If the GPU's memory ends.
 */
export async function benchConvOnGpu(
  backend: BackendInfo,
  options: ConvBenchOptions = {},
): Promise<ConvBenchReport> {
  const { msPerPass = 100 } = options;
  assertRange(msPerPass > 0, 'benchConv', 'msPerPass', 'be positive', msPerPass);
  const layers = benchLayers(options);
  let fmaPeakGflops = await arithmeticPeak(msPerPass);
  const timed: TimedPass[] = [];
  for (const layer of layers) {
    const { run, dispose } = tensorPasses(layer);
    const copyMs = await copyTime(copyFloats(layer), msPerPass / 4);
    for (const pass of BENCH_PASSES) {
      timed.push({ layer, pass, ms: await shortestTime(run[pass], msPerPass), copyMs });
    }
    dispose();
  }
  fmaPeakGflops = Math.max(fmaPeakGflops, await arithmeticPeak(msPerPass));
  const largeCopyMs = await copyTime(LARGE_COPY_FLOATS, msPerPass);
  const isa = backend.gpu ?? backend.description;
  return convBenchReport({ fmaPeakGflops, threads: backend.threads, isa }, largeCopyMs, timed);
}

/**
 * GFLOP/s of multiply-adds in registers, or where no program of ours runs, of a product of large
 * square matrices.
 */
async function arithmeticPeak(msPerPass: number): Promise<number> {
  let best = 0;
  if (tf.getBackend() === 'webgpu') {
    const gpu = tf.backend() as WebgpuBackend;
    for (let rounds = 1, ms = 0; ms < msPerPass && rounds <= MOST_ROUNDS; rounds *= GROWTH) {
      ms = await shortestTime(() => multiplyAdd(gpu, rounds), msPerPass);
      best = Math.max(best, (OPERATIONS_PER_ROUND * rounds) / ms / 1e6);
    }
    return best;
  }
  for (let side = LEAST_SIDE, ms = 0; ms < msPerPass && side <= MOST_SIDE; side *= 2) {
    const factor = tf.ones<tf.Rank.R2>([side, side]);
    ms = await shortestTime(() => tf.matMul(factor, factor), msPerPass);
    factor.dispose();
    best = Math.max(best, (2 * side ** 3) / ms / 1e6);
  }
  return best;
}

/**
 * Shortest time of reading and writing so many floats: of negating them, as a copy would share its
 * memory with them.
 */
async function copyTime(floats: number, msPerPass: number): Promise<number> {
  const from = tf.ones([floats]);
  const ms = await shortestTime(() => tf.neg(from), msPerPass);
  from.dispose();
  return ms;
}

/** Shortest time of one call in milliseconds, of some rows that take about `msPerPass` together. */
async function shortestTime(run: () => tf.Tensor, msPerPass: number): Promise<number> {
  await timePerCall(run, 1);
  let best = await timePerCall(run, 1);
  const calls = Math.min(MOST_CALLS, Math.floor(msPerPass / ROWS / best));
  if (calls < 1) return best;
  for (let row = 0; row < ROWS; row++) best = Math.min(best, await timePerCall(run, calls));
  return best;
}

async function timePerCall(run: () => tf.Tensor, calls: number): Promise<number> {
  const start = performance.now();
  // Not in one tidy: the memory of a result is free for the next but one call.
  for (let call = 1; call < calls; call++) tf.tidy(run).dispose();
  const last = tf.tidy(() => tf.slice(tf.reshape(run(), [-1]), [0], [1]));
  await last.data();
  const ms = (performance.now() - start) / calls;
  last.dispose();
  return ms;
}
