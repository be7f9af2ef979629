import type { CellRule } from './cellRule.ts';

/** Pixels that share one intensity profile along z, up to the sign or size of its cos 2φ part. */
export interface PixelClass {
  readonly radiiUm: Float64Array;
  readonly weights: Float64Array;
  /** Weight of the cos 2φ part of each radius; the pixel's own factor multiplies it. */
  readonly angularWeights: Float64Array;
}

/** One plane's pixels sorted into classes. */
export interface LateralGrid {
  readonly classes: readonly PixelClass[];
  /** Class of each pixel, [y, x]. */
  readonly classOf: Int32Array;
  /** What each pixel's cos 2φ part is multiplied with, [y, x]. */
  readonly angularFactor: Float64Array;
  readonly largestRadiusUm: number;
}

/**
 * Sorts the pixels of a plane centred on the axis by distinct radius (or, with a `rule` of several
 * places per pixel, by distinct position up to mirror images), so that each diffraction integral is
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
      // Twice the offset from the centre, in pixels: an integer for odd and even sides.
      const v = Math.abs(2 * row - (height - 1));
      const u = Math.abs(2 * column - (width - 1));
      const swapped = square && v > u;
      const [inner, outer] = swapped ? [u, v] : [v, u];
      // At single points only the radius counts; over areas the position does.
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
 * cos 2φ of the direction from the axis to (y, x), φ = 0 along x; 0 on the axis, where it does not
 * matter.
 */
function cosineOfDoubleAngle(y: number, x: number): number {
  const square = x * x + y * y;
  return square === 0 ? 0 : (x * x - y * y) / square;
}
