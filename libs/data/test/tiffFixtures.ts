import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One file of the folder tiffFixtures, as its generator describes it. */
export interface TiffFixture {
  readonly name: string;
  readonly writer: string;
  /** Sides of the stored array, in the order of `axes` (`ZYX` when it says nothing else). */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly pattern: 'noise16' | 'ramp';
  readonly axes?: string;
  readonly voxelSizeUm?: readonly [number, number, number];
  readonly refused?: string;
}

export const fixtureFolder = fileURLToPath(new URL('./tiffFixtures/', import.meta.url));

export const fixtures = (
  JSON.parse(readFileSync(`${fixtureFolder}fixtures.json`, 'utf8')) as { fixtures: TiffFixture[] }
).fixtures;

/** The value that the generator stored at position `i` of the array. */
export function fixtureValue({ dtype, pattern }: TiffFixture, i: number): number {
  const value = pattern === 'noise16' ? Math.imul(i, 2654435761) >>> 16 : (i * i) % 251;
  if (dtype === 'uint8') return pattern === 'noise16' ? value >>> 8 : value;
  if (dtype === 'int8') return (value % 200) - 100;
  if (dtype === 'int16' || dtype === 'int32') return value - 100;
  return dtype.startsWith('float') ? value * 0.25 - 10 : value;
}
