import type { Precision } from '@blurcycle/core';
import { type BenchLayer, type BenchLayerOptions, floatsOf } from './convLayers.ts';
import type { BenchPass } from './nativePasses.ts';

/** How fast one pass of one operation runs. */
interface ConvBenchEntry {
  readonly name: string;
  readonly pass: BenchPass;
  /** Input of the convolution, [n, z, y, x, c]. */
  readonly shape: readonly number[];
  /** Shortest time of one call. */
  readonly ms: number;
  /** Floating-point operations of the definition (for the blur: of the FFT) per second. */
  readonly gflops: number;
  readonly fractionOfPeak: number;
  /**
   * Time divided by that of a plain copy of the bytes that the pass must read and write once: 1 is
   * the best possible.
   */
  readonly timesCopy: number;
}

/** Results of one run on one machine. */
export interface ConvBenchReport {
  /**
   * Fused multiply-adds in registers, measured in the same run; on `tensorflow`, which runs no
   * custom kernel, a product of large matrices.
   */
  readonly fmaPeakGflops: number;
  /** Bytes read and written by a plain copy of 64 MiB, in GB/s. */
  readonly copyGBps: number;
  readonly threads: number;
  /** Instruction set of the kernels, or the name of the GPU. */
  readonly isa: string;
  /** Of the factors of the convolutions; the peak is that of float32. */
  readonly precision: Precision;
  /** What multiplied bfloat16 factors in the C++ kernels. */
  readonly bfloat16?: string;
  readonly kernels: readonly ConvBenchEntry[];
}

/** What to time. */
export interface ConvBenchOptions extends BenchLayerOptions {
  /** Time given to each pass, in milliseconds. @defaultValue `100` */
  readonly msPerPass?: number;
  /** Of the factors of the convolutions. @defaultValue `float32` */
  readonly precision?: Precision | undefined;
}

/** One pass as it was timed. */
export interface TimedPass {
  readonly layer: BenchLayer;
  readonly pass: BenchPass;
  readonly ms: number;
  /** Time of a copy of `copyFloats(layer)`. */
  readonly copyMs: number;
}

const FLOAT_BYTES = 4;
/** 64 MiB: more than the caches hold. */
export const LARGE_COPY_FLOATS = 1 << 24;

/** Floats whose copy moves as many bytes as a pass must: each is read and written. */
export function copyFloats(layer: BenchLayer): number {
  return Math.ceil(floatsOf(layer) / 2);
}

/** The report of timed passes. */
export function convBenchReport(
  machine: Omit<ConvBenchReport, 'copyGBps' | 'kernels'>,
  largeCopyMs: number,
  timed: readonly TimedPass[],
): ConvBenchReport {
  const kernels = timed.map(({ layer, pass, ms, copyMs }): ConvBenchEntry => {
    const { name, batch, input, inputs, operations } = layer;
    const gflops = operations / ms / 1e6;
    const fractionOfPeak = gflops / machine.fmaPeakGflops;
    return {
      name,
      pass,
      shape: [batch, ...input, inputs],
      ms,
      gflops,
      fractionOfPeak,
      timesCopy: ms / copyMs,
    };
  });
  return {
    ...machine,
    copyGBps: (2 * FLOAT_BYTES * LARGE_COPY_FLOATS) / largeCopyMs / 1e6,
    kernels,
  };
}
