/**
 * Distance of a blurred estimate from the data, relative to the data: ‖y - b - m‖ / ‖y - b‖.
 *
 * Noise sets a floor that a good estimate does not fall below; an estimate far above it does not
 * explain the data.
 *
 * @param observed - Data y.
 * @param reblurred - Estimate blurred by the kernel, without background: m.
 * @param background - b, in the units of the data.
 */
export function relativeResidual(
  observed: Float32Array,
  reblurred: Float32Array,
  background: number,
): number {
  let error = 0;
  let total = 0;
  for (let i = 0; i < observed.length; i++) {
    const light = observed[i] - background;
    error += (light - reblurred[i]) ** 2;
    total += light * light;
  }
  return Math.sqrt(error / total);
}
