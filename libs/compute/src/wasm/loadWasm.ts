import { readFileSync } from 'node:fs';
import { loadWasmModule, type WasmModule } from './wasmModule.ts';

let loaded: WasmModule | null | undefined;

/** The module for one thread in this process; null where Node refuses it. */
export function loadWasm(): WasmModule | null {
  if (loaded === undefined) {
    try {
      const file = new URL('../../native/wasm/kernels.wasm', import.meta.url);
      loaded = loadWasmModule(readFileSync(file));
    } catch {
      loaded = null;
    }
  }
  return loaded;
}
