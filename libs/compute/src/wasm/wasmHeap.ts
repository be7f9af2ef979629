import type { WasmMemory } from './webAssembly.ts';

/** Memory of a WebAssembly module, given out in blocks. */
export interface WasmHeap {
  /**
   * Address of so many bytes, aligned to 64; kernels may read 1 KiB past their end.
   *
   * @throws {RangeError} If there is no more memory.
   */
  readonly allocate: (bytes: number) => number;
  readonly release: (address: number) => void;
}

const PAGE = 65536;
const ALIGNMENT = 64;
const TO_SPARE = 1024;

/**
 * First fit in the free blocks; neighbors are joined when they are released.
 *
 * The module may take pages, too (host.cc): only pages that this heap asked for are its own.
 */
export function createWasmHeap(memory: WasmMemory, base: number): WasmHeap {
  const used = new Map<number, number>();
  let end = roundUp(base, ALIGNMENT);
  let limit = memory.buffer.byteLength;
  let free: { readonly address: number; readonly size: number }[] = [];
  return {
    allocate: (bytes) => {
      const size = roundUp(bytes + TO_SPARE, ALIGNMENT);
      const i = free.findIndex((block) => block.size >= size);
      if (i >= 0) {
        const { address, size: found } = free[i];
        free.splice(
          i,
          1,
          ...(found > size ? [{ address: address + size, size: found - size }] : []),
        );
        used.set(address, size);
        return address;
      }
      if (memory.buffer.byteLength > limit && end + size > limit) {
        // What lies behind belongs to the module: go on behind it.
        free = joined([...free, { address: end, size: limit - end }]);
        end = memory.buffer.byteLength;
        limit = end;
      }
      const missing = Math.ceil((end + size - limit) / PAGE);
      if (missing > 0) {
        grow(memory, missing);
        limit += missing * PAGE;
      }
      const address = end;
      end += size;
      used.set(address, size);
      return address;
    },
    release: (address) => {
      const size = used.get(address);
      if (size === undefined) return;
      used.delete(address);
      free = joined([...free, { address, size }]);
    },
  };
}

function joined(blocks: { readonly address: number; readonly size: number }[]) {
  const whole: { address: number; size: number }[] = [];
  for (const { address, size } of blocks.sort((a, b) => a.address - b.address)) {
    const last = whole.at(-1);
    if (last !== undefined && last.address + last.size === address) last.size += size;
    else whole.push({ address, size });
  }
  return whole;
}

function grow(memory: WasmMemory, pages: number): void {
  try {
    memory.grow(pages);
  } catch {
    const mebibytes = Math.round((pages * PAGE) / 2 ** 20);
    throw new RangeError(`allocation of ${mebibytes} MiB in WebAssembly failed`);
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
