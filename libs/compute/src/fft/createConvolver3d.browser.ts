import type { Shape3 } from '@blurcycle/core';
import { type ConvolutionEngine, javascriptConvolutionEngine } from './convolutionEngines.ts';
import { type Convolver, type ConvolverOptions, createConvolverOn } from './convolver.ts';
import { wasmConvolutionEngine } from '../wasm/wasmEngine.ts';
import type { WasmModule } from '../wasm/wasmModule.ts';

let engine: ConvolutionEngine = javascriptConvolutionEngine;

/** Lets convolutions run in WebAssembly from now on. */
export function convolveInWebAssembly(module: WasmModule): void {
  engine = wasmConvolutionEngine(module);
}

/** Replaces the engine of convolutions from now on. */
export function changeEngine(change: (engine: ConvolutionEngine) => ConvolutionEngine): void {
  engine = change(engine);
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
