import { type BackendInfo, blur3d, conv3d, upConv3d, withPrecision } from '@blurcycle/compute';
import {
  BLUR_KERNEL_GRADIENT,
  hasKernel,
  runKernel,
  runProgram,
  type WebgpuBackend,
} from '@blurcycle/compute/kernels';
import { assertRange, type Precision } from '@blurcycle/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  type ConvBenchOptions,
  convBenchReport,
  type ConvBenchReport,
  copyFloats,
  LARGE_COPY_FLOATS,
  type TimedPass,
} from './convBenchReport.ts';
import { type BenchLayer, benchLayers, benchSamples } from './convLayers.ts';
import { BENCH_PASSES, type BenchPass } from './nativePasses.ts';

/**
 * Independent sums of four numbers in a call: enough to hide the latency of a multiply-add, few
 * enough for registers.
 */
const SUMS = 8;
/** Multiply-adds of each sum in one round of the loop. */
const UNROLLED = 8;
const CALLS = 256;
/** More than any GPU runs at once. */
const WORKGROUPS = 4096;

/** Floating-point operations of a round of the whole program. */
export const OPERATIONS_PER_ROUND = 2 * 4 * SUMS * UNROLLED * CALLS * WORKGROUPS;

const sums = Array.from({ length: SUMS }, (_, i) => i);

/**
 * Only multiply-adds in registers: sum <- sum * factor + addend, with numbers unknown to the
 * compiler.
 */
const CODE = `
  fn main() {
    let factor = vec4<f32>(uniforms.factor);
    let addend = vec4<f32>(uniforms.addend);
    ${sums.map((i) => `var s${i} = vec4<f32>(f32(localIndex) + ${i}.0);`).join('\n    ')}
    for (var round = 0; round < uniforms.rounds; round++) {
      ${Array.from({ length: UNROLLED }, () => sums.map((i) => `s${i} = fma(s${i}, factor, addend);`).join(' ')).join('\n      ')}
    }
    let total = ${sums.map((i) => `s${i}`).join(' + ')};
    result[i32(workgroupId.x) * ${CALLS} + i32(localIndex)] = total.x + total.y + total.z + total.w;
  }`;

/**
 * Records the program once; its result, one number for each call, keeps the compiler from removing
 * the work.
 */
export function multiplyAdd(gpu: WebgpuBackend, rounds: number): tf.Tensor {
  const info = runProgram(gpu, {
    name: 'fmaPeak',
    inputs: {},
    outputShape: [CALLS * WORKGROUPS],
    workgroupSize: CALLS,
    workgroups: [WORKGROUPS, 1, 1],
    integers: { rounds },
    // The sums stay near addend / (1 - factor) = 1: neither large nor subnormal.
    floats: { factor: 0.75, addend: 0.25 },
    code: CODE,
  });
  return tf.engine().makeTensorFromTensorInfo(info);
}

/**
 * The passes of a layer as tensor operations on the back-end in use, ready to run; each call gives
 * one new tensor.
 */
interface TensorPasses {
  readonly x: tf.Tensor5D;
  readonly filter: tf.Tensor;
  readonly dy: tf.Tensor5D;
  readonly run: Readonly<Record<BenchPass, () => tf.Tensor>>;
  /** Frees the inputs of the passes. */
  readonly dispose: () => void;
}

/**
 * Makes the tensors of a layer. Padding is `same`: on even sides that is the padding of the
 * networks.
 */
export function tensorPasses(layer: BenchLayer, precision: Precision = 'float32'): TensorPasses {
  const { batch, input, output, inputs, outputs } = layer;
  const x = sampleTensor<tf.Tensor5D>([batch, ...input, inputs]);
  const dy = sampleTensor<tf.Tensor5D>([batch, ...output, outputs]);
  const filter = sampleTensor(filterShape(layer));
  const bias = tf.zeros<tf.Rank.R1>([outputs]);
  const run = passesOf(layer, precision, x, dy, filter, bias);
  return { x, dy, filter, run, dispose: () => tf.dispose([x, dy, filter, bias]) };
}

function filterShape({ kind, kernel, inputs, outputs }: BenchLayer): number[] {
  const cube = [kernel, kernel, kernel];
  if (kind === 'blur') return cube;
  return kind === 'transposed' ? [...cube, outputs, inputs] : [...cube, inputs, outputs];
}

function sampleTensor<T extends tf.Tensor>(shape: number[]): T {
  return tf.tensor(benchSamples(tf.util.sizeFromShape(shape)), shape) as T;
}

function passesOf(
  { kind, stride }: BenchLayer,
  precision: Precision,
  x: tf.Tensor5D,
  dy: tf.Tensor5D,
  filter: tf.Tensor,
  bias: tf.Tensor1D,
): TensorPasses['run'] {
  const { shape } = filter;
  const filterGradient = (
    from: tf.Tensor,
    to: tf.Tensor,
    strides: number,
    pad: string,
    sides: number[],
  ) => {
    const attributes = { strides, pad, precision, filterShape: sides };
    return runKernel(tf.Conv3DBackpropFilterV2, { x: from, dy: to }, attributes);
  };
  switch (kind) {
    case 'convolution': {
      const attributes = { strides: stride, pad: 'same', precision, inputShape: x.shape };
      const options = { stride: stride === 2 ? 2 : 1 } as const;
      return {
        forward: () =>
          withPrecision(precision, () => conv3d(x, filter as tf.Tensor5D, bias, options)),
        inputGradient: () => runKernel(tf.Conv3DBackpropInputV2, { dy, filter }, attributes),
        filterGradient: () => filterGradient(x, dy, stride, 'same', shape),
      };
    }
    case 'transposed': {
      const attributes = {
        strides: stride,
        pad: 'valid',
        precision,
        dataFormat: 'NDHWC',
        dilations: [1, 1, 1],
      };
      return {
        forward: () => withPrecision(precision, () => upConv3d(x, filter as tf.Tensor5D, bias)),
        inputGradient: () => runKernel(tf.Conv3D, { x: dy, filter }, attributes),
        filterGradient: () => filterGradient(dy, x, stride, 'valid', shape),
      };
    }
    case 'blur': {
      const kernel = filter as tf.Tensor3D;
      return {
        forward: () => blur3d(x, kernel),
        // The adjoint of a convolution is the correlation, the convolution with the flipped kernel.
        inputGradient: () => blur3d(dy, tf.reverse(kernel)),
        filterGradient: () =>
          hasKernel(BLUR_KERNEL_GRADIENT)
            ? runKernel(BLUR_KERNEL_GRADIENT, { x, dy }, { kernelShape: shape })
            : tf.reverse(tf.reshape(filterGradient(x, dy, 1, 'same', [...shape, 1, 1]), shape)),
      };
    }
  }
}

/** Number of series of calls for each pass; the shortest counts. */
const ROWS = 5;
const MOST_CALLS = 1000;
/** The work that measures the peak grows by this factor until it takes long enough. */
const GROWTH = 4;
const [LEAST_SIDE, MOST_SIDE] = [256, 8192];
const MOST_ROUNDS = 2 ** 20;

/**
 * `benchConv` on the GPU back-end in use: `webgpu`, or `tensorflow`.
 *
 * A GPU works while the next call is recorded, so a series of calls is timed until a number of its
 * last result has been read; that transfer is part of the time, shared by the calls of the series.
 *
 * @throws {RuleError} If an option is out of range.
 * @throws {GpuMemoryError} If the GPU is out of memory.
 */
export async function benchConvOnGpu(
  backend: BackendInfo,
  options: ConvBenchOptions = {},
): Promise<ConvBenchReport> {
  const { msPerPass = 100, precision = 'float32' } = options;
  assertRange(msPerPass > 0, 'benchConv', 'msPerPass', 'be positive', msPerPass);
  const layers = benchLayers(options);
  let fmaPeakGflops = await arithmeticPeak(msPerPass);
  const timed: TimedPass[] = [];
  for (const layer of layers) {
    const { run, dispose } = tensorPasses(layer, precision);
    const copyMs = await copyTime(copyFloats(layer), msPerPass / 4);
    for (const pass of BENCH_PASSES) {
      timed.push({ layer, pass, ms: await shortestTime(run[pass], msPerPass), copyMs });
    }
    dispose();
  }
  fmaPeakGflops = Math.max(fmaPeakGflops, await arithmeticPeak(msPerPass));
  const largeCopyMs = await copyTime(LARGE_COPY_FLOATS, msPerPass);
  const isa = backend.gpu ?? backend.description;
  const machine = { fmaPeakGflops, threads: backend.threads, isa, precision };
  return convBenchReport(machine, largeCopyMs, timed);
}

/**
 * GFLOP/s of multiply-adds in registers, or where no custom kernel runs, of a product of large
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
 * Shortest time of reading and writing so many floats: they are negated, because a copy would share
 * their memory.
 */
async function copyTime(floats: number, msPerPass: number): Promise<number> {
  const from = tf.ones([floats]);
  const ms = await shortestTime(() => tf.neg(from), msPerPass);
  from.dispose();
  return ms;
}

/**
 * Shortest time of one call in milliseconds, of some series that take about `msPerPass` together.
 */
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
