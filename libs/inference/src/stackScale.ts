import { describeViolation, InputError, type Volume } from '@blurcycle/core';
import { exposureGain } from '@blurcycle/data';
import type { ModelConfig } from '@blurcycle/experiment';
import { backgroundLevel, type IntensityScale } from '@blurcycle/stacks';
import { reblur } from './kernelResidual.ts';

/** How bright a stack is: what a network without normalization has to be told. */
export interface StackLevels {
  /** What its darkest blocks reach (`backgroundLevel`). */
  readonly black: number;
  /** What its brightest 0.05 % reach above black after a blur by the PSF: above the noise. */
  readonly level: number;
}

/**
 * Levels of a stack, from all of it. They follow a factor and an offset of the stack exactly, and
 * hardly depend on its noise or on how much of it is empty.
 *
 * Cost: two FFTs.
 *
 * @param psf - Sum 1.
 * @throws {InputError} If nothing is above the background.
 */
export function stackLevels(stack: Volume, psf: Volume): StackLevels {
  const black = backgroundLevel(stack);
  const smooth = reblur(stack, psf);
  for (let i = 0; i < smooth.data.length; i++) smooth.data[i] -= black;
  const brightest = smooth.data.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(brightest > 0)) {
    const remedy = 'is it the right file and channel?';
    const rule = 'hold light above its background';
    throw new InputError(describeViolation('stackLevels', 'the stack', rule, brightest, remedy));
  }
  return { black, level: 1 / exposureGain([smooth]) };
}

/** The intensities that a network's output means where nothing is fitted to the data. */
export function outputScale({
  intensity: { black, white },
  stackScale,
}: Pick<ModelConfig, 'intensity' | 'stackScale'>): IntensityScale {
  return { black, white: black + (white - black) / (stackScale?.light ?? 1) };
}

/**
 * The scale on which a stack has its level at `brightness`.
 *
 * @param brightness - Of `stackScale` in `model.json`.
 */
export function scaleOfStack({ black, level }: StackLevels, brightness: number): IntensityScale {
  return { black, white: black + level / brightness };
}
