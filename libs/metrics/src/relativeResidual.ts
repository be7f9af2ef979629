/**
 * How far an estimate that was blurred again is from the data: ‖y - b - m‖ / ‖y - b‖.
 *
 * Noise sets a floor that a good estimate does not go below; an estimate far above it does not
 * explain the data.
 *
 * @param observed - Data y.
 * @param blurredAgain - Estimate, blurred again, without background: m.
 * @param background - b, in the units of the data.
 */
export function relativeResidual(
  observed: Float32Array,
  blurredAgain: Float32Array,
  background: number,
): number {
  let error = 0;
  let total = 0;
  for (let i = 0; i < observed.length; i++) {
    const light = observed[i] - background;
    error += (light - blurredAgain[i]) ** 2;
    total += light * light;
  }
  return Math.sqrt(error / total);
}
