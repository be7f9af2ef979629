const FIGURES: readonly string[] = [
  ...['sum', 'negativeMass', 'correlation', 'psfSnrDb'],
  ...['centroidUm', 'fwhmUm', 'fwhmDeviationPercent'].flatMap(byAxis),
  ...['startCorrelation', 'startPsfSnrDb'],
  ...['startFwhmUm', 'startFwhmDeviationPercent'].flatMap(byAxis),
  'trueSum',
  ...byAxis('trueFwhmUm'),
];

/**
 * Names of the figures of a learned kernel that a rule may name, as `kernel.correlation(proposed)`:
 * one value for each seed. Those that start with `true` are of the true kernel, with `start` of the
 * kernel before the first update, with `smoothed` of any of them after the Gaussian filter of
 * Fig. 11.
 */
export const KERNEL_FIGURES: readonly string[] = [
  ...FIGURES,
  ...FIGURES.map((name) => `smoothed${name.charAt(0).toUpperCase()}${name.slice(1)}`),
];

/**
 * Names of the figures of the noise that a run has learned beside its kernel, variance a μ + b,
 * which a rule names in the same way: `kernel.noiseDeviationPercentA(proposed-decoupled)`.
 */
export const NOISE_FIGURES: readonly string[] = ['A', 'B'].flatMap((letter) => [
  `noise${letter}`,
  `trueNoise${letter}`,
  `noiseDeviationPercent${letter}`,
]);

/** Zernike coefficients that rules know, Noll's indices. */
const ZERNIKE = Array.from({ length: 18 }, (_, j) => `zernike${5 + j}`);
const PUPIL = [
  ...['numericalAperture', 'immersionIndex', 'emissionWavelengthUm'],
  ...ZERNIKE,
  'zernikeRms',
];

/** Names of further figures of a kernel with a pupil, likewise. */
export const PUPIL_FIGURES: readonly string[] = [
  ...PUPIL,
  ...PUPIL.map((name) => `true${name.charAt(0).toUpperCase()}${name.slice(1)}`),
  'zernikeErrorRms',
];

function byAxis(name: string): string[] {
  return ['Z', 'Y', 'X'].map((axis) => `${name}${axis}`);
}
