import * as tf from '@tensorflow/tfjs-core';
import { createRandomStream, voxelCount, type Shape3 } from '@blurcycle/core';
import type { AdamOptions } from '../src/index.ts';

/** Seeded values, uniform in [-1, 1). */
export function randomValues(count: number, name: string): Float32Array {
  const stream = createRandomStream(7, name);
  return Float32Array.from({ length: count }, () => 2 * stream.uniform() - 1);
}

export function randomTensor<T extends tf.Tensor = tf.Tensor5D>(shape: number[], name: string): T {
  return tf.tensor(randomValues(tf.util.sizeFromShape(shape), name), shape, 'float32') as T;
}

/** Adam of one array by its formula, in double precision: `step` moves the values by a gradient. */
export function createReferenceAdam(
  initial: ArrayLike<number>,
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
): { readonly values: Float64Array; step(gradient: ArrayLike<number>): void } {
  const values = Float64Array.from(initial);
  const m = new Float64Array(initial.length);
  const v = new Float64Array(initial.length);
  let t = 0;
  return {
    values,
    step(gradient) {
      t++;
      for (let i = 0; i < values.length; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * gradient[i];
        v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] ** 2;
        values[i] -=
          (learningRate * (m[i] / (1 - beta1 ** t))) /
          (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon);
      }
    },
  };
}

/**
 * Largest difference, relative to the largest magnitude of `expected` (or to 1e-30 if all is zero).
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let scale = 1e-30;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
    if (Number.isNaN(actual[i])) return Infinity;
  }
  return difference / scale;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Value outside of a volume by the definition of the three borders, written out with steps, not
 * with a formula.
 */
function reachInside(
  place: number,
  side: number,
  border: 'zero' | 'periodic' | 'reflect',
): number | undefined {
  let at = place;
  while (at < 0 || at >= side) {
    if (border === 'zero') return undefined;
    if (border === 'periodic') at += at < 0 ? side : -side;
    else if (side === 1) at = 0;
    else at = at < 0 ? -at : 2 * (side - 1) - at;
  }
  return at;
}

/** Convolution by its definition: sum over the kernel, double precision. */
export function directConvolution(
  data: Float32Array,
  shape: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  border: 'zero' | 'periodic' | 'reflect',
): Float64Array {
  const result = new Float64Array(voxelCount(shape));
  const center = kernelShape.map((side) => (side - 1) / 2);
  let to = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++) {
        let sum = 0;
        for (let a = 0; a < kernelShape[0]; a++) {
          const fz = reachInside(z - (a - center[0]), shape[0], border);
          if (fz === undefined) continue;
          for (let b = 0; b < kernelShape[1]; b++) {
            const fy = reachInside(y - (b - center[1]), shape[1], border);
            if (fy === undefined) continue;
            for (let c = 0; c < kernelShape[2]; c++) {
              const fx = reachInside(x - (c - center[2]), shape[2], border);
              if (fx === undefined) continue;
              const h = kernel[(a * kernelShape[1] + b) * kernelShape[2] + c];
              sum += h * data[(fz * shape[1] + fy) * shape[2] + fx];
            }
          }
        }
        result[to++] = sum;
      }
    }
  }
  return result;
}
