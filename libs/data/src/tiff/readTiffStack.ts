import { open, type FileHandle } from 'node:fs/promises';
import { InputError } from '@blurcycle/core';
import { availableMemoryBytes } from '@blurcycle/files';
import type { ByteFile } from './byteFile.ts';
import { reasonOf } from './openTiff.ts';
import { readTiff, type ReadTiffOptions, type TiffStack } from './readTiff.ts';

const WHERE = 'readTiffStack';

/**
 * `readTiff` of a file on disk.
 *
 * @throws {InputError} Also if the file cannot be opened.
 * @example
 * const { volume } = await readTiffStack('cell.tif', { voxelSizeUm: [0.3, 0.13, 0.13] });
 */
export async function readTiffStack(
  path: string,
  options: ReadTiffOptions = {},
): Promise<TiffStack> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new InputError(
      `${WHERE}: cannot open '${path}', got ${reasonOf(error)} (check the path)`,
    );
  });
  try {
    const opened = await diskFile(file, path);
    return await readTiff(opened, { maxBytes: availableMemoryBytes(), ...options });
  } finally {
    await file.close();
  }
}

async function diskFile(file: FileHandle, path: string): Promise<ByteFile> {
  const refuse = (reason: string): InputError =>
    new InputError(`${WHERE}: cannot read '${path}': ${reason}`);
  const stat = await file.stat().catch((error: unknown) => {
    throw refuse(reasonOf(error));
  });
  if (stat.isDirectory()) throw refuse('it is a folder (name a TIFF file in it)');
  if (!stat.isFile()) throw refuse('it is not a file');
  return {
    name: path,
    size: stat.size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, stat.size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(
          bytes,
          filled,
          bytes.length - filled,
          offset + filled,
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled === bytes.length ? bytes : bytes.slice(0, filled);
    },
  };
}
