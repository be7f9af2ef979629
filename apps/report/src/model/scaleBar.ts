/**
 * Length of a scale bar: the largest of 1, 2, 5 times a power of ten that is at most a third of the
 * width.
 */
export function scaleBarUm(widthUm: number): number {
  const limit = widthUm / 3;
  const power = 10 ** Math.floor(Math.log10(limit));
  const step = [5, 2, 1].find((candidate) => candidate * power <= limit) ?? 1;
  return Number((step * power).toPrecision(1));
}
