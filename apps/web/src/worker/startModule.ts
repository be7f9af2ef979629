import packedKernels from '@blurcycle/compute/kernels.wasm?packed';
import packedThreads from '@blurcycle/compute/kernels.threads.wasm?packed';
import {
  loadThreadedModule,
  loadWasmModule,
  type ThreadStart,
  type WasmModule,
} from '@blurcycle/compute/webassembly';
import ThreadWorker from './thread.ts?worker&inline';

/** More only wait for each other: a plane is cut into few pieces. */
const MOST_THREADS = 16;

/**
 * The kernels in WebAssembly, on a thread for each core where the page may share memory, else on
 * one; null where the browser lacks its vectors.
 */
export async function startModule(): Promise<WasmModule | null> {
  try {
    const threads = Math.min(navigator.hardwareConcurrency, MOST_THREADS);
    if (self.crossOriginIsolated && threads > 1)
      return await loadThreadedModule(await unpack(packedThreads), threads, startThread);
  } catch {
    // One thread is enough.
  }
  const bytes = await unpack(packedKernels);
  try {
    return loadWasmModule(bytes);
  } catch {
    return null;
  }
}

function startThread(start: ThreadStart): Promise<void> {
  const worker = new ThreadWorker();
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', () => resolve());
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error('a thread could not start'));
    });
    worker.postMessage(start);
  });
}

/** The bytes that are packed as gzip in Base64; the policy of the page forbids to fetch any. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
