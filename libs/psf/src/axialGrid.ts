import type { CellRule } from './cellRule.ts';

/** Places along the axis at which a stack needs the intensity. */
export interface AxialGrid {
  /** Distinct defocus values in µm. */
  readonly positionsUm: Float64Array;
  /** For each plane, which positions it averages and with which weights. */
  readonly planes: readonly { readonly positions: Int32Array; readonly weights: Float64Array }[];
  readonly largestUm: number;
}

/**
 * Planes `stepUm` apart, their middle at `centerUm`, each sampled by `rule`.
 *
 * With `mirrored`, z and -z share one position: right when the intensity is even in z and
 * `centerUm` is 0.
 */
export function axialGrid(
  count: number,
  stepUm: number,
  rule: CellRule,
  centerUm: number,
  mirrored: boolean,
): AxialGrid {
  const positions: number[] = [];
  const numbers = new Map<number, number>();
  let largestUm = 0;
  const planes = Array.from({ length: count }, (_, plane) => {
    const indices = Array.from(rule.offsets, (offset) => {
      const signed = ((2 * plane - (count - 1)) * stepUm) / 2 + offset;
      // The rule's nodes are symmetric only up to rounding, so mirror images are told by a rounded
      // key.
      const z = mirrored ? Math.abs(signed) : signed;
      const key = Math.round((z / stepUm) * 1e9);
      let number = numbers.get(key);
      if (number === undefined) {
        number = positions.length;
        numbers.set(key, number);
        positions.push(centerUm + z);
        largestUm = Math.max(largestUm, Math.abs(centerUm + z));
      }
      return number;
    });
    return { positions: Int32Array.from(indices), weights: rule.weights };
  });
  return { positionsUm: Float64Array.from(positions), planes, largestUm };
}
