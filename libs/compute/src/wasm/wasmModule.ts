import { createWasmHeap, type WasmHeap } from './wasmHeap.ts';
import { compile, HOST, instantiate, type WasmMemory } from './webAssembly.ts';

/** Functions of the module; arrays are addresses in its memory, 0 for none. */
export type WasmFunctions = Readonly<
  Record<FunctionName, (...addressesAndNumbers: number[]) => number>
>;

type FunctionName =
  | 'fftSpectrumLength'
  | 'fftSpectrum'
  | 'fftConvolve'
  | 'fftCorrelate'
  | 'fftUpdate'
  | 'convForward'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'convScratchLimit'
  | 'upConvForward'
  | 'upConvInputGradient'
  | 'upConvFilterGradient'
  | 'instanceNormForward'
  | 'instanceNormGradient'
  | 'maxPoolForward'
  | 'maxPoolGradient'
  | 'elementwiseBinary'
  | 'elementwiseUnary'
  | 'leakyReluGradient'
  | 'sumRows'
  | 'lossMean'
  | 'lossGradient'
  | 'adamUpdate';

type Exports = WasmFunctions & {
  readonly memory?: WasmMemory;
  readonly __heap_base: { readonly value: number };
};

/** An array that a function reads or writes; null: it has none. */
type Numbers = Int32Array | Float32Array | Float64Array | null;

/** The module, and how arrays get into its memory. */
export interface WasmModule {
  readonly functions: WasmFunctions;
  readonly heap: WasmHeap;
  /** Threads that share the work. */
  readonly threads: number;
  /**
   * Calls with the addresses of copies of `inputs`, then those of `outputs`, whose values are
   * copied back. What is in both is copied both ways, and has one address.
   */
  readonly call: <T>(
    inputs: readonly Numbers[],
    outputs: readonly Numbers[],
    use: (addresses: readonly number[]) => T,
  ) => T;
}

/**
 * The module for one thread.
 *
 * @param bytes - `kernels.wasm`.
 * @throws {Error} A CompileError where there are no vectors, or the file is damaged.
 */
export function loadWasmModule(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  const exports = instantiate(compile(bytes), { host: HOST }) as Exports;
  const { memory } = exports;
  if (memory === undefined) throw new Error('internal: the module has no memory of its own');
  return wasmModule(exports, memory, exports.__heap_base.value, 1);
}

/**
 * A module that runs.
 *
 * Memory: arrays are copied into the module's memory, which has up to 4 GiB, for each call.
 *
 * @param base - First byte that nothing of the module lies on.
 */
export function wasmModule(
  functions: WasmFunctions,
  memory: WasmMemory,
  base: number,
  threads: number,
): WasmModule {
  const heap = createWasmHeap(memory, base);

  function viewAt(array: NonNullable<Numbers>, address: number): NonNullable<Numbers> {
    const { buffer } = memory;
    if (array instanceof Int32Array) return new Int32Array(buffer, address, array.length);
    if (array instanceof Float64Array) return new Float64Array(buffer, address, array.length);
    return new Float32Array(buffer, address, array.length);
  }

  return {
    ...{ functions, heap, threads },
    call: (inputs, outputs, use) => {
      const known = new Map<NonNullable<Numbers>, number>();
      const place = (array: Numbers): number => {
        if (array === null) return 0;
        const address = known.get(array) ?? heap.allocate(array.byteLength);
        known.set(array, address);
        return address;
      };
      try {
        const from = inputs.map((array) => {
          const address = place(array);
          if (array !== null) viewAt(array, address).set(array);
          return address;
        });
        const to = outputs.map(place);
        const value = use([...from, ...to]);
        // The module may have got more memory meanwhile: a view made before would be empty.
        outputs.forEach((array, i) => {
          if (array !== null) array.set(viewAt(array, to[i]));
        });
        return value;
      } finally {
        for (const address of known.values()) heap.release(address);
      }
    },
  };
}
