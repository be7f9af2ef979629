import { createVolume, type Volume } from '@blurcycle/core';

/**
 * A PSF that is wider by a factor, or narrower: h'(r) = h(r / factor) about its middle, by linear
 * interpolation, with sum 1.
 *
 * @param psf - Odd sides, its origin in the middle.
 */
export function scalePsf(psf: Volume, factor: number): Volume {
  if (factor === 1) return psf;
  const reach = psf.shape.map((side) => (side - 1) / 2);
  const wide = reach.map((half) => (half === 0 ? 0 : Math.ceil(half * factor)));
  const scaled = createVolume([2 * wide[0] + 1, 2 * wide[1] + 1, 2 * wide[2] + 1], psf.voxelSizeUm);
  let i = 0;
  for (let z = -wide[0]; z <= wide[0]; z++) {
    for (let y = -wide[1]; y <= wide[1]; y++) {
      for (let x = -wide[2]; x <= wide[2]; x++) {
        scaled.data[i++] = interpolate(
          psf,
          [z, y, x].map((place, axis) => place / factor + reach[axis]),
        );
      }
    }
  }
  const sum = scaled.data.reduce((all, value) => all + value, 0);
  scaled.data.forEach((value, place) => (scaled.data[place] = value / sum));
  return scaled;
}

/** Linear between the voxels; 0 outside. */
function interpolate({ data, shape }: Volume, place: readonly number[]): number {
  const floor = place.map(Math.floor);
  let value = 0;
  for (let corner = 0; corner < 8; corner++) {
    const steps = [corner >> 2, (corner >> 1) & 1, corner & 1];
    const at = floor.map((from, axis) => from + steps[axis]);
    if (at.some((index, axis) => index < 0 || index >= shape[axis])) continue;
    const weight = place.reduce(
      (product, exact, axis) => product * (1 - Math.abs(exact - at[axis])),
      1,
    );
    value += weight * data[(at[0] * shape[1] + at[1]) * shape[2] + at[2]];
  }
  return value;
}
