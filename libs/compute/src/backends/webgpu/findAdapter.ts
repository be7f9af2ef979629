/// <reference types="@webgpu/types" />
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A device that WebGPU offers, or why there is none. */
type AdapterSearch =
  | {
      readonly gpu: GPU;
      readonly adapter: GPUAdapter;
      readonly software: boolean;
      readonly name: string;
    }
  | { readonly missing: string; readonly remedy: string };

let search: Promise<AdapterSearch> | undefined;

/** The device that WebGPU prefers on this machine; searched once per process. */
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

/** Defines the global classes and constants of WebGPU (`GPUBuffer`, `GPUBufferUsage`, ...). */
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

/** Environment variables that name drivers for the Vulkan loader. */
const DRIVER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/**
 * True where a Vulkan driver may be found; always true on systems other than Linux, which have a
 * graphics interface of their own.
 *
 * Asked before Dawn is loaded: without a driver it would only print warnings of the Vulkan loader
 * on standard error.
 * Source: the loader's search order, Vulkan-Loader, docs/LoaderDriverInterface.md, "Linux Driver
 * Discovery".
 */
function mayHaveVulkanDriver(): boolean {
  if (process.platform !== 'linux') return true;
  if (DRIVER_VARIABLES.some((name) => (process.env[name] ?? '') !== '')) return true;
  const home = homedir();
  const listed = (name: string, standard: string): string[] =>
    (process.env[name] ?? standard).split(':');
  const roots = [
    ...listed('XDG_CONFIG_HOME', join(home, '.config')),
    ...listed('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...listed('XDG_DATA_HOME', join(home, '.local/share')),
    ...listed('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ];
  return roots.some((root) => holdsManifest(join(root, 'vulkan/icd.d')));
}

function holdsManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.json'));
  } catch {
    return false;
  }
}
