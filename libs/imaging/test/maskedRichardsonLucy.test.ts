import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { acceleratedRichardsonLucy, richardsonLucy } from '../src/deconvolution/richardsonLucy.ts';

const SHAPE: Shape3 = [4, 5, 6];
const VOXELS = [1, 1, 1] as const;
const random = createRandomStream(4, 'mask');
const volume = (shape: Shape3, value: () => number): Volume => {
  const result = createVolume(shape, VOXELS);
  result.data.forEach((_, i) => (result.data[i] = value()));
  return result;
};
const observed = volume(SHAPE, () => 5 + 20 * random.uniform());
const raw = volume([3, 3, 3], () => 0.1 + random.uniform());
const total = raw.data.reduce((sum, value) => sum + value, 0);
const psf = createVolume(
  [3, 3, 3],
  VOXELS,
  raw.data.map((value) => value / total),
);
const mask = Float32Array.from(observed.data, (_, i) => (i % 7 === 3 ? 0 : 1));

/** x / (H^T w) H^T(w y / (H x + b)) by sums over voxels, the object ending at the border. */
function reference(iterations: number, background: number): Float64Array {
  const [depth, height, width] = SHAPE;
  const { data } = observed;
  const place = (i: number): number[] => [
    Math.floor(i / (height * width)),
    Math.floor(i / width) % height,
    i % width,
  ];
  /** Light that object voxel j sends into image voxel i. */
  const h = (i: number, j: number): number => {
    const [a, b] = [place(i), place(j)];
    const way = a.map((side, axis) => side - b[axis] + 1);
    return way.some((side) => side < 0 || side > 2)
      ? 0
      : psf.data[(way[0] * 3 + way[1]) * 3 + way[2]];
  };
  const count = depth * height * width;
  const all = Array.from({ length: count }, (_, i) => i);
  const start = all.reduce((sum, i) => sum + Math.max(0, data[i] - background), 0) / count;
  let x = new Float64Array(count).fill(start);
  for (let k = 0; k < iterations; k++) {
    const ratio = all.map((i) => {
      const expected = all.reduce((sum, j) => sum + h(i, j) * x[j], background);
      return (mask[i] * data[i]) / expected;
    });
    x = x.map((value, j) => {
      const sensitivity = all.reduce((sum, i) => sum + mask[i] * h(i, j), 0);
      return (value * all.reduce((sum, i) => sum + h(i, j) * ratio[i], 0)) / sensitivity;
    });
  }
  return x;
}

describe('richardsonLucy with a mask', () => {
  it('is x / (H^T w) H^T(w y / (H x + b)), by plain sums', () => {
    const options = { iterations: 3, background: 2, boundary: 'zero', mask } as const;
    const { data } = richardsonLucy(observed, psf, options);
    // Transforms of 32-bit numbers.
    reference(3, 2).forEach((value, i) => expect(data[i] / value).toBeCloseTo(1, 4));
  });

  it.each([richardsonLucy, acceleratedRichardsonLucy])(
    'does not depend on the data that are masked, but for where it starts (%o)',
    (method) => {
      const other = createVolume(
        SHAPE,
        VOXELS,
        observed.data.map((value, i) => (mask[i] === 0 ? 25 - value / 2 : value)),
      );
      const options = { iterations: 6, start: 10, mask } as const;
      const [a, b] = [method(observed, psf, options), method(other, psf, options)];
      a.data.forEach((value, i) => expect(b.data[i]).toBeCloseTo(value, 4));
    },
  );

  it('changes nothing where all voxels are believed', () => {
    const options = { iterations: 5, boundary: 'weights' } as const;
    const plain = richardsonLucy(observed, psf, options);
    const ones = new Float32Array(mask.length).fill(1);
    const masked = richardsonLucy(observed, psf, { ...options, mask: ones });
    plain.data.forEach((value, i) => expect(masked.data[i]).toBeCloseTo(value, 4));
  });
});
