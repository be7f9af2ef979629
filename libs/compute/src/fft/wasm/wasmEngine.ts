import type { ConvolutionEngine, GridConvolution } from '../convolutionEngines.ts';
import {
  convolveGeometry,
  spectrumGeometry,
  sumsOf,
  updateGeometry,
  updateSettings,
} from '../engineGeometry.ts';
import { createWasmHeap } from './wasmHeap.ts';
import { instantiate, type WasmMemory } from './webAssembly.ts';

/** What `fft.wasm` exports; arrays are addresses in its memory, 0 for none. */
interface FftExports {
  readonly memory: WasmMemory;
  readonly __heap_base: { readonly value: number };
  readonly fftSpectrumLength: (grid: number) => number;
  readonly fftSpectrum: (geometry: number, data: number, spectrum: number) => void;
  readonly fftConvolve: (geometry: number, data: number, transfer: number, result: number) => void;
  readonly fftUpdate: (...addresses: number[]) => number;
}

type Numbers = Int32Array | Float32Array | Float64Array;

/**
 * The engine in WebAssembly: the C++ kernels in vectors of four floats, single precision, one
 * thread.
 *
 * Memory: arrays are copied into the module's memory, which has up to 4 GiB, for each call; the
 * kernel's spectrum stays there as long as the convolution lives.
 *
 * @param bytes - The module, `fft.wasm`.
 * @throws {Error} A CompileError where there are no vectors, or the file is damaged.
 */
export function wasmConvolutionEngine(bytes: Uint8Array<ArrayBuffer>): ConvolutionEngine {
  const host = {
    ...{ cos: Math.cos, sin: Math.sin },
    allocate: (size: number): number => heap.allocate(size >>> 0),
    release: (address: number): void => heap.release(address >>> 0),
  };
  const fft = instantiate(bytes, { host }) as FftExports;
  const heap = createWasmHeap(fft.memory, fft.__heap_base.value);
  const spectra = new FinalizationRegistry((address: number) => heap.release(address));

  /** Copies arrays in, calls with their addresses, copies those of `results` back. */
  function call<T>(
    arrays: readonly (Numbers | null)[],
    results: readonly (Numbers | null)[],
    use: (addresses: readonly number[]) => T,
  ): T {
    const addresses: number[] = [];
    try {
      for (const array of arrays) addresses.push(array === null ? 0 : copyIn(array));
      const value = use(addresses);
      // The module may have got more memory meanwhile: a view made before would be empty.
      arrays.forEach((array, i) => {
        if (array !== null && results.includes(array)) array.set(viewAt(array, addresses[i]));
      });
      return value;
    } finally {
      for (const address of addresses) heap.release(address);
    }
  }

  function copyIn(array: Numbers): number {
    const address = heap.allocate(array.byteLength);
    viewAt(array, address).set(array);
    return address;
  }

  function viewAt(array: Numbers, address: number): Numbers {
    const { buffer } = fft.memory;
    if (array instanceof Int32Array) return new Int32Array(buffer, address, array.length);
    if (array instanceof Float64Array) return new Float64Array(buffer, address, array.length);
    return new Float32Array(buffer, address, array.length);
  }

  return {
    prepare(grid, kernel, kernelShape, origin) {
      const floats = call([Int32Array.from(grid)], [], ([sides]) => fft.fftSpectrumLength(sides));
      const transfer = heap.allocate(4 * floats);
      call([spectrumGeometry(grid, kernelShape, origin), kernel], [], ([geometry, data]) =>
        fft.fftSpectrum(geometry, data, transfer),
      );
      const convolution: GridConvolution = {
        convolve(data, shape, from, cut, cutShape, cutFrom, conjugate) {
          const geometry = convolveGeometry(grid, [shape, from], [cutShape, cutFrom], conjugate);
          call([geometry, data, cut], [cut], ([numbers, input, output]) =>
            fft.fftConvolve(numbers, input, transfer, output),
          );
        },
        update(update, shape, windowShape, windowOrigin) {
          const { estimate, penalty = null, extrapolation } = update;
          const before = extrapolation?.before ?? null;
          const step = extrapolation?.step ?? null;
          const sums = new Float64Array(5);
          const arrays = [
            ...[updateGeometry(grid, shape, [windowShape, windowOrigin]), updateSettings(update)],
            ...[update.observed, update.weights, penalty, estimate, before, step, sums],
          ];
          const done = call(
            arrays,
            [before ?? estimate, step, sums],
            ([geometry, settings, ...rest]) => fft.fftUpdate(geometry, settings, transfer, ...rest),
          );
          return sumsOf(done === 1, sums);
        },
      };
      spectra.register(convolution, transfer);
      return convolution;
    },
  };
}
