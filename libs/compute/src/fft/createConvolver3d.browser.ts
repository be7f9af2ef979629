import type { Shape3 } from '@blurcycle/core';
import { type ConvolutionEngine, javascriptConvolutionEngine } from './convolutionEngines.ts';
import { type Convolver, type ConvolverOptions, createConvolverOn } from './convolver.ts';
import { wasmConvolutionEngine } from './wasm/wasmEngine.ts';

let engine: ConvolutionEngine = javascriptConvolutionEngine;

/**
 * Lets convolutions run in WebAssembly from now on, where the browser has its vectors.
 *
 * @param bytes - The module, `@blurcycle/compute/fft.wasm`.
 * @returns What runs them: `wasm`, or `js` where the browser cannot.
 */
export function startWebAssembly(bytes: Uint8Array<ArrayBuffer>): 'wasm' | 'js' {
  try {
    engine = wasmConvolutionEngine(bytes);
    return 'wasm';
  } catch {
    return 'js';
  }
}

/** `createConvolverOn` the fastest engine of this page. */
export function createConvolver3d(
  shape: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  options: ConvolverOptions = {},
): Convolver {
  return createConvolverOn(engine, shape, kernel, kernelShape, options);
}
