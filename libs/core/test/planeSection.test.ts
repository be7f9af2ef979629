import { describe, expect, it } from 'vitest';
import { axialSection, createVolume, lateralSection } from '../src/index.ts';

// The value of a voxel is its position, zyx.
const shape = [3, 4, 5] as const;
const volume = createVolume(
  shape,
  [0.3, 0.2, 0.1],
  Float32Array.from({ length: 60 }, (_, i) => {
    const [z, y, x] = [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5];
    return 100 * z + 10 * y + x;
  }),
);

describe('lateralSection(volume, z), axialSection(volume, y)', () => {
  it('cut along the planes that they are named after', () => {
    const lateral = lateralSection(volume, 2);
    expect(lateral.sides).toEqual([4, 5]);
    expect(lateral.pixelSizeUm).toEqual([0.2, 0.1]);
    expect(lateral.values[3 * 5 + 4]).toBe(234);
    const axial = axialSection(volume, 1);
    expect(axial.sides).toEqual([3, 5]);
    expect(axial.pixelSizeUm).toEqual([0.3, 0.1]);
    expect(axial.values[2 * 5 + 4]).toBe(214);
  });

  it('cut through the middle unless told where', () => {
    expect(lateralSection(volume).values[0]).toBe(100);
    expect(axialSection(volume).values[0]).toBe(20);
  });
});
