import { createVolume, describeViolation, InputError, mean, type Volume } from '@blurcycle/core';
import { exposureGain } from '@blurcycle/data';
import { toNetworkScale, type IntensityScale } from '../model/intensityScale.ts';
import { backgroundLevel } from './backgroundLevel.ts';

/** The intensity scale of each domain. */
export interface FitIntensities {
  /** Written into the model: what goes in, and what comes out. */
  readonly blurred: IntensityScale;
  readonly sharp: IntensityScale;
}

/**
 * Chooses once, from all stacks, what the network sees as 0 and as 1.
 *
 * Black is the background of each domain (`backgroundLevel`, mean over its stacks). White of the sharp stacks is what their
 * brightest 0.05 % reach: the sigmoid ends there. White of the blurred stacks follows from blur keeping the light: it is chosen so
 * that both domains have the same mean, mean(y) = mean(x), so a unit-sum kernel joins them and the result has the light and the
 * units of the blurred stack. This holds as far as both sets show about as much structure, which unmatched training assumes anyway.
 *
 * @throws {InputError} If a domain holds no light above its background.
 */
export function chooseIntensities(blurred: readonly Volume[], sharp: readonly Volume[]): FitIntensities {
  const [blurredBlack, blurredLight] = lightOf('--blurred', blurred);
  const [sharpBlack, sharpLight] = lightOf('--sharp', sharp);
  const aboveBlack = sharp.map((volume) =>
    toNetworkScale(volume, { black: sharpBlack, white: sharpBlack + 1 }),
  );
  const sharpRange = 1 / exposureGain(aboveBlack);
  const blurredRange = (sharpRange * blurredLight) / sharpLight;
  return {
    blurred: { black: blurredBlack, white: blurredBlack + blurredRange },
    sharp: { black: sharpBlack, white: sharpBlack + sharpRange },
  };
}

/** Background, and mean light above it. */
function lightOf(option: string, volumes: readonly Volume[]): readonly [number, number] {
  const black = mean(volumes.map(backgroundLevel));
  const light = mean(volumes.map(({ data }) => mean(data))) - black;
  if (!(light > 0)) {
    const remedy = 'are these the right files and channel?';
    throw new InputError(
      describeViolation('fit', `${option} stacks`, 'hold light above their background', light, remedy),
    );
  }
  return [black, light];
}

/** A sharp stack as a training target: on the network's scale, cut to what the sigmoid can reach. */
export function toTarget(volume: Volume, scale: IntensityScale): Volume {
  const { shape, voxelSizeUm, data } = toNetworkScale(volume, scale);
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => Math.min(1, Math.max(0, value))),
  );
}
