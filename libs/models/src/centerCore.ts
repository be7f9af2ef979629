import {
  add,
  div,
  exp,
  mul,
  pad,
  range,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor3D,
} from '@tensorflow/tfjs-core';

/** Standard deviation in voxels of the weight that says what the core of a kernel is. */
const CORE_SIGMA_VOXELS = 2;

/**
 * The kernel translated by minus the centroid of its core, to first order: h + Σ_a c_a ∂_a h with
 * central differences and zeros beyond the window.
 *
 * c_a = Σ r_a w [h]₊ / Σ w [h]₊, w = exp(-|r|²/(2 σ²)), σ = 2 voxels: the far haze, which is dim,
 * wide and cut off by the window, has no say. Small steps add up: applied after every update, the
 * centroid stays within a few thousandths of a voxel. A kernel without positive values stays.
 * Memory: returns a new tensor; call inside tidy.
 */
export function centerCore(kernel: Tensor3D): Tensor3D {
  const shape = kernel.shape;
  const radii = ([0, 1, 2] as const).map((axis) => {
    const along = [1, 1, 1];
    along[axis] = shape[axis];
    const half = (shape[axis] - 1) / 2;
    return reshape(range(-half, half + 0.5, 1), along as [number, number, number]);
  });
  const squared = radii.map((r) => square(r)).reduce((total, r) => add(total, r));
  const weights = mul(exp(mul(squared, -1 / (2 * CORE_SIGMA_VOXELS ** 2))), relu(kernel));
  const total = add(sum(weights), 1e-30);
  return radii.reduce<Tensor3D>((moved, r, axis) => {
    const centroid = div(sum(mul(weights, r)), total);
    const ahead = shiftedBy(kernel, axis, 1);
    const behind = shiftedBy(kernel, axis, -1);
    return add(moved, mul(mul(centroid, 0.5), sub(ahead, behind)));
  }, kernel);
}

/** h(r + step) along an axis, zero beyond the window. */
function shiftedBy(kernel: Tensor3D, axis: number, step: 1 | -1): Tensor3D {
  const size = [...kernel.shape] as [number, number, number];
  size[axis] -= 1;
  const begin = [0, 0, 0] as [number, number, number];
  begin[axis] = step === 1 ? 1 : 0;
  const padding = [
    [0, 0],
    [0, 0],
    [0, 0],
  ] as [[number, number], [number, number], [number, number]];
  padding[axis] = step === 1 ? [0, 1] : [1, 0];
  return pad(slice(kernel, begin, size), padding);
}
