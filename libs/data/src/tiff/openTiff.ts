import { open } from 'node:fs/promises';
import { InputError } from '@blurcycle/core';
import { GeoTIFF } from 'geotiff';
import { checkDirectories } from './checkDirectories.ts';
import { FileSource } from './fileSource.ts';
import { readTiffPage, type TiffPage } from './tiffPage.ts';

/** An open TIFF file: its pages, all checked, and its bytes. */
export interface OpenTiff {
  readonly source: FileSource;
  readonly littleEndian: boolean;
  /** Pages of full size; thumbnails and smaller copies are left out. */
  readonly pages: readonly TiffPage[];
}

/**
 * Opens a TIFF file, checks its structure, hands it to `use`, and closes it.
 *
 * @param where - Name of the caller, for the error line.
 * @throws {InputError} One line that names the file, what is wrong with it and what to do.
 */
export async function withTiff<Result>(
  path: string,
  where: string,
  use: (tiff: OpenTiff) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new InputError(`${where}: cannot open '${path}', got ${reason(error)} (check the path)`);
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new Error('it is a folder (name a TIFF file in it)');
    if (!stat.isFile()) throw new Error('it is no file');
    const source = new FileSource(file, stat.size);
    const { littleEndian, pages: count } = await checkDirectories(source);
    const tiff = await GeoTIFF.fromSource(source);
    // Values that are loaded later are read as little-endian by geotiff 3.0.5, whatever the file
    // says.
    tiff.parser.eager = true;
    const pages: TiffPage[] = [];
    for (let i = 0; i < count; i++) {
      const image = await tiff.getImage(i).catch((error: unknown) => {
        throw new Error(`the fields of page ${i + 1} are damaged`, { cause: error });
      });
      const page = readTiffPage(image, stat.size);
      if (!page.reduced) pages.push(page);
    }
    if (pages.length === 0) throw new Error('it holds no image of full size');
    return await use({ source, littleEndian, pages });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${where}: cannot read '${path}': ${reason(error)}`, { cause: error });
  } finally {
    await file.close();
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('E'))
    return error.code;
  return error.message.split('\n')[0];
}
