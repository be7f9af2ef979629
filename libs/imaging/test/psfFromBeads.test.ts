import { createRandomStream, createVolume, sum, voxelIndex, type Shape3 } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { ballKernel, psfFromBeads } from '../src/beads/psfFromBeads.ts';
import { poissonDeviate } from '../src/deviates.ts';
import { blur } from '../src/forwardModel.ts';
import { kernel, VOXELS } from './deconvolutionSupport.ts';

const SIDES: Shape3 = [11, 15, 15];
const SIGMA = [1.6, 1.5, 1.5];

function bell(shape: Shape3, place: readonly number[], sigma = SIGMA) {
  return kernel(shape, (z, y, x) =>
    Math.exp(
      -[z, y, x].reduce((total, p, axis) => total + ((p - place[axis]) / sigma[axis]) ** 2, 0) / 2,
    ),
  );
}

/** Points between voxels, imaged as Gaussians, with an offset, photon noise, and bad beads. */
function beadStack(photonsOf = 4000) {
  const shape: Shape3 = [20, 90, 110];
  const stack = createVolume(shape, VOXELS);
  stack.data.fill(100);
  const place = (z: number, y: number, x: number, light: number) =>
    bell(shape, [z, y, x]).data.forEach((value, i) => (stack.data[i] += light * value));
  const stream = createRandomStream(5, 'data/beads');
  for (const [y, x] of [
    [15, 15],
    [15, 45],
    [15, 80],
    [45, 20],
    [45, 60],
    [70, 30],
  ])
    place(9 + 2 * stream.uniform(), y + stream.uniform(), x + stream.uniform(), 12 * photonsOf);
  place(10, 72, 85, 12 * photonsOf);
  place(10, 72, 89, 12 * photonsOf); // two beads in one window
  place(10, 45, 107, 12 * photonsOf); // at an edge
  const noise = createRandomStream(6, 'noise/beads');
  return { ...stack, data: stack.data.map((value) => poissonDeviate(noise, value)) };
}

describe('psfFromBeads(stack)', () => {
  it('aligns and averages lone beads to the PSF, and counts the others', () => {
    const { psf, used, atEdge, crowded } = psfFromBeads(beadStack(), {
      diameterUm: 0,
      sides: SIDES,
    });
    expect({ used, atEdge }).toEqual({ used: 6, atEdge: 1 });
    expect(crowded).toBeGreaterThan(0);
    expect(sum(psf.data)).toBeCloseTo(1, 5);
    const truth = bell(SIDES, [5, 7, 7]);
    const peak = Math.max(...truth.data);
    // The noise of six beads of 850 photons on a background of 100 is 1.5 %: four times that.
    psf.data.forEach((value, i) =>
      expect(Math.abs(value - truth.data[i]) / peak).toBeLessThan(0.06),
    );
  });

  it('takes the size of the beads out', () => {
    const sides: Shape3 = [15, 21, 21];
    const shape: Shape3 = [21, 31, 31];
    const truth = bell(sides, [7, 10, 10]);
    const point = createVolume(shape, VOXELS);
    point.data[voxelIndex(shape, 10, 15, 15)] = 1e6;
    const ball = ballKernel(0.5, truth);
    const stack = blur(blur(point, truth), ball);
    stack.data.forEach((value, i) => (stack.data[i] = Math.max(0, value) + 50));
    const error = (data: Float32Array): number =>
      Math.sqrt(
        data.reduce((total, value, i) => total + (value - truth.data[i]) ** 2, 0) /
          truth.data.reduce((total, value) => total + value ** 2, 0),
      );
    const { psf, bead } = psfFromBeads(stack, { diameterUm: 0.5, sides });
    expect(error(bead.data)).toBeGreaterThan(0.15);
    expect(error(psf.data)).toBeLessThan(error(bead.data) / 3);
  });

  it('says why it found none', () => {
    const sides: Shape3 = [19, 89, 109];
    expect(() => psfFromBeads(beadStack(), { diameterUm: 0, sides })).toThrow(
      /must hold a bead alone in a window of 19 x 89 x 109 voxels, got '.* at its edges/,
    );
  });
});

describe('ballKernel(diameter, stack)', () => {
  it('has the volume of the ball in each voxel', () => {
    const ball = ballKernel(0.9, { voxelSizeUm: VOXELS, shape: [99, 99, 99] });
    const middle = ball.data[(ball.data.length - 1) / 2];
    // A whole voxel of 0.2 x 0.1 x 0.1 µm³ over 4/3 π 0.45³; points tell the rim to 1 %.
    expect(middle / (0.002 / ((4 / 3) * Math.PI * 0.45 ** 3))).toBeCloseTo(1, 2);
    expect(ball.shape).toEqual([7, 11, 11]);
  });
});
