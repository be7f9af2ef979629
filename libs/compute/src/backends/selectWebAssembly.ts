import * as tf from '@tensorflow/tfjs-core';
import type { WasmModule } from '../wasm/wasmModule.ts';
import { wasmKernels } from '../wasm/wasmKernels.ts';
import { registerKernels } from './native/registerKernels.ts';

/**
 * Makes TensorFlow.js run in WebAssembly, where there is no other back-end; networks are applied,
 * not trained.
 *
 * @param memoryBytes - Of the machine.
 */
export async function selectWebAssembly(module: WasmModule, memoryBytes: number): Promise<void> {
  registerKernels('wasm', wasmKernels(module), memoryBytes);
  await tf.setBackend('wasm');
}
