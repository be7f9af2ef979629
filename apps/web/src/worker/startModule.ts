import packedKernels from '@blurcycle/compute/kernels.wasm?packed';
import { loadWasmModule, type WasmModule } from '@blurcycle/compute/webassembly';

/** The kernels in WebAssembly; null where the browser lacks its vectors. */
export async function startModule(): Promise<WasmModule | null> {
  const bytes = await unpack(packedKernels);
  try {
    return loadWasmModule(bytes);
  } catch {
    return null;
  }
}

/** The bytes that are packed as gzip in Base64; the policy of the page forbids to fetch any. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
