import * as tf from '@tensorflow/tfjs-core';
import { describeViolation, InputError, type Precision } from '@blurcycle/core';

let current: Precision = 'float32';

/**
 * Evaluates `f`; its convolutions, and later their gradients, have factors of this precision.
 *
 * `bfloat16`: the factors of `conv3d` and `upConv3d` are rounded to eight significant bits, to
 * nearest even, in all three passes; sums, biases and every other operation are float32, the blur
 * through the Fourier transform, too. A gradient is that of the convolution of the rounded factors.
 *
 * @throws {InputError} If `bfloat16` is wanted of the back-end tensorflow, which cannot round.
 */
export function withPrecision<T>(precision: Precision, f: () => T): T {
  if (precision !== 'float32' && tf.getBackend() === 'tensorflow') {
    const rule = 'be float32 on the back-end tensorflow';
    const remedy = 'choose another --backend';
    throw new InputError(describeViolation('withPrecision', 'precision', rule, precision, remedy));
  }
  const before = current;
  current = precision;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** The precision that a convolution has now. */
export function currentPrecision(): Precision {
  return current;
}

const BITS = new Uint32Array(1);
const VALUE = new Float32Array(BITS.buffer);

/**
 * Rounds to bfloat16, the upper half of a float32: nearest, ties to even; NaN stays NaN, and what
 * is beyond the largest bfloat16 becomes infinite.
 */
export function roundToBfloat16(values: Float32Array): Float32Array {
  return values.map((value) => {
    if (Number.isNaN(value)) return value;
    VALUE[0] = value;
    BITS[0] = (BITS[0] + 0x7fff + ((BITS[0] >>> 16) & 1)) & 0xffff0000;
    return VALUE[0];
  });
}
