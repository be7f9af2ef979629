import { assertUnreachable, type Volume } from '@blurcycle/core';
import type { ClassicalSettings } from '@blurcycle/experiment';
import {
  acceleratedRichardsonLucy,
  blindRichardsonLucy,
  richardsonLucy,
  richardsonLucyOnDevice,
  type RichardsonLucyOptions,
  richardsonLucyTv,
  startLevel,
  tikhonov,
  tvFlatBelow,
  wiener,
  wienerPrior,
} from '@blurcycle/imaging';

import { gaussianGuess } from './gaussianGuess.ts';

/** Callbacks of a deconvolution, and its start. */
interface DeconvolutionHooks {
  /** Updates, or steps of the solver, done and at most. */
  readonly onUpdate?: (done: number, most: number) => void;
  /** Only called by Richardson-Lucy, plain, accelerated or with TV. */
  readonly onEnd?: NonNullable<RichardsonLucyOptions['onEnd']>;
  /** Only called by the Richardson-Lucy family. */
  readonly onIteration?: NonNullable<RichardsonLucyOptions['onIteration']>;
  /** First estimate of the Richardson-Lucy methods; overrides the setting. */
  readonly start?: Volume;
  /** 1 for voxels to believe, 0 for others; for Richardson-Lucy, plain, accelerated or with TV. */
  readonly mask?: Float32Array;
}

/** An estimate, and the PSF that was estimated with it where the method is blind. */
interface ClassicalEstimate {
  readonly estimate: Volume;
  readonly psf?: Volume;
}

/**
 * One classical deconvolution by its settings.
 *
 * @param observed - Stack; the estimate has its shape, voxel size and intensity scale.
 * @param psf - Unit sum, odd sides, no larger than the stack; not used by a blind method that has a
 *   first PSF of its own.
 * @param reference - The stack from which a method takes its levels; the whole one where `observed`
 *   is a tile of it.
 */
export function deconvolveClassically(
  observed: Volume,
  psf: Volume,
  settings: ClassicalSettings,
  hooks: DeconvolutionHooks = {},
  reference: Volume = observed,
): ClassicalEstimate {
  switch (settings.algorithm) {
    case 'richardson-lucy': {
      const { accelerated, ...options } = settings;
      const method = accelerated === true ? acceleratedRichardsonLucy : richardsonLucy;
      return {
        estimate: method(observed, psf, {
          ...options,
          ...firstEstimate(settings, reference),
          ...hooks,
        }),
      };
    }
    case 'rl-tv': {
      const levels = { ...firstEstimate(settings, reference), flatBelow: tvFlatBelow(reference) };
      return { estimate: richardsonLucyTv(observed, psf, { ...settings, ...levels, ...hooks }) };
    }
    case 'wiener': {
      const prior = wienerPrior(reference, psf, settings.background);
      return { estimate: wiener(observed, psf, { ...prior, ...settings, ...hooks }) };
    }
    case 'tikhonov':
      return { estimate: tikhonov(observed, psf, { ...settings, ...hooks }) };
    case 'blind-rl': {
      const { firstPsf, ...options } = settings;
      if (firstPsf === undefined)
        return blindRichardsonLucy(observed, psf, { ...options, ...hooks });
      const sigma = firstPsf.sigmaVoxels;
      const first = gaussianGuess(firstPsf.size, observed.voxelSizeUm, [sigma, sigma, sigma]);
      return blindRichardsonLucy(observed, first, { ...options, ...hooks });
    }
    default:
      return assertUnreachable(settings);
  }
}

/**
 * `deconvolveClassically` with updates on the device of the convolutions, a GPU.
 *
 * @returns null where there is no device, or it does not run this method.
 */
export async function deconvolveOnDevice(
  observed: Volume,
  psf: Volume,
  settings: ClassicalSettings,
  hooks: Omit<DeconvolutionHooks, 'onIteration'> = {},
): Promise<Volume | null> {
  if (settings.algorithm !== 'richardson-lucy') return null;
  return richardsonLucyOnDevice(observed, psf, {
    ...settings,
    ...firstEstimate(settings, observed),
    ...hooks,
  });
}

/** A flat start has the mean of the whole stack, whichever tile of it is deconvolved. */
function firstEstimate(
  {
    start = 'flat',
    background,
  }: { readonly start?: 'flat' | 'observed'; readonly background?: number },
  reference: Volume,
): Pick<RichardsonLucyOptions, 'start'> {
  return { start: start === 'flat' ? startLevel(reference, background) : start };
}
