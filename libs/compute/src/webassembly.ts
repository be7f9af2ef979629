/**
 * @file The entry for pages, `@blurcycle/compute/webassembly`: starts the WebAssembly module and
 *   lets convolutions and networks run in it.
 */
export { convolveInWebAssembly } from './fft/createConvolver3d.browser.ts';
export { selectWebAssembly } from './backends/selectWebAssembly.ts';
export { loadThreadedModule, type ThreadStart } from './wasm/threads.ts';
export { loadWasmModule, type WasmModule } from './wasm/wasmModule.ts';
