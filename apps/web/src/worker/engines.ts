import { convolveInWebAssembly, type WasmModule } from '@blurcycle/compute/webassembly';
import { findPageGpu, type PageGpu } from '@blurcycle/compute/webgpu-adapter';
import { describeViolation, InputError } from '@blurcycle/core';
import { type Computed, type EngineChoice, takesGpu } from './protocol.ts';
import { startModule } from './startModule.ts';

/** What a task may compute with. */
export interface Engines {
  /** A GPU that was chosen, or is preferred. */
  readonly gpu: PageGpu | null;
  /** WebAssembly, where convolutions run from now on; null without it. */
  readonly module: WasmModule | null;
}

/**
 * Starts WebAssembly and looks for a GPU, as far as the choice asks for them.
 *
 * @throws {InputError} For a choice that this browser does not have.
 */
export async function startEngines(choice: EngineChoice): Promise<Engines> {
  const module = choice === 'js' ? null : await startModule();
  if (module !== null) convolveInWebAssembly(module);
  if (choice === 'wasm' && module === null)
    throw missing('have the vectors of WebAssembly (SIMD)', 'choose JavaScript');
  if (choice === 'js' || choice === 'wasm') return { gpu: null, module };
  const gpu = await findPageGpu().catch(() => null);
  if (choice === 'webgpu' && gpu === null)
    throw missing('offer a GPU (WebGPU)', 'choose WebAssembly');
  return { gpu: gpu !== null && takesGpu(choice, gpu) ? gpu : null, module };
}

/** What computed a result, on the GPU or without it. */
export function computedBy({ gpu, module }: Engines, onGpu: boolean): Computed {
  if (onGpu && gpu !== null) return { engine: 'webgpu', device: gpu.name, threads: 1 };
  return {
    engine: module === null ? 'js' : 'wasm',
    device: null,
    threads: module?.threads ?? 1,
  };
}

function missing(rule: string, remedy: string): InputError {
  return new InputError(describeViolation('deconvolve', 'the browser', rule, 'none', remedy));
}
