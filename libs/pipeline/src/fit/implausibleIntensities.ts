import type { Volume } from '@blurcycle/core';
import { exposureGain } from '@blurcycle/data';
import { basename } from 'node:path';
import { backgroundLevel, type NamedStack } from '@blurcycle/stacks';

/** A stack this many times as bright as the middle one of its set is of another exposure. */
const MUCH_BRIGHTER = 4;
const MUCH_DARKER = 0.5;
/** A voxel this many times what the brightest 0.05 % reach is no light. */
const HOT = 4;

/**
 * Warnings where the intensities of a set are unlikely: a stack much brighter or darker than the
 * others, or voxels far above all others.
 *
 * @param option - The option that gave the set.
 */
export function implausibleIntensities(
  stacks: readonly NamedStack[],
  option: 'blurred' | 'sharp',
): string[] {
  const bright = stacks.map(({ volume }) => brightest(volume));
  const typical = bright.toSorted((a, b) => a - b)[Math.floor(bright.length / 2)];
  return stacks.flatMap(({ file, volume }, i) => {
    const name = basename(file);
    const lines: string[] = [];
    const ratio = bright[i] / typical;
    if (ratio > MUCH_BRIGHTER || ratio < MUCH_DARKER) {
      lines.push(
        `'${name}' is ${ratio.toPrecision(2)} times as bright as the other --${option} stacks: is it the same channel, exposure and file type?`,
      );
    }
    const [top, count] = hottest(volume, HOT * bright[i]);
    if (count > 0) {
      lines.push(
        `'${name}' has ${count} ${count === 1 ? 'voxel' : 'voxels'} of up to ${top.toPrecision(4)}, its brightest 0.05 % reach ${bright[i].toPrecision(4)}: hot voxels should be replaced by their neighbors first`,
      );
    }
    return lines;
  });
}

/** What the brightest 0.05 % reach above the background. */
function brightest(volume: Volume): number {
  const black = backgroundLevel(volume);
  const data = volume.data.map((value) => Math.max(0, value - black));
  return 1 / exposureGain([{ ...volume, data }]);
}

/** The largest value, and how many are above a limit. */
function hottest({ data }: Volume, limit: number): readonly [number, number] {
  let [top, count] = [0, 0];
  for (const value of data) {
    if (value > top) top = value;
    if (value > limit) count++;
  }
  return [top, count];
}
