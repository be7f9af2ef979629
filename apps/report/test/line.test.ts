import { describe, expect, it } from 'vitest';
import { angleAcross, grayAt, lineBetween, sampleLine, widthAtHalf } from '../src/client/line.ts';
import type { Stack } from '../src/client/stack.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;

function stackOf(shape: Stack['shape'], value: (z: number, y: number, x: number) => number): Stack {
  const [depth, height, width] = shape;
  const gray = new Uint8Array(depth * height * width);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) gray[(z * height + y) * width + x] = value(z, y, x);
    }
  }
  const none = { width: 0, height: 0, gray: new Uint8Array(0) };
  return { shape, gray, brightest: { xy: none, xz: none } };
}

/** A bar through the middle of each plane, 6 voxels (0.6 µm) wide, at an angle. */
function barAt(degrees: number): Stack {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return stackOf([3, 41, 41], (_, y, x) => {
    const distance = Math.abs((x - 20) * sin + (y - 20) * cos);
    return 200 * Math.min(1, Math.max(0, 3.5 - distance)); // an edge of one voxel
  });
}

describe('sampleLine(line, middle, shape, voxelSizeUm)', () => {
  it('runs along an axis through every voxel', () => {
    const middle = [1, 3, 2] as const;
    const along = { plane: 'xy', angle: 0, lengthUm: 0.4 } as const;
    const { points, positionsUm } = sampleLine(along, middle, [3, 8, 5], VOXEL);
    expect(points).toEqual([0, 1, 2, 3, 4].map((x) => [1, 3, expect.closeTo(x, 9) as number]));
    expect(positionsUm).toEqual([-2, -1, 0, 1, 2].map((i) => expect.closeTo(0.1 * i, 9) as number));
  });

  it('goes up the picture at 90 degrees, and leaves out what is outside the volume', () => {
    const line = { plane: 'xz', angle: 90, lengthUm: 2 } as const;
    const { points } = sampleLine(line, [1, 3, 2], [3, 8, 5], VOXEL);
    const z = points.map(([at]) => at);
    expect(z[0]).toBeCloseTo(1.8, 9); // the lower end first, in steps of 0.1 µm: 0.4 planes
    expect(z[z.length - 1]).toBeCloseTo(0.2, 9);
    expect(points.every(([, y, x]) => y === 3 && Math.abs(x - 2) < 1e-9)).toBe(true);
  });

  it('has the length in µm at every angle, with voxels of other sides', () => {
    for (const angle of [0, 30, 90, 135]) {
      const { points } = sampleLine(
        { plane: 'xz', angle, lengthUm: 2 },
        [20, 0, 50],
        [41, 1, 101],
        VOXEL,
      );
      const [a, b] = [points[0], points[points.length - 1]];
      const um = Math.hypot(...a.map((at, axis) => (at - b[axis]) * VOXEL[axis]));
      expect(um).toBeCloseTo(2, 9);
    }
  });
});

describe('grayAt(stack, point)', () => {
  const stack = stackOf([4, 5, 6], (z, y, x) => 40 * z + 7 * y + x);

  it('is the value at every voxel, and linear between them', () => {
    expect(grayAt(stack, [3, 4, 5])).toBe(40 * 3 + 7 * 4 + 5);
    // The stack is linear itself, so that linear interpolation is exact.
    expect(grayAt(stack, [1.25, 2.5, 3.75])).toBeCloseTo(40 * 1.25 + 7 * 2.5 + 3.75, 9);
  });
});

describe('angleAcross(stack, plane, middle, voxelSizeUm)', () => {
  it.each([0, 30, 77, 120])('is at right angles to a bar at %i degrees', (degrees) => {
    const found = angleAcross(barAt(degrees), 'xy', [1, 20, 20], VOXEL);
    const off = Math.abs(found - ((degrees + 90) % 180));
    // Gradients of an edge one voxel wide prefer the axes; 5 degrees widen a profile by 0.4 %.
    expect(Math.min(off, 180 - off)).toBeLessThanOrEqual(5);
  });
});

describe('the width of a bar', () => {
  it.each([0, 30, 77, 120])('is the same across a bar at %i degrees', (degrees) => {
    const stack = barAt(degrees);
    const middle = [1, 20, 20] as const;
    const angle = angleAcross(stack, 'xy', middle, VOXEL);
    const line = { plane: 'xy', angle, lengthUm: 2 } as const;
    const { points, positionsUm } = sampleLine(line, middle, stack.shape, VOXEL);
    const values = points.map((point) => grayAt(stack, point));
    // The bar is six voxels of 0.1 µm wide; interpolated edges move by a tenth of a voxel.
    expect(widthAtHalf(positionsUm, values)).toBeCloseTo(0.6, 1);
  });

  it('is unknown where the line ends inside the bar, or is dark', () => {
    expect(widthAtHalf([0, 1, 2, 3], [1, 2, 2, 2])).toBeNull();
    expect(widthAtHalf([0, 1], [0, 0])).toBeNull();
    expect(widthAtHalf([0, 1, 2], [0, 4, 0])).toBe(1);
  });
});

describe('lineBetween(plane, from, to, shape, voxelSizeUm)', () => {
  it('takes angle and length from the picture in µm, and the voxel in the middle', () => {
    const shape = [40, 100, 100] as const; // XZ: 10 µm wide, 10 µm high
    const { line, across, down } = lineBetween('xz', [0.2, 0.6], [0.6, 0.2], shape, VOXEL);
    expect(line).toEqual({
      plane: 'xz',
      angle: 45,
      lengthUm: expect.closeTo(4 * Math.SQRT2, 9) as number,
    });
    expect([across, down]).toEqual([40, 16]);
    const back = lineBetween('xz', [0.6, 0.2], [0.2, 0.6], shape, VOXEL);
    expect(back.line.angle).toBe(45); // a profile has no direction
  });
});
