import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '@blurcycle/files';
import {
  type ArrayFile,
  decodeArrayFile,
  type Layout,
  MAGIC,
  PREFIX_BYTES,
} from './decodeArrayFile.ts';

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
  prefix.write(MAGIC);
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
 * @throws {InputError} See `decodeArrayFile`.
 */
export async function readArrayFile(path: string): Promise<ArrayFile> {
  const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
  return decodeArrayFile(path, await readFile(path), sha256);
}
