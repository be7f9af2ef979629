import { type FileHandle, open, readdir } from 'node:fs/promises';
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
  /** What is in folders from which a chunk was missing, by their path. */
  readonly #listings = new Map<string, ReadonlySet<string>>();

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
    if (this.#isKnownMissing(key)) throw new MissingChunk(key);
    const file = await open(join(this.folder, key), 'r').catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return undefined;
    });
    if (file === undefined) {
      if (isMetadata(key)) return undefined;
      await this.#list(key);
      throw new MissingChunk(key);
    }
    try {
      return await take(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }

  /** Whether a listing says that a chunk has no file: of an empty part, only the first asks. */
  #isKnownMissing(key: string): boolean {
    if (this.#listings.size === 0) return false;
    for (const [folder, name] of steps(key)) {
      const names = this.#listings.get(folder);
      // The metadata may name other folders in other letters, where the file system allows it.
      if (names !== undefined && /^[\d.]+$/.test(name) && !names.has(name)) return true;
    }
    return false;
  }

  /** Lists the folders that lead to a chunk, as far as there are any. */
  async #list(key: string): Promise<void> {
    for (const [folder] of steps(key)) {
      if (this.#listings.has(folder)) continue;
      const names = await readdir(join(this.folder, folder)).catch(() => undefined);
      if (names === undefined) return;
      this.#listings.set(folder, new Set(names));
    }
  }
}

/** The folders of a key, each with the next name in it. */
function* steps(key: string): Generator<readonly [folder: string, name: string]> {
  for (let at = key.indexOf('/'); at >= 0;) {
    const next = key.indexOf('/', at + 1);
    yield [key.slice(0, at), key.slice(at + 1, next < 0 ? undefined : next)];
    at = next;
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
