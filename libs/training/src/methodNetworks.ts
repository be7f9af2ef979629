import {
  createRandomStream,
  type BlurPath,
  type Domain,
  type KernelConstraint,
  type KernelInit,
  type KernelSymmetry,
  type Pairing,
  type PixelLoss,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import {
  buildKnownBlur,
  buildLearnedBlur,
  buildMultiPatchDiscriminator,
  buildUNet,
  type LinearBlur,
  type MultiPatchDiscriminator,
  type Network,
} from '@blurcycle/models';

/** What distinguishes one method of the paper from another. */
export interface MethodSettings {
  readonly id: string;
  /**
   * `paired`: a blurred patch and its own ground truth. `unpaired`: patches of independent
   * positions and volumes.
   */
  readonly sampling: Pairing;
  /** Maps sharp back to blurred; `none` for the supervised methods, which have no cycle. */
  readonly blurPath: BlurPath;
  /** Domains that have a discriminator. */
  readonly discriminators: readonly Domain[];
  /** Distance to the ground truth, for paired sampling. */
  readonly pixelLoss: PixelLoss;
}

/** Sizes of the networks, the same for all methods of a profile. */
export interface NetworkSettings {
  readonly width: number;
  readonly discriminatorWidth: number;
  readonly outputBias: number;
  readonly blurKernelSize: Shape3;
  readonly blurKernelInit: KernelInit;
  /** Standard deviation of the Gaussian initialization in voxels, the same along every axis. */
  readonly blurKernelSigmaVoxels: number;
  readonly blurKernelSymmetry: KernelSymmetry;
  readonly blurKernelConstraint: KernelConstraint;
}

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
 * Each network draws from its own random stream, so that G starts from the same weights in every
 * method of a seed.
 *
 * @param knownKernel - Gain times PSF, for `known-psf`.
 * @throws {Error} If the method needs the known kernel and it is null.
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
