import { PNG } from 'pngjs';
import { createVolume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { displayWindow, encodeGrayPng, grayLevels, maximumProjections } from '../src/index.ts';

describe('grayPicture', () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => (7 * i) % 24);
  const volume = createVolume([2, 3, 4], [1, 1, 1], data);

  it('projects the largest value along z and along y', () => {
    const at = (z: number, y: number, x: number): number => data[(z * 3 + y) * 4 + x];
    const { xy, xz } = maximumProjections(volume);
    for (let x = 0; x < 4; x++) {
      for (let y = 0; y < 3; y++) {
        expect(xy[y * 4 + x]).toBe(Math.max(at(0, y, x), at(1, y, x)));
      }
      for (let z = 0; z < 2; z++) {
        expect(xz[z * 4 + x]).toBe(Math.max(at(z, 0, x), at(z, 1, x), at(z, 2, x)));
      }
    }
  });

  it('shows from the darkest 1 % to the brightest 0.05 %, and a flat stack as black', () => {
    const many = createVolume(
      [10, 10, 100],
      [1, 1, 1],
      Float32Array.from({ length: 10_000 }, (_, i) => 9_999 - i),
    );
    expect(displayWindow(many)).toEqual([99, 9994]);
    const flat = createVolume([1, 2, 2], [1, 1, 1], new Float32Array(4).fill(5));
    expect([...grayLevels(flat.data, displayWindow(flat))]).toEqual([0, 0, 0, 0]);
  });

  it('clips and rounds to 256 levels, which a PNG keeps', () => {
    const gray = grayLevels(Float32Array.of(-1, 0, 0.5, 1, 2, 0.25), [0, 1]);
    expect([...gray]).toEqual([0, 0, 128, 255, 255, 64]);
    const { width, height, data: rgba } = PNG.sync.read(encodeGrayPng(gray, 3, 2));
    expect([width, height]).toEqual([3, 2]);
    expect([...gray]).toEqual(Array.from({ length: 6 }, (_, i) => rgba[4 * i]));
  });
});
