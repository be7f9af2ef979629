/**
 * Full width at half maximum of a curve about a point where it is largest.
 *
 * Walks outward on both sides in steps of `step` until the curve is below half of its value at
 * `center`, then halves the bracket until it is as narrow as the numbers allow.
 *
 * @param curve - Any continuous function.
 * @param center - Where the curve has its maximum.
 * @param step - A length within which the curve does not cross its half twice.
 * @returns The width in the unit of `center`; NaN when a side stays above half over 10,000 steps.
 */
export function fwhm(curve: (position: number) => number, center: number, step: number): number {
  const half = curve(center) / 2;
  return (
    halfWidth((distance) => curve(center + distance) - half, step) +
    halfWidth((distance) => curve(center - distance) - half, step)
  );
}

function halfWidth(excess: (distance: number) => number, step: number): number {
  let inside = 0;
  let outside = step;
  for (let count = 0; excess(outside) > 0; count++) {
    if (count > 10_000) return NaN;
    inside = outside;
    outside += step;
  }
  for (let count = 0; count < 60; count++) {
    const middle = (inside + outside) / 2;
    if (excess(middle) > 0) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}
