import { createVolume, type Volume } from '@blurcycle/core';

/** The intensities that the network sees as 0 and as 1. */
export interface IntensityScale {
  readonly black: number;
  readonly white: number;
}

/** The scale of simulated volumes, which are made for the network. */
export const NETWORK_SCALE: IntensityScale = { black: 0, white: 1 };

/**
 * Intensities of a stack on the scale of the network: (v - black) / (white - black), not clipped.
 */
export function toNetworkScale(volume: Volume, { black, white }: IntensityScale): Volume {
  return mapVolume(volume, (value) => (value - black) / (white - black));
}

/** The inverse of {@link toNetworkScale}: back to the intensities of the stack. */
export function fromNetworkScale(volume: Volume, { black, white }: IntensityScale): Volume {
  return mapVolume(volume, (value) => black + (white - black) * value);
}

function mapVolume(
  { shape, voxelSizeUm, data }: Volume,
  change: (value: number) => number,
): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}
