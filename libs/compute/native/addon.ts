/**
 * @file The native add-on as TypeScript sees it: exact signatures, and the loaded module or null.
 *
 * Tensors are channels last, [n, z, y, x, c], as flat Float32Array views. Results are written into
 * arrays of the caller. Shapes are arrays that `pack` makes; operations are codes of
 * `OPERATION_CODES` (layouts.ts).
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isAsBuilt } from './isAsBuilt.ts';
import type { OPERATION_CODES, Packed } from './layouts.ts';

/** Instruction set that the kernels use. */
type IsaName = 'avx512' | 'avx2' | 'baseline' | 'neon';

/**
 * What multiplies bfloat16 factors: matrix tiles, dot products of pairs, or float32 arithmetic on
 * rounded factors; `amx-emulated` is for tests alone.
 */
export type Bfloat16Unit = 'amx' | 'avx512-bf16' | 'rounded' | 'amx-emulated';

/** A code of the precision of a convolution's factors; float32 unless given. */
type PrecisionCode = (typeof OPERATION_CODES.precision)[keyof typeof OPERATION_CODES.precision];

/** Names and numbers in their order. */
type Table = Readonly<Record<string, number>>;

/** The add-on: its kernels, and what it says of the machine. */
export interface NativeAddon extends Kernels {
  /** The tables of layouts.h: what the add-on takes the codes and arrays for. */
  layouts(): {
    readonly codes: Readonly<Record<string, Table>>;
    readonly arrays: Readonly<Record<string, Table>>;
  };
  /**
   * Instruction set in use: the best of this processor, or the one named by the environment
   * variable BLURCYCLE_ISA.
   */
  isa(): IsaName;
  /** Switches the instruction set (for tests); false when this processor lacks it. */
  selectIsa(name: IsaName): boolean;
  /**
   * What multiplies bfloat16 factors: the best of this processor under the instruction set in use,
   * or the one named by the environment variable BLURCYCLE_BF16.
   */
  bfloat16(): Bfloat16Unit;
  /** Switches what multiplies bfloat16 factors (for tests); false where it is not available. */
  selectBfloat16(name: Bfloat16Unit): boolean;
  /** Threads that share the work. */
  threads(): number;
  setThreads(count: number): void;
  /**
   * Fused multiply-add peak in GFLOP/s on `threads` threads, from a loop that touches registers
   * only (about 20 ms).
   */
  fmaPeak(threads: number): number;
}

/** The kernels, of the add-on or of the WebAssembly module. */
export interface Kernels {
  /** output = input * filter + bias; `bias` may be null. Output [n, oz, oy, ox, outputs]. */
  convForward(
    shape: Packed<'convShape'>,
    input: Float32Array,
    filter: Float32Array,
    bias: Float32Array | null,
    output: Float32Array,
    precision?: PrecisionCode,
  ): void;
  /** Gradient for the input from the gradient of the output. */
  convInputGradient(
    shape: Packed<'convShape'>,
    outputGradient: Float32Array,
    filter: Float32Array,
    inputGradient: Float32Array,
    precision?: PrecisionCode,
  ): void;
  /** Gradients for filter and bias (null: not wanted). */
  convFilterGradient(
    shape: Packed<'convShape'>,
    input: Float32Array,
    outputGradient: Float32Array,
    filterGradient: Float32Array,
    biasGradient: Float32Array | null,
    precision?: PrecisionCode,
  ): void;
  /**
   * Most floats of a convolution's padded copy (larger volumes go slab by slab); a number given is
   * set before.
   */
  convScratchLimit(floats?: number): number;
  /**
   * Transposed convolution, kernel 2, stride 2. The filter is [2, 2, 2, outputs, inputs], the
   * output [n, 2z, 2y, 2x, outputs].
   */
  upConvForward(
    shape: Packed<'upConvShape'>,
    input: Float32Array,
    filter: Float32Array,
    bias: Float32Array | null,
    output: Float32Array,
    precision?: PrecisionCode,
  ): void;
  upConvInputGradient(
    shape: Packed<'upConvShape'>,
    outputGradient: Float32Array,
    filter: Float32Array,
    inputGradient: Float32Array,
    precision?: PrecisionCode,
  ): void;
  upConvFilterGradient(
    shape: Packed<'upConvShape'>,
    input: Float32Array,
    outputGradient: Float32Array,
    filterGradient: Float32Array,
    biasGradient: Float32Array | null,
    precision?: PrecisionCode,
  ): void;

  /** Floats of a spectrum on a grid. */
  fftSpectrumLength(grid: Packed<'fftGrid'>): number;
  /** Spectrum of a kernel in its box. */
  fftSpectrum(
    geometry: Packed<'spectrumGeometry'>,
    data: Float32Array,
    spectrum: Float32Array,
  ): void;
  /** Convolution with the kernel of that spectrum, or its adjoint (`conjugate` 1). */
  fftConvolve(
    geometry: Packed<'convolveGeometry'>,
    data: Float32Array,
    spectrum: Float32Array,
    result: Float32Array,
  ): void;
  /**
   * Sum over volumes and voxels i of dy[i] x[i - d], d in the box of the result; x and dy share a
   * box.
   */
  fftCorrelate(
    geometry: Packed<'correlateGeometry'>,
    x: Float32Array,
    dy: Float32Array,
    result: Float32Array,
  ): void;
  /**
   * One update of Richardson and Lucy, see `PoissonUpdate`; `settings` in the order of the layout
   * `updateSettings`, `sums` in that of `UPDATE_SUMS`.
   *
   * @returns False where `leastResidual` stopped it.
   */
  fftUpdate(
    geometry: Packed<'updateGeometry'>,
    settings: Float64Array,
    spectrum: Float32Array,
    observed: Float32Array,
    weights: Float32Array,
    penalty: Float32Array | null,
    estimate: Float32Array,
    before: Float32Array | null,
    step: Float32Array | null,
    sums: Float64Array,
  ): boolean;

  /** `statistics` [batch, 2, channels]: mean and inverse standard deviation. */
  instanceNormForward(
    shape: Packed<'normShape'>,
    x: Float32Array,
    epsilon: number,
    slope: number,
    y: Float32Array,
    statistics: Float32Array,
  ): void;
  instanceNormGradient(
    shape: Packed<'normShape'>,
    x: Float32Array,
    statistics: Float32Array,
    dy: Float32Array,
    slope: number,
    dx: Float32Array,
  ): void;
  /** Blocks of 2 x 2 x 2. */
  maxPoolForward(shape: Packed<'poolShape'>, x: Float32Array, y: Float32Array): void;
  maxPoolGradient(
    shape: Packed<'poolShape'>,
    x: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
  ): void;

  elementwiseBinary(
    shape: Packed<'binaryShape'>,
    a: Float32Array,
    b: Float32Array,
    result: Float32Array,
  ): void;
  /** `parameter` is the slope of leakyRelu; other operations have none. */
  elementwiseUnary(
    operation: number,
    count: number,
    x: Float32Array,
    parameter: number,
    result: Float32Array,
  ): void;
  leakyReluGradient(
    count: number,
    x: Float32Array,
    dy: Float32Array,
    slope: number,
    result: Float32Array,
  ): void;
  /** result[b, c] = factor x the sum over rows. */
  sumRows(shape: Packed<'sumShape'>, x: Float32Array, factor: number, result: Float32Array): void;
  copyChannels(shape: Packed<'copyShape'>, from: Float32Array, to: Float32Array): void;
  /** Mean of (a - b)² or |a - b|; b has `bCount` elements, as many as a or one. */
  lossMean(loss: number, count: number, a: Float32Array, b: Float32Array, bCount: number): number;
  /** factor (a - b) or factor sign(a - b). */
  lossGradient(
    loss: number,
    count: number,
    a: Float32Array,
    b: Float32Array,
    bCount: number,
    factor: number,
    result: Float32Array,
  ): void;
  /** One step of Adam, in place; `settings` in the order of the layout `adamSettings`. */
  adamUpdate(
    parameters: readonly Float32Array[],
    gradients: readonly Float32Array[],
    means: readonly Float32Array[],
    squares: readonly Float32Array[],
    settings: Float64Array,
  ): void;
}

/** What build.mjs left behind; `error` says why there is no add-on. */
interface NativeBuildStatus {
  readonly compiler: string | null;
  readonly flags: readonly string[];
  readonly variants: readonly string[];
  readonly hash: string | null;
  /** Of the add-on; left out by older builds and where there is none. */
  readonly sha256?: string;
  readonly error: string | null;
}

const ADDON = fileURLToPath(new URL('./build/blurcycle.node', import.meta.url));
const STATUS = fileURLToPath(new URL('./build/status.json', import.meta.url));

const require = createRequire(import.meta.url);

function load(): { addon: NativeAddon | null; failure: string | null } {
  const status = nativeBuildStatus();
  if (!existsSync(ADDON))
    return { addon: null, failure: status?.error ?? 'the add-on is not built' };
  // A file that was cut short ends the process that loads it.
  if (!isAsBuilt(ADDON, status?.sha256))
    return { addon: null, failure: `${ADDON} is not the file that was built (npm rebuild)` };
  try {
    return { addon: require(ADDON) as NativeAddon, failure: null };
  } catch (error) {
    return { addon: null, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** The record of the last build, null when there was none. */
export function nativeBuildStatus(): NativeBuildStatus | null {
  try {
    return JSON.parse(readFileSync(STATUS, 'utf8')) as NativeBuildStatus;
  } catch {
    return null; // not there, or damaged
  }
}

const loaded = load();

/** The add-on, null when it is not built or cannot be loaded here (`nativeFailure` says why). */
export const native: NativeAddon | null = loaded.addon;

/** Why `native` is null; null when it is there. */
export const nativeFailure: string | null = loaded.failure;
