/**
 * @file What is used of WebAssembly, with types of its own: Node's have none, and the browser's
 *   would let everything that imports this library name the whole page.
 */

/** Memory of a module. */
export interface WasmMemory {
  /** Empty once the memory has grown; then there is another one. */
  readonly buffer: ArrayBuffer;
  /** @throws {RangeError} If there are no more so many pages of 64 KiB. */
  grow(pages: number): number;
}

/** A module and what it exports. */
interface Instance {
  readonly exports: unknown;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => Instance;
}

/**
 * A module, ready to be called.
 *
 * @param bytes - Of the module.
 * @param imports - What it takes from its host.
 * @throws {Error} A CompileError where the machine lacks its instructions or the file is damaged.
 */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: object): unknown {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
}
