/** A quadrature rule on [-1, 1]: ∫ f(x) dx ≈ Σ weights[j] f(nodes[j]). */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  /** 1 - nodes[j] without cancellation, for integrands that vary fastest near 1. */
  readonly distances: Float64Array;
}

const cache = new Map<number, QuadratureRule>();

/**
 * The Gauss–Legendre rule with `count` nodes, exact for polynomials up to degree 2·count - 1.
 *
 * Newton's method on the Legendre polynomial in the angle θ (x = cos θ), which keeps the nodes near
 * ±1 and their distances from ±1 to full precision. Nodes descend from 1 to -1. Rules are kept, so
 * do not write into them.
 *
 * Cost: about 4·count² operations the first time.
 */
export function gaussLegendre(count: number): QuadratureRule {
  const known = cache.get(count);
  if (known !== undefined) return known;
  const rule: QuadratureRule = {
    nodes: new Float64Array(count),
    weights: new Float64Array(count),
    distances: new Float64Array(count),
  };
  for (let j = 0; j < count; j++) {
    // Tricomi's estimate. Newton converges quadratically: a step below 1e-9 leaves nothing but
    // rounding.
    let theta = (Math.PI * (j + 0.75)) / (count + 0.5);
    for (let step = Infinity; Math.abs(step) > 1e-9;) {
      step = newtonStep(count, theta);
      theta += step;
    }
    const slope = legendreAt(count, theta).slope;
    rule.nodes[j] = Math.cos(theta);
    rule.distances[j] = 2 * Math.sin(theta / 2) ** 2;
    rule.weights[j] = 2 / slope ** 2;
  }
  cache.set(count, rule);
  return rule;
}

function newtonStep(count: number, theta: number): number {
  const { value, slope } = legendreAt(count, theta);
  return -value / slope;
}

/** P_n(cos θ) and its derivative with respect to θ. */
function legendreAt(count: number, theta: number): { value: number; slope: number } {
  const x = Math.cos(theta);
  let previous = 1;
  let value = x;
  for (let n = 2; n <= count; n++) {
    const next = ((2 * n - 1) * x * value - (n - 1) * previous) / n;
    previous = value;
    value = next;
  }
  // dP/dθ = -sin θ · n (x P_n - P_{n-1}) / (x² - 1) = n (x P_n - P_{n-1}) / sin θ
  return { value, slope: (count * (x * value - previous)) / Math.sin(theta) };
}
