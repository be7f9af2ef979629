/**
 * @file Discrete Fourier transform of any length: radix 2 for powers of two, Bluestein's chirp for
 *   the rest.
 *
 * This library does not depend on the compute library: one or two transforms for each score need
 * nothing faster.
 * Source: Cooley & Tukey (1965); Bluestein (1970).
 */

import type { Shape3 } from '@blurcycle/core';

/** Transforms a complex volume in place, along x, then y, then z. */
export function fft3d(real: Float64Array, imaginary: Float64Array, shape: Shape3): void {
  const [depth, height, width] = shape;
  const strides = [height * width, width, 1];
  for (const axis of [2, 1, 0]) {
    const length = shape[axis];
    const stride = strides[axis];
    const transform = createFft(length);
    const re = new Float64Array(length);
    const im = new Float64Array(length);
    const count = (depth * height * width) / length;
    for (let line = 0; line < count; line++) {
      const first = Math.floor(line / stride) * stride * length + (line % stride);
      for (let i = 0; i < length; i++) {
        re[i] = real[first + i * stride];
        im[i] = imaginary[first + i * stride];
      }
      transform(re, im);
      for (let i = 0; i < length; i++) {
        real[first + i * stride] = re[i];
        imaginary[first + i * stride] = im[i];
      }
    }
  }
}

/** Transforms in place: X_k = Σ_j x_j exp(-2πi jk/n). */
export type Fft = (real: Float64Array, imaginary: Float64Array) => void;

/** A transform of length `length`, its tables computed once. */
export function createFft(length: number): Fft {
  if (length === 1) return () => undefined;
  return Number.isInteger(Math.log2(length)) ? radix2(length) : bluestein(length);
}

function radix2(length: number): Fft {
  const cosines = Float64Array.from({ length: length / 2 }, (_, k) =>
    Math.cos((2 * Math.PI * k) / length),
  );
  const sines = Float64Array.from(
    { length: length / 2 },
    (_, k) => -Math.sin((2 * Math.PI * k) / length),
  );
  const reversed = bitReversal(length);
  return (real, imaginary) => {
    for (let i = 0; i < length; i++) {
      const j = reversed[i];
      if (j <= i) continue;
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half);
      for (let start = 0; start < length; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const upper = start + k;
          const lower = upper + half;
          const c = cosines[k * stride];
          const s = sines[k * stride];
          const re = real[lower] * c - imaginary[lower] * s;
          const im = real[lower] * s + imaginary[lower] * c;
          real[lower] = real[upper] - re;
          imaginary[lower] = imaginary[upper] - im;
          real[upper] += re;
          imaginary[upper] += im;
        }
      }
    }
  };
}

function bitReversal(length: number): Uint32Array {
  const reversed = new Uint32Array(length);
  for (let i = 1; i < length; i++)
    reversed[i] = (reversed[i >> 1] >> 1) | (i & 1 ? length >> 1 : 0);
  return reversed;
}

/**
 * Bluestein's algorithm: jk = (j² + k² - (k - j)²)/2 turns the sum into a convolution with a chirp,
 * computed at a power of two.
 */
function bluestein(length: number): Fft {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const transform = radix2(size);
  // exp(-πi j²/n); j² modulo 2n keeps the angle small and exact.
  const angle = (j: number): number => (Math.PI * ((j * j) % (2 * length))) / length;
  const cosines = Float64Array.from({ length }, (_, j) => Math.cos(angle(j)));
  const sines = Float64Array.from({ length }, (_, j) => -Math.sin(angle(j)));
  const chirpReal = new Float64Array(size);
  const chirpImaginary = new Float64Array(size);
  for (let j = 0; j < length; j++) {
    for (const index of [j, (size - j) % size]) {
      chirpReal[index] = cosines[j];
      chirpImaginary[index] = -sines[j];
    }
  }
  transform(chirpReal, chirpImaginary);
  return (real, imaginary) => {
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    for (let j = 0; j < length; j++) {
      re[j] = real[j] * cosines[j] - imaginary[j] * sines[j];
      im[j] = real[j] * sines[j] + imaginary[j] * cosines[j];
    }
    transform(re, im);
    for (let k = 0; k < size; k++) {
      const product = re[k] * chirpReal[k] - im[k] * chirpImaginary[k];
      // The inverse transform is the transform of the conjugate, conjugated.
      im[k] = -(re[k] * chirpImaginary[k] + im[k] * chirpReal[k]);
      re[k] = product;
    }
    transform(re, im);
    for (let k = 0; k < length; k++) {
      const a = re[k] / size;
      const b = -im[k] / size;
      real[k] = a * cosines[k] - b * sines[k];
      imaginary[k] = a * sines[k] + b * cosines[k];
    }
  };
}
