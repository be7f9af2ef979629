import { formatValue, InputError } from '@blurcycle/core';

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

/** First bytes of an array file. */
export const MAGIC = 'BLURCYC1';
const HASH_BYTES = 32;
/** Magic, and the length of the JSON text. */
export const PREFIX_BYTES = MAGIC.length + 4;

/** The JSON text of an array file. */
export interface Layout {
  readonly header: unknown;
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * The content of an array file; see `writeArrayFile`.
 *
 * @param path - For messages.
 * @param sha256 - Of some bytes.
 * @throws {InputError} If the file is truncated, was altered, is of another kind, or names other
 *   arrays than it holds.
 */
export function decodeArrayFile(
  path: string,
  bytes: Uint8Array,
  sha256: (bytes: Uint8Array) => Uint8Array,
): ArrayFile {
  const end = bytes.length - HASH_BYTES;
  const refuse = (why: string): InputError =>
    new InputError(`readArrayFile: ${path} must be whole, but ${why}`);
  const isOurs = [...MAGIC].every((letter, i) => letter.charCodeAt(0) === bytes[i]);
  if (end < PREFIX_BYTES || !isOurs) throw refuse('it is of another kind');
  const digest = sha256(bytes.subarray(0, end));
  if (!digest.every((byte, i) => byte === bytes[end + i]))
    throw refuse('its hash does not match its content');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textEnd = PREFIX_BYTES + view.getUint32(MAGIC.length, true);
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
function parseLayout(text: Uint8Array): Layout | undefined {
  let value: Partial<Layout> | null;
  try {
    value = JSON.parse(new TextDecoder().decode(text)) as Partial<Layout> | null;
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
