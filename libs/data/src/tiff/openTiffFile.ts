import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { availableMemoryBytes } from '@blurcycle/files';
import type { Acquisition, ReadTiffOptions } from '../acquisition.ts';
import type { ByteFile } from './byteFile.ts';
import { reasonOf } from './openTiff.ts';
import { openTiffAcquisition, WHERE } from './tiffAcquisition.ts';

/**
 * Opens a TIFF file on disk, or the text of OME-XML that describes a set of them. Of the other
 * files of a set one is open at a time.
 *
 * @throws {InputError} One line that names the file, what is wrong, and what to do.
 */
export async function openTiffFile(
  path: string,
  options: ReadTiffOptions = {},
): Promise<Acquisition> {
  const file = await openFile(path, 'check the path');
  let other: FileHandle | undefined;
  const close = async (): Promise<void> => {
    await file.close();
    await other?.close();
  };
  try {
    const acquisition = await openTiffAcquisition(
      await diskFile(file, path),
      { maxBytes: availableMemoryBytes(), ...options },
      async (name) => {
        await other?.close();
        other = undefined;
        const place = join(dirname(path), name);
        other = await openFile(place, `it belongs to '${path}': put it beside it`);
        return diskFile(other, place);
      },
    );
    return { ...acquisition, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openFile(path: string, remedy: string): Promise<FileHandle> {
  return open(path, 'r').catch((error: unknown) => {
    throw new InputError(`${WHERE}: cannot open '${path}', got ${reasonOf(error)} (${remedy})`);
  });
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
