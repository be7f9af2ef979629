/**
 * The functions of the add-on beside the convolutions; results are written into arrays of the
 * caller.
 */
export interface NativeOperations {
  /** Floats of a spectrum on a grid [z, y, x] whose sides are products of 2, 3 and 5. */
  fftSpectrumLength(grid: Int32Array): number;
  /**
   * [grid, box]; a box is [sides of the volume, first voxel, extent, place on the grid], three
   * numbers each.
   */
  fftSpectrum(geometry: Int32Array, data: Float32Array, spectrum: Float32Array): void;
  /**
   * [grid, box in data, box in result, volumes, conjugate]: convolution with the kernel of that
   * spectrum.
   */
  fftConvolve(
    geometry: Int32Array,
    data: Float32Array,
    spectrum: Float32Array,
    result: Float32Array,
  ): void;
  /**
   * [grid, box in x and dy, box in result, volumes]: sum over volumes and voxels i of dy[i] x[i -
   * d], d in the box.
   */
  fftCorrelate(geometry: Int32Array, x: Float32Array, dy: Float32Array, result: Float32Array): void;
  /**
   * [batch, voxels, channels]; statistics [batch, 2, channels]: mean and inverse standard
   * deviation.
   */
  instanceNormForward(
    shape: Int32Array,
    x: Float32Array,
    epsilon: number,
    slope: number,
    y: Float32Array,
    statistics: Float32Array,
  ): void;
  instanceNormGradient(
    shape: Int32Array,
    x: Float32Array,
    statistics: Float32Array,
    dy: Float32Array,
    slope: number,
    dx: Float32Array,
  ): void;
  /** [batch, depth, height, width, channels], blocks of 2 x 2 x 2. */
  maxPoolForward(shape: Int32Array, x: Float32Array, y: Float32Array): void;
  maxPoolGradient(shape: Int32Array, x: Float32Array, dy: Float32Array, dx: Float32Array): void;
  /**
   * [operation, batches, rows, channels, strides of a 3, strides of b 3]; operations: add,
   * subtract, multiply, divide.
   */
  elementwiseBinary(
    shape: Int32Array,
    a: Float32Array,
    b: Float32Array,
    result: Float32Array,
  ): void;
  /**
   * Operations: sigmoid, leaky relu, square, absolute, negate, square root, inverse square root,
   * sign.
   */
  elementwiseUnary(
    operation: number,
    count: number,
    x: Float32Array,
    parameter: number,
    result: Float32Array,
  ): void;
  leakyReluGradient(
    count: number,
    x: Float32Array,
    dy: Float32Array,
    slope: number,
    result: Float32Array,
  ): void;
  /** [batches, rows, channels]: result[b, c] = factor x the sum over rows. */
  sumRows(shape: Int32Array, x: Float32Array, factor: number, result: Float32Array): void;
  /** [rows, channels, stride of from, first of from, stride of to, first of to], in floats. */
  copyChannels(shape: Int32Array, from: Float32Array, to: Float32Array): void;
  /** Mean of (a - b)² (absolute 0) or |a - b| (1); b has `bCount` elements, as many as a or one. */
  lossMean(
    absolute: number,
    count: number,
    a: Float32Array,
    b: Float32Array,
    bCount: number,
  ): number;
  /** factor (a - b) or factor sign(a - b). */
  lossGradient(
    absolute: number,
    count: number,
    a: Float32Array,
    b: Float32Array,
    bCount: number,
    factor: number,
    result: Float32Array,
  ): void;
  /** settings: rate, beta1, beta2, epsilon, 1 / (1 - beta1^t), 1 / (1 - beta2^t). */
  adamUpdate(
    parameters: readonly Float32Array[],
    gradients: readonly Float32Array[],
    means: readonly Float32Array[],
    squares: readonly Float32Array[],
    settings: Float64Array,
  ): void;
}
