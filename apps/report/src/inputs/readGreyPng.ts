import { readFile } from 'node:fs/promises';
import { InputError } from '@blurcycle/core';
import { PNG } from 'pngjs';

/** A grey picture, as a file and as values row by row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
  readonly png: Buffer;
}

/** Reads an 8-bit grey PNG; one that is missing or damaged is an `InputError`. */
export async function readGreyPng(path: string): Promise<GreyImage> {
  let png: Buffer;
  let decoded: PNG;
  try {
    png = await readFile(path);
    decoded = PNG.sync.read(png);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`readGreyPng: ${path} must be a PNG, got an error: ${reason}`);
  }
  const { width, height, data } = decoded;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
  return { width, height, grey, png };
}
