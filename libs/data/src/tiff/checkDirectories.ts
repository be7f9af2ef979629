import type { FileSource } from './fileSource.ts';
import { FIELD_TYPE_BYTES } from './tiffTags.ts';

/** What the header says, and how many directories follow one another. */
export interface TiffHeader {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly pages: number;
}

/** A directory with more fields than this is damage; real ones have a few dozen. */
const MOST_FIELDS = 4096;
/** Directories may share values (one description for all), but not without bound. */
const MOST_VALUE_BYTES_PER_FILE_BYTE = 16;

/**
 * Walks the chain of directories and checks that all they point to lies in the file, before
 * anything is decoded.
 *
 * `geotiff` allocates what a field asks for and follows the chain wherever it leads; after this
 * check neither can exceed the file: offsets and counts lie within it, the chain has no loop, the
 * work is linear in the size of the file.
 *
 * @throws {Error} One line that says what is wrong where, without the name of the file.
 */
export async function checkDirectories(source: FileSource): Promise<TiffHeader> {
  const size = source.fileSize;
  const header = await read(source, 0, 16);
  if (header.length < 8) throw new Error(`a TIFF file has at least 8 bytes, this one ${size}`);
  const mark = header.toString('latin1', 0, 2);
  if (mark !== 'II' && mark !== 'MM')
    throw new Error('it is no TIFF file: it begins with neither II nor MM');
  const littleEndian = mark === 'II';
  const version = unsigned(header, 2, 2, littleEndian);
  if (version !== 42 && version !== 43)
    throw new Error(`it is no TIFF file: its version is ${version}`);
  const bigTiff = version === 43;
  if (bigTiff && (header.length < 16 || unsigned(header, 4, 2, littleEndian) !== 8)) {
    throw new Error('its BigTIFF header is damaged');
  }
  const form = bigTiff ? { count: 8, entry: 20, word: 8 } : { count: 2, entry: 12, word: 4 };
  const seen = new Set<number>();
  let directoryBytes = 0;
  let valueBytes = 0;
  let offset = unsigned(header, bigTiff ? 8 : 4, form.word, littleEndian);
  while (offset !== 0) {
    if (seen.has(offset)) throw new Error(`its directories run in a circle at byte ${offset}`);
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
      const bytes = typeBytes * unsigned(entries, at + 4, form.word, littleEndian);
      if (bytes <= form.word) continue;
      const valueOffset = unsigned(entries, at + form.entry - form.word, form.word, littleEndian);
      if (valueOffset + bytes > size)
        throw cutOff(`tag ${tag} of directory ${seen.size}`, valueOffset, size);
      valueBytes += bytes;
      if (valueBytes > size * MOST_VALUE_BYTES_PER_FILE_BYTE) throw new Error('its fields overlap');
    }
    offset = unsigned(entries, fields * form.entry, form.word, littleEndian);
  }
  if (seen.size === 0) throw new Error('it holds no image');
  return { littleEndian, bigTiff, pages: seen.size };
}

async function read(source: FileSource, offset: number, length: number): Promise<Buffer> {
  return Buffer.from((await source.fetchSlice({ offset, length })).data);
}

function unsigned(bytes: Buffer, at: number, length: number, littleEndian: boolean): number {
  if (length === 8)
    return Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return littleEndian ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
}

function cutOff(what: string, offset: number, size: number): Error {
  return new Error(
    `${what} lies at byte ${offset}, the file ends at ${size}: it is cut off or damaged`,
  );
}
