import { createHash, type Hash } from 'node:crypto';

/**
 * SHA-256 over the bits of a value, so that two values have one hash only where every number is the
 * same to the last bit.
 *
 * Float arrays count by their little-endian bytes, numbers by those of a float64, text by its UTF-8
 * bytes; lists in their order, objects by sorted keys, without those that are undefined.
 *
 * @throws {TypeError} For anything else, a function for example.
 */
export function hashBits(value: unknown): string {
  const hash = createHash('sha256');
  feed(hash, value);
  return hash.digest('hex');
}

function feed(hash: Hash, value: unknown): void {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    hash.update(`${value.constructor.name} ${value.length} `);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (typeof value === 'number') {
    hash.update('number ').update(new Uint8Array(Float64Array.of(value).buffer));
  } else if (typeof value === 'string') {
    hash.update(`text ${Buffer.byteLength(value)} ${value}`);
  } else if (value === null || typeof value === 'boolean') {
    hash.update(`${value} `);
  } else if (Array.isArray(value)) {
    hash.update(`list ${value.length} `);
    for (const item of value) feed(hash, item);
  } else if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    hash.update(`object ${entries.length} `);
    for (const [key, item] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) feed(hash, [key, item]);
  } else {
    throw new TypeError(
      `hashBits: value must be numbers, text, lists or objects, got ${typeof value}`,
    );
  }
}
