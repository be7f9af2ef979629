/**
 * @file The codes and arrays of numbers by which TypeScript tells the add-on what to do, named
 *   once.
 *
 * layouts.h holds the same tables for C++; `layouts()` of the add-on returns its own, and a test
 * compares the two.
 */

/** Codes of the operations that one function of the add-on does. */
export const OPERATION_CODES = {
  binary: { add: 0, subtract: 1, multiply: 2, divide: 3 },
  unary: {
    sigmoid: 0,
    leakyRelu: 1,
    square: 2,
    absolute: 3,
    negate: 4,
    squareRoot: 5,
    inverseSquareRoot: 6,
    sign: 7,
  },
  loss: { square: 0, absolute: 1 },
  /** Of the factors of a convolution; sums are float32. */
  precision: { float32: 0, bfloat16: 1 },
} as const;

/** Arrays: their fields in order, each with how many numbers it takes. Axes are z, y, x. */
export const LAYOUTS = {
  /** A convolution; see `ConvShape`. */
  convShape: {
    batch: 1,
    input: 3,
    output: 3,
    kernel: 3,
    stride: 3,
    padBefore: 3,
    inputs: 1,
    outputs: 1,
  },
  /** A transposed convolution with kernel and stride 2; `input` is the small side. */
  upConvShape: { batch: 1, input: 3, inputs: 1, outputs: 1 },
  normShape: { batch: 1, voxels: 1, channels: 1 },
  poolShape: { batch: 1, input: 3, channels: 1 },
  /** Result [batches, rows, channels]; a stride of 0 repeats an operand. */
  binaryShape: { operation: 1, extent: 3, aStrides: 3, bStrides: 3 },
  sumShape: { batches: 1, rows: 1, channels: 1 },
  /** `channels` floats of every row; distances and first places in floats. */
  copyShape: { rows: 1, channels: 1, fromStride: 1, fromFirst: 1, toStride: 1, toFirst: 1 },
  /** Sides of a periodic grid, products of 2, 3, 5 and 7. */
  fftGrid: { sides: 3 },
  /** A box of a volume, and where its first voxel lies on the grid (wrapping around). */
  fftBox: { sides: 3, begin: 3, extent: 3, origin: 3 },
  /** `alongZ` 0: planes of the box alone, one after the other, transformed along x and y. */
  spectrumGeometry: { grid: 3, box: 12, alongZ: 1 },
  /**
   * `kernelPlanes` 0: the kernel's spectrum is whole. Otherwise so many of its planes are there,
   * from plane `kernelOrigin` of the grid on, not yet transformed along z.
   */
  convolveGeometry: {
    grid: 3,
    from: 12,
    to: 12,
    volumes: 1,
    conjugate: 1,
    kernelPlanes: 1,
    kernelOrigin: 1,
  },
  correlateGeometry: { grid: 3, from: 12, to: 12, volumes: 1 },
  /** `isUniform` 1: there is one weight for all voxels. */
  updateGeometry: {
    grid: 3,
    object: 12,
    image: 12,
    kernelPlanes: 1,
    kernelOrigin: 1,
    isUniform: 1,
  },
  /** In double precision. */
  updateSettings: { background: 1, floor: 1, factor: 1, leastResidual: 1 },
  /** `meanScale` is 1 / (1 - beta1^t), `squareScale` 1 / (1 - beta2^t). In double precision. */
  adamSettings: {
    learningRate: 1,
    beta1: 1,
    beta2: 1,
    epsilon: 1,
    meanScale: 1,
    squareScale: 1,
  },
} as const;

/** One of the arrays. */
type LayoutName = keyof typeof LAYOUTS;

/** What a layout's fields hold: a number, or a list where a field takes several. */
export type Fields<L extends LayoutName> = {
  readonly [F in keyof (typeof LAYOUTS)[L]]: (typeof LAYOUTS)[L][F] extends 1
    ? number
    : readonly number[];
};

/** Integers in the order of a layout. */
export type Packed<L extends LayoutName> = Int32Array & { readonly layout?: L };

/** The fields as integers in the order in which the add-on reads them. */
export function pack<L extends LayoutName>(layout: L, fields: Fields<L>): Packed<L> {
  return new Int32Array(packNumbers(layout, fields));
}

/** The fields as a list of numbers; a box within another array is one of its fields. */
export function packNumbers<L extends LayoutName>(layout: L, fields: Fields<L>): number[] {
  const values = fields as Readonly<Record<string, number | readonly number[]>>;
  const numbers: number[] = [];
  for (const [field, count] of Object.entries(LAYOUTS[layout])) {
    const value = values[field];
    if (typeof value === 'number' ? count !== 1 : value.length !== count)
      throw new Error(`internal: ${layout}.${field} must have ${count} numbers`);
    if (typeof value === 'number') numbers.push(value);
    else numbers.push(...value);
  }
  return numbers;
}

/** A number per axis, z, y, x. */
export type Axes3 = readonly [z: number, y: number, x: number];

/**
 * Everything that fixes a 3-D convolution but its data.
 *
 * Channels last; the filter is [kz, ky, kx, inputs, outputs].
 */
export interface ConvShape extends Fields<'convShape'> {
  /** Sides of the input. */
  readonly input: Axes3;
  /** Sides of the output; `convOutput` gives them. */
  readonly output: Axes3;
  readonly kernel: Axes3;
  readonly stride: Axes3;
  /** Zeros before the first voxel per axis; those after the last follow from the output's sides. */
  readonly padBefore: Axes3;
}

/** Sides of a convolution's output: floor((input + before + after - kernel) / stride) + 1. */
export function convOutput(
  input: Axes3,
  kernel: Axes3,
  stride: Axes3,
  padBefore: Axes3,
  padAfter: Axes3,
): Axes3 {
  const side = (axis: 0 | 1 | 2): number =>
    Math.floor((input[axis] + padBefore[axis] + padAfter[axis] - kernel[axis]) / stride[axis]) + 1;
  return [side(0), side(1), side(2)];
}
