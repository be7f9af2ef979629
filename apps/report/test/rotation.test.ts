import { describe, expect, it } from 'vitest';
import type { ShownVolume } from '../src/inputs/readBlock.ts';
import { TURN_VIEWS, turnOf } from '../src/model/rotation.ts';

describe('turnOf(item, set)', () => {
  const shape = [5, 3, 5] as const;
  const at = (z: number, y: number, x: number): number => (z * 3 + y) * 5 + x;
  const gray = new Uint8Array(75);
  gray[at(2, 1, 4)] = 200; // in the middle plane, at the right
  gray[at(0, 0, 2)] = 100; // in the first plane, in the middle
  const item = { gray } as unknown as ShownVolume;
  const { width, height, gray: views } = turnOf(item, { shape, voxelSizeUm: [0.1, 0.1, 0.1] });
  const view = (i: number): number[][] =>
    Array.from({ length: height }, (_, y) => [
      ...views.subarray((i * height + y) * width, (i * height + y + 1) * width),
    ]);

  it('begins with the maximum along z', () => {
    expect([width, height]).toEqual([9, 3]); // the diagonal of 5 by 5, odd as the stack is wide
    expect(view(0)).toEqual([
      [0, 0, 0, 0, 100, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 200, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('shows after a quarter turn the maximum along x', () => {
    expect(view(TURN_VIEWS / 4)).toEqual([
      [0, 0, 100, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 200, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('is mirrored from behind', () => {
    for (const i of [0, 3, 7]) {
      const behind = view(i + TURN_VIEWS / 2);
      expect(behind).toEqual(view(i).map((row) => [...row].reverse()));
    }
  });
});
