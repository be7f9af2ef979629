import {
  add,
  clipByValue,
  customGrad,
  div,
  exp,
  mul,
  pad,
  range,
  relu,
  reshape,
  reverse,
  slice,
  square,
  sub,
  sum,
  tensor3d,
  tidy,
  variable,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import {
  assertRange,
  assertShape,
  voxelCount,
  type KernelConstraint,
  type KernelGauge,
  type KernelInit,
  type RandomStream,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { blur3d } from '@blurcycle/compute';
import type { Network } from './network.ts';

/** Size, initialization and constraints of a learned kernel. */
export interface BlurKernelOptions {
  /** Sides in voxels, all odd; the paper's simulation has 31 x 31 x 31. */
  readonly size: Shape3;
  /**
   * `gaussian`: a Gaussian of sum 1. `normal`: independent N(0, 0.02), the default of the cycleGAN
   * framework; its noise remains at frequencies that the data does not contain. Or the values
   * themselves, [kz, ky, kx].
   */
  readonly init: Extract<KernelInit, 'gaussian' | 'normal'> | Float32Array;
  /** Standard deviation of the Gaussian in voxels along every axis; unused for other starts. */
  readonly sigmaVoxels: number;
  /**
   * `none`: the free kernel of the paper. It determines G and kernel only up to a shift: a kernel
   * shifted one way and a G shifted the other satisfy every loss as well. `point`: h(r) = h(-r),
   * which has no shift. `core`: `centerCore` after every update, for PSFs without that symmetry.
   */
  readonly gauge: KernelGauge;
  /**
   * `none`: the free kernel of the paper. `non-negative`: physical, a unit-sum PSF times a gain;
   * the gain is the kernel's sum, which stays free, because the exposure of the data is not known.
   * `unit-sum`: non-negative with sum 1, for data whose total intensity blurring preserves.
   * `mean-ratio`: free but for its sum, which stays within 20 % of that of the start: the ratio of
   * the mean intensities of both sets, where whoever gives the start computes it.
   */
  readonly constraint: KernelConstraint;
}

/** Standard deviation of the `normal` initialization (cycleGAN framework default). */
const NORMAL_SIGMA = 0.02;

/** A network that is a convolution with one kernel. */
export interface LinearBlur extends Network {
  /** The kernel it convolves with, [kz, ky, kx]. Memory: the caller's tidy owns the result. */
  kernel(): Tensor3D;
}

/**
 * The linear blur generator with a learned kernel: y = h * x, zero border, no bias, no activation;
 * unconstrained unless the options say otherwise.
 *
 * 29,791 parameters at 31 x 31 x 31. Shapes: [n, z, y, x, 1] to the same.
 * Source: paper section III-A ("a single 3D convolution layer"), eq. 12.
 *
 * @throws {RuleError} If a side is even.
 */
export function buildLearnedBlur(options: BlurKernelOptions, stream: RandomStream): LinearBlur {
  assertOddSides('buildLearnedBlur', options.size);
  const data = initialValues(options, stream);
  const free = tidy(() => variable(tensor3d(data, [...options.size])));
  const kernel = (): Tensor3D => (options.gauge === 'point' ? pointSymmetric(free) : free);
  const constrained = options.constraint !== 'none';
  const total = data.reduce((sum_, value) => sum_ + value, 0);
  if (nonNegative(options.constraint))
    tidy(() => free.assign(project(free, options.constraint, total)));
  const constrain = (): void =>
    tidy(() => {
      const held = options.gauge === 'core' ? centerCore(free) : free;
      free.assign(project(held, options.constraint, total));
    });
  return {
    parameters: [{ name: 'kernel', variable: free }],
    kernel,
    apply: (x) => blur3d(x, kernel()),
    ...(constrained || options.gauge === 'core' ? { constrain } : {}),
  };
}

/**
 * The values of the kernel that `buildLearnedBlur` starts with, [kz, ky, kx], constraint and
 * symmetry included. Needs no back-end.
 *
 * @param stream - In the state in which `buildLearnedBlur` takes it.
 * @returns The same bits, except that back-ends sum a `unit-sum` in another order: 1e-6 of a value.
 * @throws {RuleError} If a side is even.
 */
export function startingKernel(options: BlurKernelOptions, stream: RandomStream): Float32Array {
  assertOddSides('startingKernel', options.size);
  const free = initialValues(options, stream);
  const { constraint } = options;
  const physical = nonNegative(constraint) ? free.map((value) => Math.max(0, value)) : free;
  const total = physical.reduce((sum, value) => sum + value, 0);
  const start = constraint === 'unit-sum' ? physical.map((value) => value / total) : physical;
  if (options.gauge !== 'point') return start;
  // Each of both steps rounds to float32, as tensors do.
  return start.map((value, i) => 0.5 * Math.fround(value + start[start.length - 1 - i]));
}

function initialValues(
  { init, size, sigmaVoxels }: BlurKernelOptions,
  stream: RandomStream,
): Float32Array {
  if (init === 'gaussian') return gaussianKernel(size, sigmaVoxels);
  if (init !== 'normal') {
    const count = voxelCount(size);
    assertRange(
      init.length === count,
      'startingKernel',
      'init',
      `hold ${count} values`,
      init.length,
    );
    return init.slice();
  }
  return Float32Array.from({ length: voxelCount(size) }, () => NORMAL_SIGMA * stream.normal());
}

/**
 * How far from the ratio of the means a sum may be, as a part of it: the means of specimens differ,
 * and at the sides of a field light is lost (up to 15 % on volumes that are not periodic). On the
 * data of Table I free kernels end within 7.1 % of the truth unless they run away.
 */
const SUM_MARGIN = 0.2;

function nonNegative(constraint: KernelConstraint): boolean {
  return constraint === 'non-negative' || constraint === 'unit-sum';
}

/**
 * Projects the kernel onto the allowed set: negative values become 0 (`non-negative`, `unit-sum`),
 * then they are divided by their sum (`unit-sum`), or all get the same added until the sum is
 * within its bounds (`mean-ratio`): Adam's steps are as long in dim voxels as in bright ones, so a
 * step that brightens all would flatten a kernel that is scaled back.
 *
 * Projected gradient descent: the update uses the free gradient, so a voxel at 0 can leave it
 * again, unlike behind a ReLU, and the learning rate means the same as for a free kernel, unlike
 * behind a softmax.
 */
function project(kernel: Tensor3D, constraint: KernelConstraint, total: number): Tensor3D {
  switch (constraint) {
    case 'none':
      return kernel;
    case 'non-negative':
      return relu(kernel);
    case 'unit-sum': {
      const physical = relu(kernel);
      return div(physical, sum(physical));
    }
    case 'mean-ratio': {
      const now = sum(kernel);
      const allowed = clipByValue(now, total * (1 - SUM_MARGIN), total * (1 + SUM_MARGIN));
      return add(kernel, div(sub(allowed, now), kernel.size));
    }
  }
}

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
function centerCore(kernel: Tensor3D): Tensor3D {
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

/**
 * The linear blur generator with a known kernel, for the non-blind case (eq. 15): nothing is
 * learned.
 *
 * @param kernel - Gain times unit-sum PSF, odd sides.
 * @throws {RuleError} If a side is even.
 */
export function buildKnownBlur(kernel: Volume): LinearBlur {
  assertOddSides('buildKnownBlur', kernel.shape);
  const fixed = tensor3d(kernel.data, [...kernel.shape]);
  return {
    parameters: [],
    kernel: () => fixed,
    apply: (x) => blur3d(x, fixed),
    dispose: () => fixed.dispose(),
  };
}

/** ½ (h(r) + h(-r)); the map is its own adjoint, so the gradient goes the same way. */
function pointSymmetric(kernel: Tensor3D): Tensor3D {
  const symmetrize = (h: Tensor3D): Tensor3D => tidy(() => mul(add(h, reverse(h)), 0.5));
  const operation = customGrad<Tensor3D>((h) => ({
    value: symmetrize(h as Tensor3D),
    gradFunc: (dy: Tensor) => symmetrize(dy as Tensor3D),
  }));
  return operation(kernel);
}

function assertOddSides(where: string, size: Shape3): void {
  assertShape(where, 'size', size);
  const odd = size.every((side) => side % 2 === 1);
  assertRange(
    odd,
    where,
    'size',
    'have odd sides',
    size,
    'an even kernel shifts the image by half a voxel',
  );
}

/** A Gaussian of unit sum about the center voxel, row-major; the same width along every axis. */
export function gaussianKernel(size: Shape3, sigma: number): Float32Array {
  const profile = (axis: 0 | 1 | 2): number[] =>
    Array.from({ length: size[axis] }, (_, i) =>
      Math.exp(-0.5 * ((i - (size[axis] - 1) / 2) / sigma) ** 2),
    );
  const [alongZ, alongY, alongX] = [profile(0), profile(1), profile(2)];
  const values = alongZ.flatMap((a) => alongY.flatMap((b) => alongX.map((c) => a * b * c)));
  const total = values.reduce((sum, value) => sum + value, 0);
  return Float32Array.from(values, (value) => value / total);
}
