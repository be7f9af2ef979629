import {
  createRandomStream,
  createVolume,
  voxelIndex,
  type Pairing,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { augment, patchSymmetries, symmetriesOf, turn } from '../src/augment.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;

/** Every voxel has another value, so that a patch tells where it comes from. */
function numbered(shape: Shape3, offset: number): Volume {
  const volume = createVolume(shape, VOXEL);
  for (let i = 0; i < volume.data.length; i++) volume.data[i] = offset + i;
  return volume;
}

const stream = (name: string) => createRandomStream(4, `test/${name}`);

const EVERYTHING = patchSymmetries({
  augmentation: 'all-planes',
  sampling: 'unpaired',
  kernel: null,
  voxelSizeUm: VOXEL,
});

describe('turn(volume, turn)', () => {
  const cube = numbered([3, 3, 3], 0);

  it('moves voxels as a quarter turn does: result(a, b) = source(b, side - 1 - a)', () => {
    const { data } = turn(cube, { plane: [1, 2], quarters: 1, flip: null });
    for (let z = 0; z < 3; z++)
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 3; x++)
          expect(data[voxelIndex(cube.shape, z, y, x)]).toBe(
            cube.data[voxelIndex(cube.shape, z, x, 2 - y)],
          );
  });

  it('gives the volume back after four quarter turns, or two flips', () => {
    for (const plane of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      let turned = cube;
      for (let i = 0; i < 4; i++) turned = turn(turned, { plane, quarters: 1, flip: null });
      expect(turned.data).toEqual(cube.data);
      expect(turn(cube, { plane, quarters: 3, flip: null }).data).toEqual(
        turn(turn(cube, { plane, quarters: 2, flip: null }), { plane, quarters: 1, flip: null })
          .data,
      );
    }
    for (const flip of [0, 1, 2]) {
      const once = turn(cube, { plane: [1, 2], quarters: 0, flip });
      expect(once.data).not.toEqual(cube.data);
      expect(turn(once, { plane: [1, 2], quarters: 0, flip }).data).toEqual(cube.data);
    }
  });

  it('rejects a quarter turn that would change the shape', () => {
    const flat = numbered([2, 3, 3], 0);
    expect(() => turn(flat, { plane: [0, 1], quarters: 1, flip: null })).toThrow(
      /plane must have equal sides/,
    );
  });
});

describe('augment(sample, stream, pairing, allowed)', () => {
  it('reaches the rotations about one axis with at most one flip, moving voxels only', () => {
    const cube = numbered([3, 3, 3], 0);
    const sorted = cube.data.slice().sort();
    const source = stream('cube');
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const { blurred } = augment({ blurred: cube, sharp: cube }, source, 'paired', EVERYTHING);
      seen.add(blurred.data.join());
      expect(blurred.data.slice().sort()).toEqual(sorted);
    }
    // The identity and 9 rotations; with a flip 3 mirrors, 6 diagonal mirrors, 6 rotated mirrors
    // and the point reflection.
    expect(seen.size).toBe(26);
  });

  it('turns both patches of a pair alike, and unpaired ones independently', () => {
    const cube = numbered([4, 4, 4], 0);
    const source = stream('alike');
    let different = 0;
    for (let i = 0; i < 60; i++) {
      const paired = augment({ blurred: cube, sharp: cube }, source, 'paired', EVERYTHING);
      expect(paired.sharp.data).toEqual(paired.blurred.data);
      const unpaired = augment({ blurred: cube, sharp: cube }, source, 'unpaired', EVERYTHING);
      if (unpaired.sharp.data.join() !== unpaired.blurred.data.join()) different++;
    }
    expect(different).toBeGreaterThan(30);
  });

  it('keeps the shape of a patch that is no cube, and its planes where it may not tilt', () => {
    const source = stream('flat');
    const flat = numbered([2, 4, 4], 0);
    const bar = numbered([2, 3, 4], 0);
    const firstPlanes = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { blurred } = augment({ blurred: flat, sharp: bar }, source, 'unpaired', EVERYTHING);
      expect(blurred.shape).toEqual([2, 4, 4]);
      // A plane stays a plane: 16 consecutive numbers in each.
      firstPlanes.add([...blurred.data.slice(0, 16)].sort((a, b) => a - b).join());
    }
    expect(firstPlanes.size).toBe(2);
  });

  it('turns a blurred patch about the axis only, and mirrors along z only where its PSF does', () => {
    const cube = numbered([3, 3, 3], 0);
    const drawn = (kernel: Volume | null, sampling: Pairing) => {
      const options = { augmentation: 'lateral', sampling, kernel, voxelSizeUm: VOXEL } as const;
      const allowed = patchSymmetries(options);
      const source = stream('lateral');
      const seen = { blurred: new Set<string>(), sharp: new Set<string>() };
      for (let i = 0; i < 1000; i++) {
        const turned = augment({ blurred: cube, sharp: cube }, source, sampling, allowed);
        seen.blurred.add(turned.blurred.data.join());
        seen.sharp.add(turned.sharp.data.join());
      }
      return [seen.blurred.size, seen.sharp.size];
    };
    // The square has 8 symmetries; a flip of z comes with one of the 4 rotations: 12.
    expect(drawn(null, 'unpaired')).toEqual([8, 12]);
    expect(drawn(null, 'paired')).toEqual([8, 8]);
    expect(drawn(bell([1, 1, 1]), 'unpaired')).toEqual([12, 12]);
    expect(drawn(bell([1, 1.5, 1]), 'unpaired')).toEqual([6, 12]); // half turns, with a flip or none
  });
});

/** A Gaussian about the center, with a slope along z. */
function bell(sigmas: Shape3, slope = 0, voxelSizeUm: VoxelSizeUm = VOXEL): Volume {
  const volume = createVolume([5, 7, 7], voxelSizeUm);
  let i = 0;
  for (let z = -2; z <= 2; z++)
    for (let y = -3; y <= 3; y++)
      for (let x = -3; x <= 3; x++) {
        const squares = [z, y, x].map((at, axis) => (at / sigmas[axis]) ** 2);
        volume.data[i++] =
          Math.exp(-0.5 * (squares[0] + squares[1] + squares[2])) * (1 + slope * z);
      }
  return volume;
}

describe('symmetriesOf(kernel)', () => {
  it('finds the flips and turns after which the kernel is the same', () => {
    expect(symmetriesOf(bell([1, 1, 1]))).toMatchObject({
      quarters: [0, 1, 2, 3],
      flips: [0, 1, 2],
    });
    expect(symmetriesOf(bell([1, 1.5, 1]))).toMatchObject({ quarters: [0, 2], flips: [0, 1, 2] });
    expect(symmetriesOf(bell([1, 1, 1], 0.1))).toMatchObject({
      quarters: [0, 1, 2, 3],
      flips: [1, 2],
    });
  });

  it('takes a kernel for the same up to a difference of 1 %', () => {
    // A slope of s along z: the mirrored kernel differs by 2 s z, and <z²> is 1/2 under the square
    // of a Gaussian of standard deviation 1, so the relative difference is about √2 s.
    expect(symmetriesOf(bell([1, 1, 1], 0.006)).flips).toContain(0);
    expect(symmetriesOf(bell([1, 1, 1], 0.009)).flips).not.toContain(0);
  });

  it('turns an unknown PSF about the axis and mirrors it laterally', () => {
    expect(symmetriesOf(null)).toEqual({
      planes: [[1, 2]],
      quarters: [0, 1, 2, 3],
      flips: [1, 2],
    });
  });

  it('finds no quarter turn where voxels are not square, and takes none of a patch either', () => {
    const voxelSizeUm = [0.25, 0.1, 0.2] as const;
    expect(symmetriesOf(bell([1, 1, 1], 0, voxelSizeUm)).quarters).toEqual([0, 2]);
    for (const kernel of [null, bell([1, 1, 1])]) {
      const options = { augmentation: 'lateral', sampling: 'unpaired', kernel } as const;
      const { blurred, sharp } = patchSymmetries({ ...options, voxelSizeUm });
      expect([blurred.quarters, sharp.quarters]).toEqual([
        [0, 2],
        [0, 2],
      ]);
    }
  });
});
