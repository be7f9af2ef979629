import { capitalize, type Volume } from '@blurcycle/core';
import { kernelMetrics, smoothGaussian } from '@blurcycle/metrics';

/** What a learned kernel is seen beside. */
export interface KernelContext {
  /** The kernel before the first update; null where it is not on this machine. */
  readonly start: Volume | null;
  /** Gain times PSF; null for recordings of a microscope that nobody has measured. */
  readonly truth: Volume | null;
  /** Standard deviation in voxels of the Gaussian filter. */
  readonly sigmaVoxels: number;
}

/** Figures of a kernel by name, as `scores.json` holds them. */
export type KernelFigures = Readonly<Record<string, number>>;

/**
 * Figures of the learned kernel beside its start and the true one, as they are and, under names
 * with `smoothed`, after a Gaussian filter that takes out the noise of the layer (Fig. 11; start
 * and true kernel go through the same filter). Null for a method that learns none.
 *
 * - `correlation`, `startCorrelation`: r, Pearson, with the true kernel.
 * - `psfSnrDb`, `startPsfSnrDb`: -10 log10(1 - r²), in dB: the energy of the kernel over that of
 *   what no gain of the true kernel explains, both about their means.
 * - `fwhmUmZ`, `startFwhmUmZ`, `trueFwhmUmZ`, and the other axes: full width at half maximum.
 * - `fwhmDeviationPercentZ`, `startFwhmDeviationPercentZ`: 100 (width - true width) / true width;
 *   negative where the kernel is too narrow.
 *
 * What cannot be told of a kernel, such as a width that its window cuts off, is left out, and so is
 * every comparison where the true kernel, or the start, is not known.
 *
 * @param kernel - Null for a method that learns none.
 */
export function describeKernel(
  kernel: Volume | null,
  context: KernelContext,
): KernelFigures | null {
  if (kernel === null) return null;
  const learned = bothStates((state) => {
    const { sum, negativeMass, correlation, centroidUm, fwhmUm } = measure(kernel, context, state);
    return {
      ...{ sum, negativeMass, correlation },
      ...byAxis('centroidUm', centroidUm),
      ...byAxis('fwhmUm', fwhmUm),
    };
  });
  return completeKernelFigures(learned, context);
}

/**
 * Adds the figures that need no learned kernel: those of its start and of the true one, and what
 * follows from a correlation or a width. Scores of older versions of the program lack them.
 */
export function completeKernelFigures(
  learned: KernelFigures,
  context: KernelContext,
): KernelFigures {
  const known = bothStates((state) => {
    const { truth, start: before } = context;
    const start = before === null ? null : measure(before, context, state);
    const real = truth === null ? null : measure(truth, context, state);
    return {
      trueSum: real?.sum ?? null,
      startCorrelation: start?.correlation ?? null,
      ...byAxis('startFwhmUm', start?.fwhmUm ?? null),
      ...byAxis('trueFwhmUm', real?.fwhmUm ?? null),
    };
  });
  const figures = { ...learned, ...known, smoothingSigmaVoxels: context.sigmaVoxels };
  return { ...figures, ...derivedFigures(figures) };
}

const AXES = ['Z', 'Y', 'X'] as const;
type State = 'raw' | 'smoothed';

function measure(
  kernel: Volume,
  { truth, sigmaVoxels }: KernelContext,
  state: State,
): ReturnType<typeof kernelMetrics> {
  const seen = (volume: Volume): Volume =>
    state === 'raw' ? volume : smoothGaussian(volume, sigmaVoxels);
  return truth === null ? kernelMetrics(seen(kernel)) : kernelMetrics(seen(kernel), seen(truth));
}

/** PSF SNR and deviations of the learned kernel and of its start, from what is told of both. */
function derivedFigures(figures: KernelFigures): KernelFigures {
  const find = (name: string): number | null => figures[name] ?? null;
  const named = (['raw', 'smoothed'] as const).flatMap((state) =>
    (['', 'start'] as const).flatMap((whose): [string, number | null][] => [
      [
        prefixed(state, prefixed(whose, 'psfSnrDb')),
        psfSnrDb(find(prefixed(state, prefixed(whose, 'correlation')))),
      ],
      ...AXES.map((axis): [string, number | null] => [
        prefixed(state, prefixed(whose, `fwhmDeviationPercent${axis}`)),
        deviationPercent(
          find(prefixed(state, prefixed(whose, `fwhmUm${axis}`))),
          find(prefixed(state, `trueFwhmUm${axis}`)),
        ),
      ]),
    ]),
  );
  return told(Object.fromEntries(named));
}

/** Least 1 - r² that is not rounding: a sum of some 10⁵ products in float64. */
const LEAST_RESIDUAL = 1e-12;

function psfSnrDb(correlation: number | null): number | null {
  if (correlation === null) return null;
  const residual = 1 - correlation * correlation;
  return residual < LEAST_RESIDUAL ? null : -10 * Math.log10(residual);
}

function deviationPercent(width: number | null, trueWidth: number | null): number | null {
  return width === null || trueWidth === null ? null : (100 * (width - trueWidth)) / trueWidth;
}

/** What can be told in both states, under the names of both. */
function bothStates(figuresOf: (state: State) => Record<string, number | null>): KernelFigures {
  const smoothed = Object.entries(figuresOf('smoothed'));
  return told({
    ...figuresOf('raw'),
    ...Object.fromEntries(smoothed.map(([name, value]) => [prefixed('smoothed', name), value])),
  });
}

/** JSON has no infinite number, which a perfect kernel's SNR is, and no undefined correlation. */
function told(figures: Readonly<Record<string, number | null>>): KernelFigures {
  const finite = Object.entries(figures).filter(
    (entry): entry is [string, number] => entry[1] !== null && Number.isFinite(entry[1]),
  );
  return Object.fromEntries(finite);
}

/** `smoothed`, `fwhmUmZ`: `smoothedFwhmUmZ`; `raw` and an empty prefix leave the name as it is. */
function prefixed(prefix: State | 'start' | '', name: string): string {
  if (prefix === '' || prefix === 'raw') return name;
  return prefix + capitalize(name);
}

function byAxis(
  name: string,
  values: readonly (number | null)[] | null,
): Record<string, number | null> {
  return Object.fromEntries(AXES.map((axis, i) => [`${name}${axis}`, values?.[i] ?? null]));
}
