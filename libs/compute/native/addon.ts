/**
 * @file The native add-on as TypeScript sees it: exact signatures, and the loaded module or null.
 *
 * Tensors are channels last, [n, z, y, x, c], as flat Float32Array views. Results are written into
 * arrays of the caller.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeOperations } from './operations.ts';

/** Shapes and settings of a 3-D convolution as one Int32Array, in the order of `convShape`. */
export type ConvShapeArray = Int32Array;

/** Instruction set that the kernels use. */
export type IsaName = 'avx512' | 'avx2' | 'baseline' | 'neon';

/** Functions of the add-on. */
export interface NativeAddon extends NativeOperations {
  /**
   * Instruction set in use: the best of this processor, or the one named by the environment
   * variable BLURCYCLE_ISA.
   */
  isa(): IsaName;
  /** Switches the instruction set (for tests); false when this processor lacks it. */
  selectIsa(name: IsaName): boolean;
  /** Threads that share the work. */
  threads(): number;
  setThreads(count: number): void;
  /**
   * Fused multiply-add peak in GFLOP/s on `threads` threads, from a loop that touches registers
   * only (about 20 ms).
   */
  fmaPeak(threads: number): number;
  /** output = input * filter + bias; `bias` may be null. Output [n, oz, oy, ox, outputs]. */
  convForward(
    shape: ConvShapeArray,
    input: Float32Array,
    filter: Float32Array,
    bias: Float32Array | null,
    output: Float32Array,
  ): void;
  /** Gradient for the input from the gradient of the output. */
  convInputGradient(
    shape: ConvShapeArray,
    outputGradient: Float32Array,
    filter: Float32Array,
    inputGradient: Float32Array,
  ): void;
  /** Gradients for filter and bias (null: not wanted). */
  convFilterGradient(
    shape: ConvShapeArray,
    input: Float32Array,
    outputGradient: Float32Array,
    filterGradient: Float32Array,
    biasGradient: Float32Array | null,
  ): void;
  /**
   * Most floats of a convolution's padded copy (larger volumes go slab by slab); a number given is
   * set before.
   */
  convScratchLimit(floats?: number): number;
  /**
   * Transposed convolution, kernel 2, stride 2. `shape` is [n, z, y, x, inputs, outputs] of the
   * small side, the filter is [2, 2, 2, outputs, inputs], the output [n, 2z, 2y, 2x, outputs].
   */
  upConvForward(
    shape: Int32Array,
    input: Float32Array,
    filter: Float32Array,
    bias: Float32Array | null,
    output: Float32Array,
  ): void;
  upConvInputGradient(
    shape: Int32Array,
    outputGradient: Float32Array,
    filter: Float32Array,
    inputGradient: Float32Array,
  ): void;
  upConvFilterGradient(
    shape: Int32Array,
    input: Float32Array,
    outputGradient: Float32Array,
    filterGradient: Float32Array,
    biasGradient: Float32Array | null,
  ): void;
}

/** What build.mjs left behind; `error` says why there is no add-on. */
export interface NativeBuildStatus {
  readonly compiler: string | null;
  readonly flags: readonly string[];
  readonly variants: readonly string[];
  readonly hash: string | null;
  readonly error: string | null;
}

const ADDON = fileURLToPath(new URL('./build/blurcycle.node', import.meta.url));
const STATUS = fileURLToPath(new URL('./build/status.json', import.meta.url));

const require = createRequire(import.meta.url);

function load(): { addon: NativeAddon | null; failure: string | null } {
  if (!existsSync(ADDON))
    return { addon: null, failure: nativeBuildStatus()?.error ?? 'the add-on is not built' };
  try {
    return { addon: require(ADDON) as NativeAddon, failure: null };
  } catch (error) {
    return { addon: null, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** The record of the last build, null when there was none. */
export function nativeBuildStatus(): NativeBuildStatus | null {
  return existsSync(STATUS) ? (require(STATUS) as NativeBuildStatus) : null;
}

const loaded = load();

/** The add-on, null when it is not built or cannot be loaded here (`nativeFailure` says why). */
export const native: NativeAddon | null = loaded.addon;

/** Why `native` is null; null when it is there. */
export const nativeFailure: string | null = loaded.failure;
