import { gaussLegendre, type QuadratureRule } from './gaussLegendre.ts';

/** Accuracy of the mean of a wave over a cell. */
const ACCURACY = 1e-14;

/** Offsets and weights that average over one cell of width `width`; weights sum to 1. */
export interface CellRule {
  readonly offsets: Float64Array;
  readonly weights: Float64Array;
}

/** The rule that takes the value at the center of a cell for its mean. */
export const CENTER_RULE: CellRule = {
  offsets: new Float64Array(1),
  weights: new Float64Array([1]),
};

/**
 * The smallest Gauss–Legendre rule that averages every wave up to `highestFrequency` (rad/µm) over
 * a cell exactly.
 *
 * The intensity is band-limited, so this integrates it exactly: the mean of cos(ωx) over the cell
 * is sin(δ)/δ with δ = ω·width/2, and the rule reproduces it to 1e-14.
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

/** Positions along the axis at which a stack needs the intensity. */
export interface AxialGrid {
  /** Distinct defocus values in µm. */
  readonly positionsUm: Float64Array;
  /** For each plane, the positions that it averages and their weights. */
  readonly planes: readonly { readonly positions: Int32Array; readonly weights: Float64Array }[];
  readonly largestUm: number;
}

/**
 * Planes `stepUm` apart, centered at `centerUm`, each sampled by `rule`.
 *
 * With `mirrored`, z and -z share one position: correct when the intensity is even in z and
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
      // The nodes of the rule are symmetric only up to rounding: a rounded key identifies mirror
      // images.
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

/** Pixels that share one intensity profile along z, up to a factor of its cos 2φ part. */
interface PixelClass {
  readonly radiiUm: Float64Array;
  readonly weights: Float64Array;
  /** Weight of the cos 2φ part of each radius; `angularFactor` of the pixel multiplies it. */
  readonly angularWeights: Float64Array;
}

/** Pixels of a plane, sorted into classes. */
export interface LateralGrid {
  readonly classes: readonly PixelClass[];
  /** Class of each pixel, [y, x]. */
  readonly classOf: Int32Array;
  /** Factor of the cos 2φ part of each pixel, [y, x]. */
  readonly angularFactor: Float64Array;
  readonly largestRadiusUm: number;
}

/**
 * Sorts the pixels of a plane centered on the axis by distinct radius (or, with `rules` of several
 * points per pixel, by distinct position up to mirror images), so that each diffraction integral is
 * computed once.
 */
export function lateralGrid(
  sides: readonly [height: number, width: number],
  pixelUm: readonly [dy: number, dx: number],
  rules: readonly [y: CellRule, x: CellRule],
): LateralGrid {
  const [height, width] = sides;
  const point = rules[0].offsets.length === 1 && rules[1].offsets.length === 1;
  const square = pixelUm[0] === pixelUm[1];
  const classes: PixelClass[] = [];
  const numbers = new Map<number, number>();
  const classOf = new Int32Array(height * width);
  const angularFactor = new Float64Array(height * width);
  let largestRadiusUm = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      // Twice the offset from the center, in pixels: an integer for odd and even sides.
      const v = Math.abs(2 * row - (height - 1));
      const u = Math.abs(2 * column - (width - 1));
      const swapped = square && v > u;
      const [inner, outer] = swapped ? [u, v] : [v, u];
      // At single points the radius alone matters; over areas the position does.
      const key =
        square && point
          ? inner * inner + outer * outer
          : inner * (2 * Math.max(width, height)) + outer;
      let number = numbers.get(key);
      if (number === undefined) {
        number = classes.length;
        numbers.set(key, number);
        classes.push(pixelClass((inner * pixelUm[0]) / 2, (outer * pixelUm[1]) / 2, rules, point));
        for (const radius of classes[number].radiiUm)
          largestRadiusUm = Math.max(largestRadiusUm, radius);
      }
      const index = row * width + column;
      classOf[index] = number;
      if (point) angularFactor[index] = cosineOfDoubleAngle(v * pixelUm[0], u * pixelUm[1]);
      else angularFactor[index] = swapped ? -1 : 1;
    }
  }
  return { classes, classOf, angularFactor, largestRadiusUm };
}

function pixelClass(
  y: number,
  x: number,
  rules: readonly [CellRule, CellRule],
  point: boolean,
): PixelClass {
  const radii: number[] = [];
  const weights: number[] = [];
  const angular: number[] = [];
  const [alongY, alongX] = rules;
  alongY.offsets.forEach((offsetY, j) => {
    alongX.offsets.forEach((offsetX, i) => {
      const weight = alongY.weights[j] * alongX.weights[i];
      radii.push(Math.hypot(y + offsetY, x + offsetX));
      weights.push(weight);
      angular.push(point ? 1 : weight * cosineOfDoubleAngle(y + offsetY, x + offsetX));
    });
  });
  return {
    radiiUm: Float64Array.from(radii),
    weights: Float64Array.from(weights),
    angularWeights: Float64Array.from(angular),
  };
}

/**
 * cos 2φ of the direction from the axis to (y, x), φ = 0 along x; 0 on the axis, where it has no
 * effect.
 */
function cosineOfDoubleAngle(y: number, x: number): number {
  const square = x * x + y * y;
  return square === 0 ? 0 : (x * x - y * y) / square;
}
