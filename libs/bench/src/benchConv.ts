import { native, type NativeAddon, nativeFailure, pack } from '@blurcycle/compute/kernels';
import { assertRange, type Precision } from '@blurcycle/core';
import {
  type ConvBenchOptions,
  convBenchReport,
  type ConvBenchReport,
  copyFloats,
  LARGE_COPY_FLOATS,
  type TimedPass,
} from './convBenchReport.ts';
import { type BenchLayer, benchLayers } from './convLayers.ts';
import { BENCH_PASSES, nativePasses } from './nativePasses.ts';

const LEAST_CALLS = 5;

/**
 * Times every convolution of the networks, forward and both gradients, against the processor's own
 * arithmetic peak.
 *
 * The shortest of many calls counts: the others waited for other programs. The peak is measured
 * before and after every operation and the highest counts, so that a fraction is too low rather
 * than too high.
 *
 * @param options - With `threads`: those to use; default: those in use.
 * @throws {RuleError} If an option is out of range.
 * @throws {Error} If the add-on is not built.
 */
export function benchConv(
  options: ConvBenchOptions & { readonly threads?: number } = {},
): ConvBenchReport {
  if (native === null) throw new Error(`benchConv: the native add-on is missing: ${nativeFailure}`);
  const { threads = native.threads(), msPerPass = 100, precision = 'float32' } = options;
  const sound = Number.isSafeInteger(threads) && threads >= 1;
  assertRange(sound, 'benchConv', 'threads', 'be a positive integer', threads);
  assertRange(msPerPass > 0, 'benchConv', 'msPerPass', 'be positive', msPerPass);
  const layers = benchLayers(options);
  const before = native.threads();
  native.setThreads(threads);
  try {
    return measure(native, threads, layers, msPerPass, precision);
  } finally {
    native.setThreads(before);
  }
}

function measure(
  addon: NativeAddon,
  threads: number,
  layers: readonly BenchLayer[],
  msPerPass: number,
  precision: Precision,
): ConvBenchReport {
  let fmaPeakGflops = addon.fmaPeak(threads);
  const timed: TimedPass[] = [];
  for (const layer of layers) {
    const passes = nativePasses(addon, layer, precision);
    for (const pass of BENCH_PASSES) {
      const copyMs = copyTime(addon, copyFloats(layer), msPerPass / 4);
      timed.push({ layer, pass, ms: shortestTime(passes[pass], msPerPass), copyMs });
    }
    fmaPeakGflops = Math.max(fmaPeakGflops, addon.fmaPeak(threads));
  }
  const largeCopyMs = copyTime(addon, LARGE_COPY_FLOATS, msPerPass);
  const unit = precision === 'bfloat16' ? { bfloat16: addon.bfloat16() } : {};
  const machine = { fmaPeakGflops, threads, isa: addon.isa(), precision, ...unit };
  return convBenchReport(machine, largeCopyMs, timed);
}

/**
 * Shortest time of a copy of so many floats by all threads; a small one stays in the caches, as a
 * small volume does.
 */
function copyTime(addon: NativeAddon, floats: number, msPerPass: number): number {
  const piece = Math.min(floats, 1 << 13);
  const rows = Math.ceil(floats / piece);
  const [from, to] = [new Float32Array(rows * piece).fill(1), new Float32Array(rows * piece)];
  const shape = pack('copyShape', {
    rows,
    channels: piece,
    fromStride: piece,
    fromFirst: 0,
    toStride: piece,
    toFirst: 0,
  });
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
