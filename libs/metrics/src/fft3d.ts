import type { Shape3 } from '@blurcycle/core';
import { createFft } from './fft.ts';

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
