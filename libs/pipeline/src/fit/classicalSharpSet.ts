import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { ClassicalAlgorithm, Shape3, Volume, VoxelSizeUm } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';
import { deconvolveClassically, gaussianGuess } from '@blurcycle/deconvolution';
import { type ClassicalSettings, contentHash } from '@blurcycle/experiment';
import { fileHash, readIfThere, writeFileAtomically } from '@blurcycle/files';
import { backgroundLevel, type NamedStack } from '@blurcycle/stacks';
import { say } from '../say.ts';

/**
 * SHA-256 of the shape and values of a volume; its voxel size does not affect training.
 */
export function volumeHash({ shape, data }: Volume): string {
  const hash = createHash('sha256').update(shape.join('x'));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

/** Classical methods that can make a sharp set. */
export const SHARP_METHODS = [
  'richardson-lucy',
  'rl-tv',
  'blind-rl',
] as const satisfies readonly ClassicalAlgorithm[];
export type SharpMethod = (typeof SHARP_METHODS)[number];

/** How a sharp set is made of the blurred one. */
interface ClassicalSharpSet {
  readonly method: SharpMethod;
  /** Updates of the estimate. */
  readonly iterations: number;
  /** Unit sum, no larger than any stack. */
  readonly psf: Volume;
  /** Where estimates are kept for a later call; null writes nothing. */
  readonly folder: string | null;
  readonly onUpdate: (done: number, most: number) => void;
}

/**
 * A sharp set from the blurred one by a classical method: no new information, but a target that a
 * network can learn to reach in one pass and without a PSF. Training draws patches of both sets
 * independently, so it remains unpaired.
 *
 * The method gets the background of each stack; estimates start above zero.
 */
export async function classicalSharpSet(
  blurred: readonly NamedStack[],
  { method, iterations, psf, folder, onUpdate }: ClassicalSharpSet,
): Promise<NamedStack[]> {
  const made: NamedStack[] = [];
  for (const [i, { file, volume }] of blurred.entries()) {
    const settings = methodSettings(method, iterations, Math.max(0, backgroundLevel(volume)));
    const key = contentHash({ stack: volumeHash(volume), psf: volumeHash(psf), settings });
    const place =
      folder === null ? null : join(folder, `${i + 1}-${basename(file, extname(file))}.tif`);
    const earlier = place === null ? undefined : await readMade(place, key);
    const estimate =
      earlier ??
      deconvolveClassically(volume, psf, settings, {
        onUpdate: (done, most) => onUpdate(i * most + done, blurred.length * most),
      }).estimate;
    if (place !== null && earlier === undefined) await keep(place, key, estimate);
    made.push({ file: place ?? file, volume: estimate });
  }
  return made;
}

/** A guess that is too wide on purpose: blind Richardson-Lucy narrows it, and never widens one. */
export function firstGuess(size: Shape3, voxelSizeUm: VoxelSizeUm): Volume {
  return gaussianGuess(size, voxelSizeUm, [size[0] / 6, size[1] / 6, size[2] / 6]);
}

function methodSettings(
  method: SharpMethod,
  iterations: number,
  background: number,
): ClassicalSettings {
  const shared = { background, negatives: 'clip' as const };
  if (method !== 'blind-rl') return { algorithm: method, iterations, ...shared };
  const objectIterations = 10;
  return {
    algorithm: method,
    rounds: Math.max(1, Math.round(iterations / objectIterations)),
    objectIterations,
    ...shared,
  };
}

/** An estimate that an earlier call has kept; undefined, with a warning, where it is damaged. */
async function readMade(path: string, key: string): Promise<Volume | undefined> {
  // Older versions kept the key alone.
  const [kept, sha256] = (readIfThere(`${path}.key`) ?? '').split(' ');
  if (!existsSync(path) || kept !== key) return undefined;
  if (sha256 === undefined || sha256 === (await fileHash(path)))
    return (await readTiffStack(path)).volume;
  say(`warning: ${path} must be the file that was written, got other bytes: it is made anew`);
  return undefined;
}

async function keep(path: string, key: string, estimate: Volume): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await rm(`${path}.key`, { force: true });
  await writeTiffStack(path, estimate);
  await writeFileAtomically(`${path}.key`, 'fit', `${key} ${await fileHash(path)}`);
}
