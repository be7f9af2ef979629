import { InputError } from '@blurcycle/core';
import { GeoTIFF } from 'geotiff';
import type { ByteFile } from './byteFile.ts';
import { describeForeignFormat } from './foreignFormats.ts';
import { TAG } from './tags.ts';
import { isReduced, readTiffPage, type TiffPage } from './tiffPage.ts';

/** An open TIFF file with checked pages. */
export interface OpenTiff {
  readonly source: FileSource;
  readonly littleEndian: boolean;
  /** Pages of full size, without thumbnails and smaller copies. */
  readonly pages: readonly TiffPage[];
  /** Places in the file of the private tags of the first directory. */
  readonly privateTags: PrivateTags;
}

/** Number of values and place in the file by tag. */
type PrivateTags = ReadonlyMap<number, { readonly count: number; readonly offset: number }>;

/**
 * Checks the structure of a TIFF file.
 *
 * @throws {Error} One line that says what is wrong, without the name of the file.
 */
export async function openTiff(file: ByteFile): Promise<OpenTiff> {
  const source = new FileSource(file);
  const { littleEndian, pages: count, privateTags } = await checkDirectories(source);
  const tiff = await GeoTIFF.fromSource(source);
  // geotiff 3.0.5 reads values that it loads later as little-endian for any byte order of the
  // file.
  tiff.parser.eager = true;
  const pages: TiffPage[] = [];
  for (let i = 0; i < count; i++) {
    const image = await tiff.getImage(i).catch((error: unknown) => {
      throw new Error(`the fields of page ${i + 1} are damaged`, { cause: error });
    });
    // Thumbnails may be of any kind.
    if (!isReduced(image)) pages.push(readTiffPage(image, file.size, privateTags.has(TAG.lsmInfo)));
  }
  if (pages.length === 0) throw new Error('it has no image of full size');
  return { source, littleEndian, pages, privateTags };
}

/**
 * What `use` gives, and its errors as one line that names the file.
 *
 * @param where - Name of the caller, for error messages.
 * @throws {InputError}
 */
export async function explained<Result>(
  name: string,
  where: string,
  use: () => Promise<Result>,
): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${where}: cannot read '${name}': ${reasonOf(error)}`, { cause: error });
  }
}

/** What went wrong, in one line: the code of the file system, or the message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('E'))
    return error.code;
  return error.message.split('\n')[0];
}

/** Byte order and kind of a file, and the number of its directories. */
interface TiffHeader {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly pages: number;
  readonly privateTags: PrivateTags;
}

/** Tags of the first directory whose values are structures that only this library reads. */
const PRIVATE_TAGS: readonly number[] = [TAG.metamorphPlanes, TAG.metamorph, TAG.lsmInfo];

/** A directory with more fields is damaged; real ones have a few dozen. */
const MOST_FIELDS = 4096;
/** Bound on values that several directories share, such as one description for all. */
const MOST_VALUE_BYTES_PER_FILE_BYTE = 16;

/**
 * Follows the chain of directories and checks that everything they point to lies in the file,
 * before anything is decoded.
 *
 * `geotiff` allocates any size that a field states and follows any chain. After this check the
 * sizes are bounded by the file: offsets and counts lie within it, the chain has no loop, and the
 * work is linear in the size of the file.
 *
 * @throws {Error} One line that says what is wrong and where, without the name of the file.
 */
async function checkDirectories(source: FileSource): Promise<TiffHeader> {
  const size = source.fileSize;
  const header = await read(source, 0, 16);
  const foreign = describeForeignFormat(header);
  if (foreign !== undefined) throw new Error(foreign);
  if (header.length < 8) throw new Error(`a TIFF file has at least 8 bytes, this one ${size}`);
  const mark = String.fromCharCode(header[0], header[1]);
  if (mark !== 'II' && mark !== 'MM')
    throw new Error('it is not a TIFF file: it begins with neither II nor MM');
  const littleEndian = mark === 'II';
  const version = unsigned(header, 2, 2, littleEndian);
  if (version !== 42 && version !== 43)
    throw new Error(`it is not a TIFF file: its version is ${version}`);
  const bigTiff = version === 43;
  if (bigTiff && (header.length < 16 || unsigned(header, 4, 2, littleEndian) !== 8)) {
    throw new Error('its BigTIFF header is damaged');
  }
  const form = bigTiff ? { count: 8, entry: 20, word: 8 } : { count: 2, entry: 12, word: 4 };
  const seen = new Set<number>();
  const privateTags = new Map<number, { readonly count: number; readonly offset: number }>();
  let directoryBytes = 0;
  let valueBytes = 0;
  let offset = unsigned(header, bigTiff ? 8 : 4, form.word, littleEndian);
  while (offset !== 0) {
    if (seen.has(offset)) throw new Error(`its directories form a loop at byte ${offset}`);
    seen.add(offset);
    const countBytes = await read(source, offset, form.count);
    if (countBytes.length < form.count) throw cutOff(`directory ${seen.size}`, offset, size);
    const fields = unsigned(countBytes, 0, form.count, littleEndian);
    if (fields === 0 || fields > MOST_FIELDS)
      throw new Error(`directory ${seen.size} claims ${fields} fields`);
    const length = fields * form.entry + form.word;
    const entries = await read(source, offset + form.count, length);
    if (entries.length < length) throw cutOff(`directory ${seen.size}`, offset, size);
    directoryBytes += form.count + length;
    if (directoryBytes > size) throw new Error('its directories overlap');
    for (let i = 0; i < fields; i++) {
      const at = i * form.entry;
      const tag = unsigned(entries, at, 2, littleEndian);
      const typeBytes = FIELD_TYPE_BYTES[unsigned(entries, at + 2, 2, littleEndian)];
      if (typeBytes === undefined)
        throw new Error(`tag ${tag} of directory ${seen.size} has an unknown type`);
      const count = unsigned(entries, at + 4, form.word, littleEndian);
      const bytes = typeBytes * count;
      if (bytes <= form.word) continue;
      const valueOffset = unsigned(entries, at + form.entry - form.word, form.word, littleEndian);
      if (seen.size === 1 && PRIVATE_TAGS.includes(tag))
        privateTags.set(tag, { count, offset: valueOffset });
      if (valueOffset + bytes > size)
        throw cutOff(`tag ${tag} of directory ${seen.size}`, valueOffset, size);
      valueBytes += bytes;
      if (valueBytes > size * MOST_VALUE_BYTES_PER_FILE_BYTE) throw new Error('its fields overlap');
    }
    offset = unsigned(entries, fields * form.entry, form.word, littleEndian);
  }
  if (seen.size === 0) throw new Error('it has no image');
  return { littleEndian, bigTiff, pages: seen.size, privateTags };
}

async function read(source: FileSource, offset: number, length: number): Promise<Uint8Array> {
  return new Uint8Array((await source.fetchSlice({ offset, length })).data);
}

function unsigned(bytes: Uint8Array, at: number, length: number, littleEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (length === 8) return Number(view.getBigUint64(at, littleEndian));
  return length === 4 ? view.getUint32(at, littleEndian) : view.getUint16(at, littleEndian);
}

function cutOff(what: string, offset: number, size: number): Error {
  return new Error(
    `${what} lies at byte ${offset}, the file ends at ${size}: it is cut off or damaged`,
  );
}

/**
 * Bytes of one value, by the number of the field type (TIFF 6.0 page 15; 16 to 18 are BigTIFF's).
 */
const FIELD_TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** A part of a file, in bytes. */
interface Slice {
  readonly offset: number;
  readonly length: number;
}

/** Bytes fetched at once: directories are read in many small pieces close to each other. */
const WINDOW_BYTES = 32768;

/**
 * The bytes of a file for `geotiff`.
 *
 * A slice beyond the end of the file is shortened, so that no request allocates more than the size
 * of the file.
 */
export class FileSource {
  private readonly file: ByteFile;
  readonly fileSize: number;
  private windowOffset = 0;
  private window = new Uint8Array(0);

  constructor(file: ByteFile) {
    this.file = file;
    this.fileSize = file.size;
  }

  async fetch(slices: readonly Slice[]): Promise<ArrayBuffer[]> {
    const parts: ArrayBuffer[] = [];
    for (const slice of slices) parts.push((await this.fetchSlice(slice)).data);
    return parts;
  }

  async fetchSlice({ offset, length }: Slice): Promise<Slice & { data: ArrayBuffer }> {
    const data =
      length > WINDOW_BYTES / 2
        ? await this.read(offset, length)
        : await this.readSmall(offset, length);
    return { offset, length: data.byteLength, data: data.buffer };
  }

  /** Does nothing: the opener of the file closes it. */
  async close(): Promise<void> {}

  private async readSmall(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const from = offset - this.windowOffset;
    const end = Math.min(offset + length, this.fileSize);
    if (from >= 0 && end - this.windowOffset <= this.window.length)
      return this.window.slice(from, from + length);
    const window = await this.read(offset, WINDOW_BYTES);
    this.windowOffset = offset;
    this.window = window;
    return window.slice(0, length);
  }

  private async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.file.read(offset, Math.max(0, Math.min(length, this.fileSize - offset)));
  }
}
