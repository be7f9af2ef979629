import { voxelCount, type Shape3 } from '@blurcycle/core';
import { type ConvolutionEngine, javascriptConvolutionEngine } from './convolutionEngines.ts';
import { loadWasm } from '../wasm/loadWasm.ts';
import { wasmConvolutionEngine } from '../wasm/wasmEngine.ts';

/**
 * Voxels of the largest grid for WebAssembly: its memory ends at 4 GiB, and an update of
 * Richardson-Lucy holds about eight floats for each voxel there.
 */
const MOST_VOXELS = 2 ** 26;

/**
 * What runs convolutions where the C++ add-on is missing: the same kernels in WebAssembly, on one
 * thread; JavaScript for grids of more than 64 million voxels, or where Node refuses the module.
 */
export function engineWithoutAddon(mostVoxels = MOST_VOXELS): ConvolutionEngine {
  const module = loadWasm();
  const wasm = module === null ? javascriptConvolutionEngine : wasmConvolutionEngine(module);
  return {
    prepare(grid: Shape3, kernel, kernelShape, origin) {
      const engine = voxelCount(grid) > mostVoxels ? javascriptConvolutionEngine : wasm;
      return engine.prepare(grid, kernel, kernelShape, origin);
    },
  };
}
