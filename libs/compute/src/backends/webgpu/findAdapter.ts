/// <reference types="@webgpu/types" />
import { mayHaveVulkanDriver } from './vulkanDriver.ts';

/** A device that WebGPU offers, or why there is none. */
export type AdapterSearch =
  | {
      readonly gpu: GPU;
      readonly adapter: GPUAdapter;
      readonly software: boolean;
      readonly name: string;
    }
  | { readonly missing: string; readonly remedy: string };

let search: Promise<AdapterSearch> | undefined;

/** The device that WebGPU prefers on this machine; looked for once in a process. */
export function findAdapter(): Promise<AdapterSearch> {
  search ??= lookForAdapter();
  return search;
}

async function lookForAdapter(): Promise<AdapterSearch> {
  if (!mayHaveVulkanDriver()) {
    return {
      missing: 'no Vulkan driver on this machine',
      remedy: 'install the driver of your GPU',
    };
  }
  try {
    const { create, globals } = await import('webgpu');
    defineGlobals(globals as Record<string, unknown>);
    const gpu = create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) {
      return {
        missing: 'WebGPU finds no device',
        remedy: 'install the driver of your GPU, and libvulkan1 on Debian',
      };
    }
    const { info } = adapter;
    const name = info.description === '' ? `${info.vendor} ${info.architecture}` : info.description;
    return { gpu, adapter, software: info.isFallbackAdapter, name };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { missing: `the package webgpu does not load: ${reason}`, remedy: 'npm install webgpu' };
  }
}

/**
 * The names by which WebGPU code knows its classes and constants (`GPUBuffer`, `GPUBufferUsage`,
 * ...).
 */
function defineGlobals(globals: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(globals)) {
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  }
}
