/** When to stop solving. */
export interface ConjugateGradientOptions {
  /** Steps at most. */
  readonly iterations: number;
  /** Stop when the residual's norm is this part of the right-hand side's. */
  readonly tolerance: number;
  /** Told after each step how many are done, and how many there are at most. */
  readonly onStep?: ((done: number, most: number) => void) | undefined;
}

/**
 * Solves A x = b for a symmetric positive definite A that is only known by what it does.
 *
 * `apply` may return the same array every time. Sums run in double precision. Cost: one application
 * of A per step, four vectors.
 * Source: Hestenes & Stiefel (1952) doi:10.6028/jres.049.044.
 */
export function conjugateGradient(
  apply: (x: Float32Array) => Float32Array,
  rightHandSide: Float32Array,
  { iterations, tolerance, onStep }: ConjugateGradientOptions,
): Float32Array {
  const solution = new Float32Array(rightHandSide.length);
  const residual = Float32Array.from(rightHandSide);
  const direction = Float32Array.from(rightHandSide);
  let square = dot(residual, residual);
  const goal = tolerance * tolerance * square;
  for (let step = 0; step < iterations && square > goal; step++) {
    const image = apply(direction);
    const curvature = dot(direction, image);
    // Rounding has eaten what was left of the residual: no step would improve the solution.
    if (!(curvature > 0)) break;
    const length = square / curvature;
    for (let i = 0; i < solution.length; i++) {
      solution[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
    const next = dot(residual, residual);
    const turn = next / square;
    for (let i = 0; i < direction.length; i++) direction[i] = residual[i] + turn * direction[i];
    square = next;
    onStep?.(step + 1, iterations);
  }
  return solution;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
