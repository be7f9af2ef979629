import { createRandomStream } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { createFft } from '../src/fft.ts';

describe('createFft(length)', () => {
  it.each([1, 2, 3, 5, 8, 12, 17, 31, 64, 100])(
    'is the sum of the definition for length %i',
    (length) => {
      const stream = createRandomStream(length, 'test/fft');
      const real = Float64Array.from({ length }, () => stream.normal());
      const imaginary = Float64Array.from({ length }, () => stream.normal());
      const [re, im] = [real.slice(), imaginary.slice()];
      createFft(length)(re, im);
      for (let k = 0; k < length; k++) {
        let [a, b] = [0, 0];
        for (let j = 0; j < length; j++) {
          const [c, s] = [
            Math.cos((2 * Math.PI * j * k) / length),
            -Math.sin((2 * Math.PI * j * k) / length),
          ];
          a += real[j] * c - imaginary[j] * s;
          b += real[j] * s + imaginary[j] * c;
        }
        // Rounding of up to 100 terms of order 1.
        expect(Math.abs(re[k] - a)).toBeLessThan(1e-12);
        expect(Math.abs(im[k] - b)).toBeLessThan(1e-12);
      }
    },
  );
});
