import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatValue, InputError } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/files';

/** A named array of float32 values. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Content of an array file: a JSON value and arrays by name. */
export interface ArrayFile {
  readonly header: unknown;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/**
 * The first way in which arrays are not the expected ones, in words; null where they are. Null in
 * place of a shape allows any of five sides.
 */
export function arrayMismatch(
  arrays: ReadonlyMap<string, NamedArray>,
  expected: ReadonlyMap<string, readonly number[] | null>,
): string | null {
  for (const [name, shape] of expected) {
    const got = arrays.get(name);
    if (got === undefined) return `${name} is missing`;
    const fits = shape === null ? got.shape.length === 5 : got.shape.join() === shape.join();
    if (!fits) {
      const wanted = shape === null ? 'five sides' : `shape ${formatValue(shape)}`;
      return `${name} must have ${wanted}, got ${formatValue(got.shape)}`;
    }
  }
  const unknown = [...arrays.keys()].find((name) => !expected.has(name));
  return unknown === undefined ? null : `${formatValue(unknown)} is not known`;
}

const MAGIC = Buffer.from('BLURCYC1');
const HASH_BYTES = 32;
const PREFIX_BYTES = MAGIC.length + 4;

interface Layout {
  readonly header: unknown;
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * Writes arrays and a JSON value into one file that carries its own SHA-256.
 *
 * Layout: magic, length of the JSON text (uint32), the JSON text, the arrays one after the other
 * (float32, little endian), the SHA-256 of all before it. The file is written atomically; creates
 * its folder.
 *
 * @throws {InputError} If the file system fails, with the reason and a remedy.
 */
export async function writeArrayFile(path: string, { header, arrays }: ArrayFile): Promise<void> {
  const layout: Layout = {
    header,
    arrays: [...arrays].map(([name, { shape }]) => ({ name, shape })),
  };
  const text = Buffer.from(JSON.stringify(layout));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(text.length, MAGIC.length);
  const parts: Buffer<ArrayBufferLike>[] = [prefix, text];
  for (const { data } of arrays.values())
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  parts.push(hash.digest());

  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomically(path, 'writeArrayFile', async (file) => {
    const { bytesWritten } = await file.writev(parts);
    // The system may write less, as on a disk that fills up: writing the rest then fails.
    const whole = parts.reduce((sum, { length }) => sum + length, 0);
    if (bytesWritten < whole) await file.writeFile(Buffer.concat(parts).subarray(bytesWritten));
  });
}

/**
 * Reads what `writeArrayFile` wrote.
 *
 * @throws {InputError} If the file is truncated, was altered, is of another kind, or names other
 *   arrays than it holds.
 */
export async function readArrayFile(path: string): Promise<ArrayFile> {
  const bytes = await readFile(path);
  const end = bytes.length - HASH_BYTES;
  const refuse = (why: string): InputError =>
    new InputError(`readArrayFile: ${path} must be whole, but ${why}`);
  if (end < PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw refuse('it is of another kind');
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!digest.equals(bytes.subarray(end))) throw refuse('its hash does not match its content');
  const textEnd = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
  const layout = parseLayout(bytes.subarray(PREFIX_BYTES, Math.min(textEnd, end)));
  if (layout === undefined) throw refuse('its list of arrays does not parse');
  const expected = layout.arrays.reduce((sum, { shape }) => sum + byteLengthOf(shape), textEnd);
  if (expected !== end)
    throw refuse(`its arrays need ${expected - textEnd} bytes, and it has ${end - textEnd}`);
  const arrays = new Map<string, NamedArray>();
  let offset = textEnd;
  for (const { name, shape } of layout.arrays) {
    if (arrays.has(name)) throw refuse(`it has ${formatValue(name)} twice`);
    const byteLength = byteLengthOf(shape);
    // Copied, because a float32 view needs an offset that is a multiple of 4.
    const data = new Float32Array(
      new Uint8Array(bytes.subarray(offset, offset + byteLength)).buffer,
    );
    arrays.set(name, { shape, data });
    offset += byteLength;
  }
  return { header: layout.header, arrays };
}

function byteLengthOf(shape: readonly number[]): number {
  return 4 * shape.reduce((product, side) => product * side, 1);
}

/** The JSON text of a file; undefined unless it names arrays of whole, positive sides. */
function parseLayout(text: Buffer): Layout | undefined {
  let value: Partial<Layout> | null;
  try {
    value = JSON.parse(text.toString()) as Partial<Layout> | null;
  } catch {
    return undefined;
  }
  const arrays: unknown = value?.arrays;
  if (!Array.isArray(arrays) || !arrays.every(isEntry)) return undefined;
  return { header: value?.header, arrays };
}

function isEntry(value: unknown): value is Layout['arrays'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { name, shape } = value as Record<string, unknown>;
  const isSide = (side: unknown): boolean => Number.isSafeInteger(side) && Number(side) > 0;
  return typeof name === 'string' && Array.isArray(shape) && shape.every(isSide);
}
