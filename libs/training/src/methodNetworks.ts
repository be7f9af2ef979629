import { createRandomStream, type Volume } from '@blurcycle/core';
import {
  buildKnownBlur,
  buildLearnedBlur,
  buildMultiPatchDiscriminator,
  buildUNet,
  type LinearBlur,
  type MultiPatchDiscriminator,
  type Network,
} from '@blurcycle/models';
import type { Domain, MethodSettings, NetworkSettings } from './settings.ts';

/** The networks of one method. */
export interface MethodNetworks {
  /** G: blurred to sharp. */
  readonly sharpGenerator: Network;
  /** F: sharp to blurred; null for the supervised methods. */
  readonly blurGenerator: Network | LinearBlur | null;
  /** The discriminator of each domain that has one. */
  readonly discriminators: Readonly<Partial<Record<Domain, MultiPatchDiscriminator>>>;
}

/**
 * Builds the networks of a method.
 *
 * Each network draws from a stream of its own, so that G starts from the same weights in every
 * method of a seed.
 *
 * @param knownKernel - Gain times PSF, for `known-psf`.
 * @throws {Error} If the method needs the known kernel and none is given.
 */
export function buildMethodNetworks(
  method: MethodSettings,
  network: NetworkSettings,
  seed: number,
  knownKernel: Volume | null,
): MethodNetworks {
  const stream = (name: string) => createRandomStream(seed, `init/${name}`);
  const blurGenerator = (): Network | LinearBlur | null => {
    switch (method.blurPath) {
      case 'none':
        return null;
      case 'unet':
        return buildUNet(network, stream('blurGenerator'));
      case 'learned-kernel':
        return buildLearnedBlur(
          {
            size: network.blurKernelSize,
            init: network.blurKernelInit,
            sigmaVoxels: network.blurKernelSigmaVoxels,
            symmetry: network.blurKernelSymmetry,
            constraint: network.blurKernelConstraint,
          },
          stream('blurGenerator'),
        );
      case 'known-psf':
        if (knownKernel === null)
          throw new Error(`internal: method ${method.id} needs the known kernel`);
        return buildKnownBlur(knownKernel);
    }
  };
  const discriminators = method.discriminators.map((domain) => [
    domain,
    buildMultiPatchDiscriminator(network.discriminatorWidth, stream(`${domain}Discriminator`)),
  ]);
  return {
    sharpGenerator: buildUNet(network, stream('sharpGenerator')),
    blurGenerator: blurGenerator(),
    discriminators: Object.fromEntries(discriminators) as MethodNetworks['discriminators'],
  };
}
