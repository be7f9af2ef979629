import {
  createRandomStream,
  createVolume,
  voxelIndex,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { blur, createForwardModel } from '../src/forwardModel.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;
const BORDERS = ['zero', 'periodic', 'reflect'] as const;

function randomVolume(shape: Shape3, name: string): Volume {
  const stream = createRandomStream(5, `test/${name}`);
  const volume = createVolume(shape, VOXEL);
  for (let i = 0; i < volume.data.length; i++) volume.data[i] = stream.uniform();
  return volume;
}

/** No symmetry at all, and most of its light off the center. */
function lopsidedPsf(shape: Shape3): Volume {
  const psf = randomVolume(shape, 'psf');
  const weighted = psf.data.map((value, i) => value * (1 + i) ** 2);
  const sum = weighted.reduce((total, value) => total + value, 0);
  return createVolume(
    shape,
    VOXEL,
    weighted.map((value) => value / sum),
  );
}

function inner(a: Volume, b: Volume): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
}

/** The place inside that shows at `place`, or -1 for darkness. */
function outside(place: number, side: number, border: (typeof BORDERS)[number]): number {
  if (place >= 0 && place < side) return place;
  if (border === 'zero') return -1;
  if (border === 'periodic') return ((place % side) + side) % side;
  return place < 0 ? -place : 2 * side - 2 - place;
}

/** Convolution by its definition. */
function directBlur(object: Volume, psf: Volume, border: (typeof BORDERS)[number]): Float64Array {
  const [depth, height, width] = object.shape;
  const [kz, ky, kx] = psf.shape;
  const image = new Float64Array(object.data.length);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let a = 0; a < kz; a++)
          for (let b = 0; b < ky; b++)
            for (let c = 0; c < kx; c++) {
              const from = [
                outside(z - (a - (kz - 1) / 2), depth, border),
                outside(y - (b - (ky - 1) / 2), height, border),
                outside(x - (c - (kx - 1) / 2), width, border),
              ];
              if (from.includes(-1)) continue;
              sum +=
                psf.data[voxelIndex(psf.shape, a, b, c)] *
                object.data[voxelIndex(object.shape, from[0], from[1], from[2])];
            }
        image[voxelIndex(object.shape, z, y, x)] = sum;
      }
  return image;
}

describe.each(BORDERS)('blur(object, psf) with %s border', (border) => {
  const shape: Shape3 = [7, 10, 9];
  const psf = lopsidedPsf([3, 5, 7]);

  it('is the convolution of the definition, for a kernel without symmetry', () => {
    const object = randomVolume(shape, 'object');
    const expected = directBlur(object, psf, border);
    const { data } = blur(object, psf, { border });
    // 2e-6: float32 rounding of transforms of values up to 1.
    expect(Math.max(...data.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(2e-6);
  });

  it('satisfies ⟨Hx, y⟩ = ⟨x, Hᵀy⟩', () => {
    const x = randomVolume(shape, 'x');
    const y = randomVolume(shape, 'y');
    const left = inner(blur(x, psf, { border, gain: 1.7 }), y);
    const right = inner(x, createForwardModel(psf, y.shape, { border, gain: 1.7 }).adjoint(y));
    // 1e-5 relative: sums of 630 float32 values.
    expect(Math.abs(left / right - 1)).toBeLessThan(1e-5);
  });
});

describe('createForwardModel(psf, shape)', () => {
  it('puts the PSF, not its mirror image, around a point', () => {
    const psf = lopsidedPsf([3, 3, 5]);
    const point = createVolume([9, 9, 9], VOXEL);
    point.data[voxelIndex(point.shape, 4, 4, 4)] = 1;
    const image = createForwardModel(psf, point.shape, { gain: 2 }).forward(point);
    for (let z = 0; z < 3; z++)
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 5; x++) {
          const value = image.data[voxelIndex(image.shape, z + 3, y + 3, x + 2)];
          // 6 digits: float32 rounding of values below 1.
          expect(value).toBeCloseTo(2 * psf.data[voxelIndex(psf.shape, z, y, x)], 6);
        }
  });

  it('keeps the flux: all of it with a periodic border, that of inner objects with a zero border', () => {
    const psf = lopsidedPsf([5, 5, 5]);
    const object = randomVolume([8, 12, 10], 'flux');
    const flux = (volume: Volume): number => volume.data.reduce((sum, value) => sum + value, 0);
    // 1e-5 relative: float32 rounding of a thousand values.
    expect(flux(blur(object, psf, { border: 'periodic' })) / flux(object)).toBeCloseTo(1, 5);
    const point = createVolume([9, 9, 9], VOXEL);
    point.data[voxelIndex(point.shape, 4, 4, 4)] = 3;
    expect(flux(blur(point, psf)) / 3).toBeCloseTo(1, 5);
    // What a point in the corner sends across a zero border is lost.
    const corner = createVolume([9, 9, 9], VOXEL);
    corner.data[0] = 3;
    expect(flux(blur(corner, psf))).toBeLessThan(2.9);
  });

  it('is linear: neither clips nor rescales', () => {
    const psf = lopsidedPsf([3, 3, 3]);
    const model = createForwardModel(psf, [6, 6, 6], { border: 'reflect' });
    const a = randomVolume([6, 6, 6], 'a');
    const b = randomVolume([6, 6, 6], 'b');
    const mixed = createVolume(
      a.shape,
      VOXEL,
      a.data.map((value, i) => 3 * value - 5 * b.data[i]),
    );
    const [ha, hb, hm] = [a, b, mixed].map((volume) => model.forward(volume).data);
    // 1e-5: float32 rounding of values up to 5.
    hm.forEach((value, i) => expect(Math.abs(value - (3 * ha[i] - 5 * hb[i]))).toBeLessThan(1e-5));
  });

  it('rejects a PSF that is not one', () => {
    const shape: Shape3 = [8, 8, 8];
    const fill = (sides: Shape3, value: number): Volume => {
      const volume = createVolume(sides, VOXEL);
      volume.data.fill(value);
      return volume;
    };
    expect(() => createForwardModel(fill([3, 3, 3], 1), shape)).toThrow(
      /psf must sum to 1, got 27/,
    );
    expect(() => createForwardModel(fill([2, 2, 2], 1 / 8), shape)).toThrow(
      /have odd sides, got \[2, 2, 2\]/,
    );
    const negative = fill([3, 1, 1], 0.5);
    negative.data[1] = 0.7;
    negative.data[2] = -0.2;
    expect(() => createForwardModel(negative, shape)).toThrow(/psf must have no negative value/);
    const coarse = createVolume([1, 1, 1], [0.3, 0.1, 0.1], Float32Array.of(1));
    const model = createForwardModel(coarse, shape);
    expect(() => model.forward(fill(shape, 1))).toThrow(/psf.voxelSizeUm must equal/);
    expect(() => createForwardModel(fill([1, 1, 1], 1), shape, { gain: -1 })).toThrow(
      /gain must be positive/,
    );
  });
});
