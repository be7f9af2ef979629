/**
 * @file What is used of WebAssembly, with types of its own: Node's have none, and the browser's
 *   would let everything that imports this library name the whole page.
 */

/** Memory of a module. */
export interface WasmMemory {
  /** Empty once memory that is not shared has grown; then there is another one. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** @throws {RangeError} If there are no more so many pages of 64 KiB. */
  grow(pages: number): number;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (sides: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
}

function api(): WebAssemblyApi {
  return (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
}

/** @throws {Error} A CompileError where the machine lacks its instructions, or it is damaged. */
export function compile(bytes: Uint8Array<ArrayBuffer>): object {
  const { Module } = api();
  return new Module(bytes);
}

/**
 * What a module exports, ready to be called.
 *
 * @param imports - What it takes from its host.
 */
export function instantiate(module: object, imports: object): unknown {
  const { Instance } = api();
  return new Instance(module, imports).exports;
}

/** What the module takes from JavaScript. */
export const HOST = {
  ...{ cos: Math.cos, sin: Math.sin },
  refuse: (bytes: number): never => {
    const size = bytes === 0 ? '' : ` of ${Math.round(bytes / 2 ** 20)} MiB`;
    throw new RangeError(`allocation${size} in WebAssembly failed`);
  },
};

/** Memory that threads share: at most 4 GiB, or 1 GiB where there are no addresses for more. */
export function sharedMemory(): WasmMemory {
  const { Memory } = api();
  const make = (maximum: number): WasmMemory => new Memory({ initial: 32, maximum, shared: true });
  try {
    return make(65536);
  } catch {
    return make(16384);
  }
}
