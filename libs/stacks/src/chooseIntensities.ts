import { createVolume, describeViolation, InputError, mean, type Volume } from '@blurcycle/core';
import { exposureGain } from '@blurcycle/data';
import { backgroundLevel } from './backgroundLevel.ts';
import { type IntensityScale, toNetworkScale } from './intensityScale.ts';

/** The intensity scale of each domain. */
interface FitIntensities {
  /** Written into the model: what goes in, and what comes out. */
  readonly blurred: IntensityScale;
  readonly sharp: IntensityScale;
}

/**
 * Chooses once, from all stacks, what the network sees as 0 and as 1.
 *
 * Black is the background of each domain (`backgroundLevel`, mean over its stacks). White of the
 * sharp stacks is what their brightest 0.05 % reach: the sigmoid ends there. White of the blurred
 * stacks follows from blur keeping the light: it is chosen so that both domains have the same mean,
 * mean(y) = mean(x), so a unit-sum kernel joins them and the result has the light and the units of
 * the blurred stack. This holds as far as both sets show about as much structure, which unpaired
 * training assumes anyway.
 *
 * @param names - What to call the two domains in a message.
 * @throws {InputError} If a domain holds no light above its background.
 */
export function chooseIntensities(
  blurred: readonly Volume[],
  sharp: readonly Volume[],
  names: DomainNames = { where: 'fit', blurred: '--blurred', sharp: '--sharp' },
): FitIntensities {
  const { where } = names;
  const { black, light } = lightOf({ where, name: names.sharp }, sharp);
  const aboveBlack = sharp.map((volume) => toNetworkScale(volume, { black, white: black + 1 }));
  const range = 1 / exposureGain(aboveBlack);
  return {
    blurred: scaleOfEqualLight({ where, name: names.blurred }, blurred, light / range),
    sharp: { black, white: black + range },
  };
}

/** What messages call the two domains. */
interface DomainNames {
  /** Start of a message. */
  readonly where: string;
  readonly blurred: string;
  readonly sharp: string;
}

/**
 * The scale on which stacks have a given mean; their background is 0.
 *
 * @param light - Mean on the network's scale.
 * @throws {InputError} If the stacks hold no light above their background.
 */
export function scaleOfEqualLight(
  names: LightNames,
  volumes: readonly Volume[],
  light: number,
): IntensityScale {
  const own = lightOf(names, volumes);
  return { black: own.black, white: own.black + own.light / light };
}

interface LightNames {
  readonly where: string;
  readonly name: string;
}

/** Background, and mean light above it. */
function lightOf(
  { where, name }: LightNames,
  volumes: readonly Volume[],
): { readonly black: number; readonly light: number } {
  const black = mean(volumes.map(backgroundLevel));
  const light = mean(volumes.map(({ data }) => mean(data))) - black;
  if (!(light > 0)) {
    const remedy = 'are these the right files and channel?';
    throw new InputError(
      describeViolation(
        where,
        `${name} stacks`,
        'hold light above their background',
        light,
        remedy,
      ),
    );
  }
  return { black, light };
}

/**
 * A sharp stack as a training target: on the network's scale, clipped to the range of the sigmoid.
 */
export function toTarget(volume: Volume, scale: IntensityScale): Volume {
  const { shape, voxelSizeUm, data } = toNetworkScale(volume, scale);
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => Math.min(1, Math.max(0, value))),
  );
}
