import {
  createRandomStream,
  createVolume,
  extent,
  mean,
  voxelIndex,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { sameBits } from './sameBits.ts';
import { drawTube, type Centerline, type Point3 } from '../src/phantoms/drawTube.ts';
import {
  growCenterline,
  microtubules,
  type MicrotubuleOptions,
} from '../src/phantoms/microtubules.ts';

const OPTIONS: MicrotubuleOptions = {
  shape: [24, 64, 64],
  voxelSizeUm: [0.25, 0.1, 0.1],
  filamentRadiusUm: 0.38,
  filamentDensityPerUm2: 0.06,
  persistenceLengthUm: 15,
};

const stream = (name: string) => createRandomStream(1, `test/${name}`);

/** Smallest distance of a place to the points of the lines, which lie closer than their radius. */
function distanceTo(lines: readonly Centerline[], place: Point3): number {
  let best = Infinity;
  for (const line of lines)
    for (const [z, y, x] of line)
      best = Math.min(best, Math.hypot(z - place[0], y - place[1], x - place[2]));
  return best;
}

function lengthInside(lines: readonly Centerline[], { shape, voxelSizeUm }: Volume): number {
  let length = 0;
  for (const line of lines)
    for (let i = 1; i < line.length; i++) {
      const inside = line[i].every(
        (value, axis) =>
          value >= -voxelSizeUm[axis] / 2 && value <= (shape[axis] - 0.5) * voxelSizeUm[axis],
      );
      const [a, b] = [line[i - 1], line[i]];
      if (inside) length += Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    }
  return length;
}

describe('microtubules(options, stream)', () => {
  const { volume, centerlines } = microtubules(OPTIONS, stream('network'));

  it('is 1 near the centerlines and 0 away from them', () => {
    const [depth, height, width] = volume.shape;
    // Half the diagonal of a voxel, the widest that the soft edge can be, and a quarter of a step
    // along the line.
    const soft = Math.hypot(0.25, 0.1, 0.1) / 2 + 0.025;
    let [inside, outside, wrong] = [0, 0, 0];
    for (let z = 0; z < depth; z += 2)
      for (let y = 0; y < height; y += 3)
        for (let x = 0; x < width; x++) {
          const distance = distanceTo(centerlines, [z * 0.25, y * 0.1, x * 0.1]);
          const value = volume.data[voxelIndex(volume.shape, z, y, x)];
          if (distance < OPTIONS.filamentRadiusUm - soft) {
            inside++;
            if (value !== 1) wrong++;
          } else if (distance > OPTIONS.filamentRadiusUm + soft) {
            outside++;
            if (value !== 0) wrong++;
          }
        }
    expect(wrong).toBe(0);
    expect(inside).toBeGreaterThan(50);
    expect(outside).toBeGreaterThan(1000);
  });

  it('stays at 1 where filaments meet', () => {
    const dense = microtubules({ ...OPTIONS, filamentDensityPerUm2: 0.6 }, stream('dense'));
    expect(extent(dense.volume.data)).toEqual([0, 1]);
  });

  it('has the asked length of filament in each µm³', () => {
    const size = 24 * 0.25 * 64 * 0.1 * 64 * 0.1;
    const length = lengthInside(centerlines, volume);
    // 2 %: up to one step of 0.1 µm is lost at each of a few crossings of the border.
    expect(Math.abs(length / (size * OPTIONS.filamentDensityPerUm2) - 1)).toBeLessThan(0.02);
  });

  it('is the same for the same stream, and another for another', () => {
    expect(sameBits(microtubules(OPTIONS, stream('network')).volume, volume)).toBe(true);
    expect(microtubules(OPTIONS, stream('network')).centerlines).toEqual(centerlines);
    expect(sameBits(microtubules(OPTIONS, stream('other')).volume, volume)).toBe(false);
  });

  it('spreads through the whole volume', () => {
    const parts = new Float64Array(8);
    for (let seed = 0; seed < 24; seed++) {
      const { data, shape } = microtubules(OPTIONS, stream(`spread-${seed}`)).volume;
      const [depth, height, width] = shape;
      data.forEach((value, i) => {
        const x = i % width;
        const y = Math.floor(i / width) % height;
        const z = Math.floor(i / (width * height));
        parts[(2 * z < depth ? 0 : 4) + (2 * y < height ? 0 : 2) + (2 * x < width ? 0 : 1)] +=
          value;
      });
    }
    const average = mean(parts);
    // Each eighth holds pieces of about 100 filaments: a tenth is one standard error, 0.4 is four.
    parts.forEach((part) => expect(Math.abs(part / average - 1)).toBeLessThan(0.4));
  });

  it('takes less than half a second of processor time for 48x128x128 voxels', () => {
    const options = { ...OPTIONS, shape: [48, 128, 128] as const, filamentDensityPerUm2: 0.0425 };
    const times = [0, 1, 2, 3, 4].map((i) => {
      const before = process.cpuUsage();
      microtubules(options, stream(`time-${i}`));
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    // Processor time, the least of five: a busy machine stretches the time on the clock.
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it('rejects what can not be drawn', () => {
    expect(() => microtubules({ ...OPTIONS, filamentRadiusUm: 0 }, stream('x'))).toThrow(
      /^microtubules: filamentRadiusUm must be positive, got 0/,
    );
    expect(() => microtubules({ ...OPTIONS, filamentDensityPerUm2: 1e-9 }, stream('x'))).toThrow(
      /filamentDensityPerUm2 must give the volume some filament/,
    );
  });
});

describe('growCenterline(stream, box, seed, bending)', () => {
  const box = { low: [-1e4, -1e4, -1e4], high: [1e4, 1e4, 1e4] } as const;
  const grow = (
    name: string,
    bending: { persistenceLengthUm: number; curvatureLengthUm: number },
    length: number,
  ) => growCenterline(stream(name), box, [0, 0, 0], { ...bending, stepUm: 0.1 }, length);

  it('forgets its direction over the persistence length', () => {
    // Far beyond the curvature length the chain is a worm-like chain of direction correlation
    // e^(-s/P) times a factor e^(ℓ/P): within ℓ of its start it bends less than the limit would.
    const bending = { persistenceLengthUm: 10, curvatureLengthUm: 0.5 };
    const line = grow('chain', bending, 15_000);
    const tangents = line.slice(1).map((point, i) => {
      const t = point.map((value, axis) => value - line[i][axis]);
      const length = Math.hypot(...t);
      return t.map((value) => value / length);
    });
    for (const lag of [50, 100, 200]) {
      let sum = 0;
      for (let i = 0; i + lag < tangents.length; i++)
        sum += tangents[i].reduce(
          (total, value, axis) => total + value * tangents[i + lag][axis],
          0,
        );
      const correlation = sum / (tangents.length - lag);
      const expected = Math.exp((0.5 - lag * 0.1) / 10);
      // 30 000 µm hold 1500 independent stretches of two persistence lengths: standard error 0.02
      // at most; three of them.
      expect(Math.abs(correlation - expected)).toBeLessThan(0.06);
    }
  });

  it('bends with the curvature of its parameters, and smoothly', () => {
    const bending = { persistenceLengthUm: 15, curvatureLengthUm: 2 };
    const line = grow('smooth', bending, 4000);
    const angles: number[] = [];
    for (let i = 2; i < line.length; i++) {
      const a = line[i - 1].map((value, axis) => value - line[i - 2][axis]);
      const b = line[i].map((value, axis) => value - line[i - 1][axis]);
      const cosine =
        a.reduce((sum, value, axis) => sum + value * b[axis], 0) /
        (Math.hypot(...a) * Math.hypot(...b));
      angles.push(Math.acos(Math.min(1, cosine)));
    }
    const meanSquareCurvature = mean(angles.map((angle) => (angle / 0.1) ** 2));
    // Two components of variance 1 / (2 ℓ P) each; 2000 independent stretches: standard error 0.03.
    expect(meanSquareCurvature * 2 * 15).toBeGreaterThan(0.85);
    expect(meanSquareCurvature * 2 * 15).toBeLessThan(1.15);
    // No corner: the sharpest bend is a circle larger than a filament is thick.
    expect(0.1 / Math.max(...angles)).toBeGreaterThan(0.5);
  });

  it('takes steps of the asked length', () => {
    const line = grow('steps', { persistenceLengthUm: 5, curvatureLengthUm: 1 }, 20);
    for (let i = 1; i < line.length; i++) {
      const step = Math.hypot(...line[i].map((value, axis) => value - line[i - 1][axis]));
      // Float64 rounding of coordinates of a few µm.
      expect(Math.abs(step - 0.1)).toBeLessThan(1e-12);
    }
  });
});

describe('drawTube(volume, centerline, radiusUm)', () => {
  it.each([
    ['along x', [0, 0, 1]],
    ['along z', [1, 0, 0]],
    ['oblique', [0.4, 0.5, 0.77]],
  ] as const)('has the cross section πR² %s', (_, direction) => {
    const norm = Math.hypot(...direction);
    const volume = createVolume([40, 100, 100], [0.25, 0.1, 0.1]);
    const line: Centerline = Array.from({ length: 61 }, (__, i) => {
      const s = (i - 30) * 0.1;
      return [
        5 + (s * direction[0]) / norm,
        5.03 + (s * direction[1]) / norm,
        4.98 + (s * direction[2]) / norm,
      ];
    });
    drawTube(volume, line, 0.4);
    const drawn = volume.data.reduce((sum, value) => sum + value, 0) * 0.25 * 0.1 * 0.1;
    // A cylinder of 6 µm with two half spheres at its ends.
    const expected = Math.PI * 0.4 ** 2 * 6 + (4 / 3) * Math.PI * 0.4 ** 3;
    // 4 %: the linear edge is not the exact covered part of a voxel, and the voxel is half as thick
    // as the tube.
    expect(Math.abs(drawn / expected - 1)).toBeLessThan(0.04);
  });

  it('draws the same body at another voxel size', () => {
    const line: Centerline = [
      [2, 1, 1],
      [2.5, 3, 4],
    ];
    const [coarse, fine] = ([0.2, 0.1] as const).map((side) => {
      const sides = Math.round(5 / side);
      const volume = createVolume([sides, sides, sides], [side, side, side]);
      drawTube(volume, line, 0.5);
      return volume.data.reduce((sum, value) => sum + value, 0) * side ** 3;
    });
    // 2 %: the error of the linear edge at five voxels for the diameter.
    expect(Math.abs(coarse / fine - 1)).toBeLessThan(0.02);
  });
});
