import { findAdapter } from './findAdapter.ts';
import { startWebgpu } from './startWebgpu.ts';
import type { WebgpuBackend } from './webgpuBackend.ts';

/**
 * Registers the WebGPU back-end with tfjs under the name `webgpu`, once per process.
 *
 * @param halfPrecision - Round the factors of convolutions; every call may change it.
 */
export async function registerWebgpuBackend(halfPrecision: boolean): Promise<void> {
  registered ??= register();
  (await registered).roundsConvolutionsToHalf = halfPrecision;
}

let registered: Promise<WebgpuBackend> | undefined;

async function register(): Promise<WebgpuBackend> {
  const found = await findAdapter();
  if ('missing' in found) throw new Error(`internal: ${found.missing}`);
  return startWebgpu(found.adapter, (create) => withNavigator(found.gpu, create));
}

/**
 * The constructor needs a browser's `navigator.gpu`; it is removed afterwards, since Node does not
 * exit while it exists.
 */
function withNavigator<T>(gpu: GPU, make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
}
