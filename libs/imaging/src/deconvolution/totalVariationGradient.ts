import type { Shape3 } from '@blurcycle/core';

/**
 * Gradient of total variation: -div(grad x / |grad x|), by forward differences and their adjoint.
 *
 * It is the exact gradient of sum sqrt(|grad x|^2 + smoothing^2) on the grid, with no flow through
 * the border; its sum over the volume is therefore zero.
 *
 * @param spacing - Distances between voxels along z, y, x.
 * @param smoothing - Length added to the gradient so that flat places have a direction; positive
 *   unless x is all zero.
 */
export function totalVariationGradient(
  values: Float32Array,
  shape: Shape3,
  spacing: readonly [number, number, number],
  smoothing: number,
): Float32Array {
  const [depth, height, width] = shape;
  const result = new Float32Array(values.length);
  const [sz, sy, sx] = spacing;
  const plane = height * width;
  const least = Math.max(smoothing * smoothing, 1e-60);
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const gz = z + 1 < depth ? (values[i + plane] - values[i]) / sz : 0;
        const gy = y + 1 < height ? (values[i + width] - values[i]) / sy : 0;
        const gx = x + 1 < width ? (values[i + 1] - values[i]) / sx : 0;
        const length = Math.sqrt(gz * gz + gy * gy + gx * gx + least);
        // Each difference pulls its two voxels together.
        const [pz, py, px] = [gz / (length * sz), gy / (length * sy), gx / (length * sx)];
        result[i] -= pz + py + px;
        if (z + 1 < depth) result[i + plane] += pz;
        if (y + 1 < height) result[i + width] += py;
        if (x + 1 < width) result[i + 1] += px;
      }
    }
  }
  return result;
}
