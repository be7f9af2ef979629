import { describe, expect, it } from 'vitest';
import { gaussLegendre } from '../src/gaussLegendre.ts';

describe('gaussLegendre(count)', () => {
  it.each([1, 2, 5, 40, 301])('integrates polynomials up to degree 2·%i - 1', (count) => {
    const { nodes, weights } = gaussLegendre(count);
    for (const degree of [0, 2 * count - 2]) {
      const sum = nodes.reduce((total, x, j) => total + weights[j] * x ** degree, 0);
      // Rounding of `count` terms; x^600 amplifies the rounding of a node near 1 six hundredfold.
      expect(Math.abs(sum - 2 / (degree + 1))).toBeLessThan(
        2e-15 * Math.sqrt(count) * Math.max(1, degree / 100),
      );
    }
    const odd = nodes.reduce((total, x, j) => total + weights[j] * x ** (2 * count - 1), 0);
    expect(Math.abs(odd)).toBeLessThan(1e-14);
  });

  it('gives the distance from 1 to full relative precision', () => {
    const { nodes, distances } = gaussLegendre(400);
    // 1 - x loses digits near 1: the two agree to the rounding of x and of the distance, which
    // reaches 2.
    nodes.forEach((x, j) => expect(Math.abs(1 - x - distances[j])).toBeLessThan(6e-16));
    expect(distances[0]).toBeGreaterThan(0);
  });
});
