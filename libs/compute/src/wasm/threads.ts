import { compile, HOST, instantiate, sharedMemory, type WasmMemory } from './webAssembly.ts';
import { type WasmFunctions, type WasmModule, wasmModule } from './wasmModule.ts';

/** What a thread gets: the module, the memory that all share, and its own places in it. */
export interface ThreadStart {
  readonly module: object;
  readonly memory: WasmMemory;
  /** 1 for the first beside the caller. */
  readonly index: number;
  readonly stackTop: number;
  readonly storage: number;
}

/** What the module for several threads has beside the kernels. */
interface ThreadedExports extends WasmFunctions {
  readonly __heap_base: { readonly value: number };
  readonly __stack_pointer: { value: number };
  readonly __tls_size: { readonly value: number };
  readonly __wasm_init_tls: (address: number) => void;
  readonly shareWork: (threads: number) => void;
  readonly threadLoop: (index: number) => void;
  readonly threadFailed: () => void;
}

/** Of each thread. */
const STACK_BYTES = 262144;

/**
 * The module for several threads: results are the same bits for any number of them.
 *
 * The caller's thread works, too, and spins while it waits for the others, so it must not be that
 * of a page.
 *
 * @param bytes - `kernels.threads.wasm`.
 * @param threads - The caller's included.
 * @param startThread - Starts a script that calls `runThread`; resolves when that has begun.
 * @throws {Error} Where memory cannot be shared, or a thread does not start.
 */
export async function loadThreadedModule(
  bytes: Uint8Array<ArrayBuffer>,
  threads: number,
  startThread: (start: ThreadStart) => Promise<void>,
): Promise<WasmModule> {
  const module = compile(bytes);
  const memory = sharedMemory();
  const exports = instantiate(module, { host: HOST, env: { memory } }) as ThreadedExports;
  const loaded = wasmModule(exports, memory, exports.__heap_base.value, threads);
  const { heap } = loaded;
  exports.__wasm_init_tls(heap.allocate(exports.__tls_size.value));
  const starts = Array.from({ length: threads - 1 }, (_, i) => {
    const stackTop = heap.allocate(STACK_BYTES) + STACK_BYTES;
    const storage = heap.allocate(exports.__tls_size.value);
    return startThread({ ...{ module, memory, index: i + 1 }, stackTop, storage });
  });
  await Promise.all(starts);
  exports.shareWork(threads);
  return loaded;
}

/**
 * What the script of a thread does with its start: works for the caller of `loadThreadedModule`
 * until it is ended from outside.
 *
 * @param onBegin - Called before the work.
 */
export function runThread(
  { module, memory, index, stackTop, storage }: ThreadStart,
  onBegin: () => void,
): void {
  const exports = instantiate(module, { host: HOST, env: { memory } }) as ThreadedExports;
  exports.__stack_pointer.value = stackTop;
  exports.__wasm_init_tls(storage);
  onBegin();
  try {
    exports.threadLoop(index);
  } catch {
    // There was no memory; the caller says so.
    exports.threadFailed();
  }
}
