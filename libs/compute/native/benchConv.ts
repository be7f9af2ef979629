import { assertRange } from '@blurcycle/core';
import { native, nativeFailure, type NativeAddon } from './addon.ts';
import { benchCases, type BenchPass } from './benchCases.ts';

/** How fast one pass of one operation runs. */
export interface ConvBenchEntry {
  readonly name: string;
  readonly pass: BenchPass;
  /** Input of the convolution, [n, z, y, x, c]. */
  readonly shape: readonly number[];
  /** Shortest time of one call. */
  readonly ms: number;
  /** Arithmetic of the definition (a fast transform's own for the blur) per time. */
  readonly gflops: number;
  readonly fractionOfPeak: number;
  /** Time over that of reading and writing as many bytes as the pass must, once, by a plain copy: 1 is the best possible. */
  readonly timesCopy: number;
}

/** Figures of one run on one machine. */
export interface ConvBenchReport {
  /** Fused multiply-adds in registers, on as many threads, measured in the same run. */
  readonly fmaPeakGflops: number;
  /** Bytes read and written by a plain copy of 64 MiB, in GB/s, on as many threads. */
  readonly copyGBps: number;
  readonly threads: number;
  /** Instruction set of the kernels. */
  readonly isa: string;
  readonly kernels: readonly ConvBenchEntry[];
}

export interface ConvBenchOptions {
  /** Threads; default: those in use. */
  readonly threads?: number;
  /** Sides of the finest level, multiples of 4. @defaultValue `[32, 64, 64]` */
  readonly volume?: readonly [number, number, number];
  /** Volumes at once. @defaultValue `1` */
  readonly batch?: number;
  /** Time given to each pass, in milliseconds. @defaultValue `100` */
  readonly msPerPass?: number;
}

const LEAST_CALLS = 5;
const FLOAT_BYTES = 4;
/** 64 MiB: more than the caches hold. */
const LARGE_COPY_FLOATS = 1 << 24;

/**
 * Times every convolution of the networks, forward and both gradients, against the processor's own arithmetic peak.
 *
 * The shortest of many calls counts: the others waited for somebody else. The peak is measured before and after every
 * operation and the highest counts, so that a fraction is rather too low than too high.
 *
 * @throws {RangeError} If an option is out of range.
 * @throws {Error} If the add-on is not built.
 */
export function benchConv(options: ConvBenchOptions = {}): ConvBenchReport {
  if (native === null) throw new Error(`benchConv: the native add-on is missing: ${nativeFailure}`);
  const { threads = native.threads(), volume = [32, 64, 64], batch = 1, msPerPass = 100 } = options;
  const sound = Number.isSafeInteger(threads) && threads >= 1;
  assertRange(sound, 'benchConv', 'threads', 'be a positive integer', threads);
  const fits = volume.every((side) => Number.isSafeInteger(side) && side >= 8 && side % 4 === 0);
  assertRange(fits, 'benchConv', 'volume', 'have sides of at least 8 that are multiples of 4', volume);
  assertRange(
    Number.isSafeInteger(batch) && batch >= 1,
    'benchConv',
    'batch',
    'be a positive integer',
    batch,
  );
  assertRange(msPerPass > 0, 'benchConv', 'msPerPass', 'be positive', msPerPass);
  const before = native.threads();
  native.setThreads(threads);
  try {
    return measure(native, threads, volume, batch, msPerPass);
  } finally {
    native.setThreads(before);
  }
}

function measure(
  addon: NativeAddon,
  threads: number,
  volume: readonly [number, number, number],
  batch: number,
  msPerPass: number,
): ConvBenchReport {
  let fmaPeakGflops = addon.fmaPeak(threads);
  const timed = [];
  for (const { name, shape, createPasses } of benchCases(volume, batch)) {
    for (const { pass, operations, floats, run } of createPasses(addon)) {
      const copyMs = copyTime(addon, Math.ceil(floats / 2), msPerPass / 4);
      timed.push({ name, pass, shape, ms: shortestTime(run, msPerPass), operations, copyMs });
    }
    fmaPeakGflops = Math.max(fmaPeakGflops, addon.fmaPeak(threads));
  }
  const kernels = timed.map(({ name, pass, shape, ms, operations, copyMs }) => {
    const gflops = operations / ms / 1e6;
    return { name, pass, shape, ms, gflops, fractionOfPeak: gflops / fmaPeakGflops, timesCopy: ms / copyMs };
  });
  const copyGBps =
    (2 * FLOAT_BYTES * LARGE_COPY_FLOATS) / copyTime(addon, LARGE_COPY_FLOATS, msPerPass) / 1e6;
  return { fmaPeakGflops, copyGBps, threads, isa: addon.isa(), kernels };
}

/** Shortest time of a copy of so many floats by all threads; a small one stays in the caches, as a small volume does. */
function copyTime(addon: NativeAddon, floats: number, msPerPass: number): number {
  const piece = Math.min(floats, 1 << 13);
  const rows = Math.ceil(floats / piece);
  const [from, to] = [new Float32Array(rows * piece).fill(1), new Float32Array(rows * piece)];
  const shape = Int32Array.of(rows, piece, piece, 0, piece, 0);
  return shortestTime(() => addon.copyChannels(shape, from, to), msPerPass);
}

/** Shortest time of one call in milliseconds, of as many calls as fit `msPerPass`. */
function shortestTime(run: () => void, msPerPass: number): number {
  run();
  const start = performance.now();
  let best = Infinity;
  for (let calls = 0; calls < LEAST_CALLS || performance.now() - start < msPerPass; calls += 1) {
    const from = performance.now();
    run();
    best = Math.min(best, performance.now() - from);
  }
  return best;
}
