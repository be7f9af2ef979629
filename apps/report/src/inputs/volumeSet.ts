import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { PNG } from 'pngjs';
import { z } from 'zod';

const side = z.int().positive().max(4096);
const lengthUm = z.number().positive();

/** `volumes.json`: stacks that show the same place with one display window. */
export const volumeSetSchema = z.strictObject({
  title: z.string(),
  shape: z.tuple([side, side, side]).readonly(),
  voxelSizeUm: z.tuple([lengthUm, lengthUm, lengthUm]).readonly(),
  /** Intensities shown as black and as white. */
  window: z.tuple([z.number(), z.number()]).readonly(),
  items: z
    .array(
      z.strictObject({
        id: z.string(),
        label: z.string(),
        role: z.enum(['input', 'truth', 'estimate']),
        file: z.string().regex(/^volumes\/[A-Za-z0-9_.-]+\.png$/, 'must be volumes/<name>.png'),
      }),
    )
    .min(1),
});

/** Content of `volumes.json`. */
export type VolumeSetFile = z.infer<typeof volumeSetSchema>;

/** One stack: grey values [z, y, x], 0 at the lower end of the window and 255 at the upper. */
export interface ShownVolume {
  readonly id: string;
  readonly label: string;
  readonly role: 'input' | 'truth' | 'estimate';
  readonly grey: Uint8Array;
  /** The planes one below the other, as a PNG. */
  readonly png: Buffer;
}

/** Stacks that show the same place, decoded. */
export interface VolumeSet extends Omit<VolumeSetFile, 'items'> {
  readonly items: readonly ShownVolume[];
  /** Every how manyth plane is kept; 1 unless the report would have become too large. */
  readonly planeStep: number;
}

/** Reads `volumes.json` and its PNGs; undefined when there is none. Damaged files are an `InputError`. */
export async function readVolumeSet(directory: string): Promise<VolumeSet | undefined> {
  const path = join(directory, 'volumes.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const file = parseFile(path, text);
  const items = await Promise.all(file.items.map((item) => readItem(directory, item, file)));
  return { ...file, items, planeStep: 1 };
}

function parseFile(path: string, text: string): VolumeSetFile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new InputError(
      `readVolumeSet: ${path} must hold JSON, got ${text.length} characters that do not parse`,
    );
  }
  const result = volumeSetSchema.safeParse(data);
  if (result.success) return result.data;
  const [{ path: at, message }] = result.error.issues;
  throw new InputError(`readVolumeSet: ${path} must follow its schema, got ${at.join('.')}: ${message}`);
}

async function readItem(
  directory: string,
  { id, label, role, file }: VolumeSetFile['items'][number],
  { shape: [depth, height, width] }: VolumeSetFile,
): Promise<ShownVolume> {
  const path = join(directory, file);
  let png: Buffer;
  let decoded: PNG;
  try {
    png = await readFile(path);
    decoded = PNG.sync.read(png);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`readVolumeSet: ${path} must be a PNG, got an error: ${reason}`);
  }
  if (decoded.width !== width || decoded.height !== height * depth) {
    const wanted = `${width} x ${height * depth}`;
    throw new InputError(
      `readVolumeSet: ${path} must measure ${wanted} (x, z*y), got ${decoded.width} x ${decoded.height}`,
    );
  }
  const grey = new Uint8Array(width * height * depth);
  for (let i = 0; i < grey.length; i++) grey[i] = decoded.data[4 * i];
  return { id, label, role, grey, png };
}
