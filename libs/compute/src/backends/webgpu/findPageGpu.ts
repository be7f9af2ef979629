/// <reference types="@webgpu/types" />

/** A device that the browser offers. */
export interface PageGpu {
  readonly adapter: GPUAdapter;
  /** What the browser tells of it. */
  readonly name: string;
  /** A program stands in for a GPU; it is slower than WebAssembly. */
  readonly isSoftware: boolean;
}

/** The device that the browser prefers; null where it offers none. */
export async function findPageGpu(): Promise<PageGpu | null> {
  const { gpu } = navigator as { readonly gpu?: GPU };
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  // The first browsers with WebGPU told nothing of the device.
  if (!adapter?.info) return null;
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const words = description === '' ? `${vendor} ${architecture}`.trim() : description;
  const name = words === '' ? 'a GPU without a name' : words;
  return { adapter, name, isSoftware: isFallbackAdapter };
}
