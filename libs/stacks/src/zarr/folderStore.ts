import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ZARR_METADATA } from './isZarr.ts';

/** Metadata that are larger are damage. */
const MOST_METADATA_BYTES = 2 ** 24;

/** Thrown for a chunk that has no file. */
export class MissingChunk extends Error {}

/** A part of a file: from a place on, or its end. */
type ByteRange =
  { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/**
 * A folder as zarrita reads it.
 *
 * A chunk without a file throws {@link MissingChunk}: zarrita would take memory for what is empty.
 * A part never takes more memory than the file has bytes, whatever its index says.
 */
export class FolderStore {
  constructor(private readonly folder: string) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#use(key, async (file, size) => {
      if (isMetadata(key) && size > MOST_METADATA_BYTES)
        throw new Error(`its ${key.slice(1)} is too large for metadata`);
      return read(file, 0, size);
    });
  }

  async getRange(key: string, range: ByteRange): Promise<Uint8Array | undefined> {
    return this.#use(key, async (file, size) => {
      const [offset, length] =
        'suffixLength' in range
          ? [size - range.suffixLength, range.suffixLength]
          : [range.offset, range.length];
      const fits = [offset, length].every((value) => Number.isSafeInteger(value) && value >= 0);
      if (!fits || offset + length > size) throw new Error('a shard is cut off or damaged');
      return read(file, offset, length);
    });
  }

  async #use(
    key: string,
    take: (file: FileHandle, size: number) => Promise<Uint8Array>,
  ): Promise<Uint8Array | undefined> {
    if (key.split('/').includes('..')) throw new Error('a path leads out of its folder');
    const file = await open(join(this.folder, key), 'r').catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return undefined;
    });
    if (file === undefined) {
      if (isMetadata(key)) return undefined;
      throw new MissingChunk(key);
    }
    try {
      return await take(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }
}

function isMetadata(key: string): boolean {
  return ZARR_METADATA.includes(key.slice(key.lastIndexOf('/') + 1));
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}

async function read(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new Error('a file became shorter while it was read');
    filled += bytesRead;
  }
  return bytes;
}
