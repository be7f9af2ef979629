import type { NoiseCoefficients } from '@blurcycle/models';
import type { KernelFigures } from './describeKernel.ts';

/**
 * Figures of learned noise, variance a μ + b, beside that of the data: `noiseA`, `trueNoiseA`, and
 * `noiseDeviationPercentA` = 100 (a - true a) / true a; likewise of b. What cannot be told is left
 * out.
 *
 * @param truth - Null where nobody knows it in closed form.
 */
export function noiseFigures(
  learned: NoiseCoefficients,
  truth: NoiseCoefficients | null,
): KernelFigures {
  const of = (name: 'a' | 'b', letter: 'A' | 'B'): KernelFigures => ({
    [`noise${letter}`]: learned[name],
    ...(truth === null ? {} : { [`trueNoise${letter}`]: truth[name] }),
    ...(truth === null || truth[name] === 0
      ? {}
      : { [`noiseDeviationPercent${letter}`]: 100 * (learned[name] / truth[name] - 1) }),
  });
  return { ...of('a', 'A'), ...of('b', 'B') };
}
