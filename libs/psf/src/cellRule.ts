import { gaussLegendre, type QuadratureRule } from './gaussLegendre.ts';

/** A wave of this frequency is averaged over a cell to this accuracy. */
const ACCURACY = 1e-14;

/** Places and weights that average over one cell of width `width`; weights sum to 1. */
export interface CellRule {
  readonly offsets: Float64Array;
  readonly weights: Float64Array;
}

/** The rule that takes the cell's centre for its mean. */
export const CENTER_RULE: CellRule = {
  offsets: new Float64Array(1),
  weights: new Float64Array([1]),
};

/**
 * The smallest Gauss–Legendre rule that averages every wave up to `highestFrequency` (rad/µm) over
 * a cell exactly.
 *
 * The intensity is band-limited, so this is true integration: the mean of cos(ωx) over the cell is
 * sin(δ)/δ with δ = ω·width/2, and the rule must give it to 1e-14.
 */
export function cellRule(width: number, highestFrequency: number): CellRule {
  const half = width / 2;
  const limit = half * highestFrequency;
  let count = 2;
  while (waveError(gaussLegendre(count), limit) > ACCURACY) count++;
  const rule = gaussLegendre(count);
  return {
    offsets: rule.nodes.map((x) => x * half),
    weights: rule.weights.map((weight) => weight / 2),
  };
}

function waveError(rule: QuadratureRule, limit: number): number {
  let worst = 0;
  for (const delta of [limit, 0.9 * limit, 0.7 * limit]) {
    let sum = 0;
    for (let j = 0; j < rule.nodes.length; j++)
      sum += (rule.weights[j] / 2) * Math.cos(rule.nodes[j] * delta);
    worst = Math.max(worst, Math.abs(sum - (delta === 0 ? 1 : Math.sin(delta) / delta)));
  }
  return worst;
}
