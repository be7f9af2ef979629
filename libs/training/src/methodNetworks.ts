import {
  createRandomStream,
  createVolume,
  type BlurPath,
  type BlurredDiscriminator,
  type DiscriminatorView,
  type Domain,
  type KernelConstraint,
  type KernelInit,
  type KernelSymmetry,
  type Pairing,
  type PixelLoss,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import {
  buildKnownBlur,
  buildLearnedBlur,
  buildMultiPatchDiscriminator,
  buildUNet,
  type LinearBlur,
  type MultiPatchDiscriminator,
  type Network,
  startingKernel,
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
  /**
   * What they judge: a volume alone, or behind what it was made from, as in pix2pix; the second
   * needs paired sampling. @defaultValue 'output'
   */
  readonly discriminatorSees?: DiscriminatorView | undefined;
  /** Distance to the ground truth, for paired sampling. */
  readonly pixelLoss: PixelLoss;
}

/** Whether the discriminators of a method judge a volume behind what it was made from. */
export function seesInput({ discriminatorSees }: MethodSettings): boolean {
  return discriminatorSees === 'input-and-output';
}

/** Sizes of the networks, the same for all methods of a profile. */
export interface NetworkSettings {
  readonly width: number;
  readonly discriminatorWidth: number;
  /** Whether the discriminator of blurred volumes is built to see noise. */
  readonly blurredDiscriminator: BlurredDiscriminator;
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
  const stream = (name: string): RandomStream => initialStream(seed, name);
  const blurGenerator = (): Network | LinearBlur | null => {
    switch (method.blurPath) {
      case 'none':
        return null;
      case 'unet':
        return buildUNet(network, stream(BLUR_GENERATOR));
      case 'learned-kernel':
        return buildLearnedBlur(kernelOptions(network), stream(BLUR_GENERATOR));
      case 'known-psf':
        if (knownKernel === null)
          throw new Error(`internal: method ${method.id} needs the known kernel`);
        return buildKnownBlur(knownKernel);
    }
  };
  const discriminators = method.discriminators.map((domain) => [
    domain,
    buildMultiPatchDiscriminator(
      {
        width: network.discriminatorWidth,
        channels: seesInput(method) ? 2 : 1,
        seesNoise: domain === 'blurred' && network.blurredDiscriminator === 'sees-noise',
      },
      stream(`${domain}Discriminator`),
    ),
  ]);
  return {
    sharpGenerator: buildUNet(network, stream('sharpGenerator')),
    blurGenerator: blurGenerator(),
    discriminators: Object.fromEntries(discriminators) as MethodNetworks['discriminators'],
  };
}

/** Name of the random stream that F draws its initial weights from. */
const BLUR_GENERATOR = 'blurGenerator';

function initialStream(seed: number, name: string): RandomStream {
  return createRandomStream(seed, `init/${name}`);
}

/**
 * The kernel that a run with a learned kernel starts from, before its first update; needs no
 * back-end.
 *
 * @param seed - Of the run; with the `gaussian` initialization all seeds start alike.
 */
export function startKernelOf(
  network: NetworkSettings,
  seed: number,
  voxelSizeUm: VoxelSizeUm,
): Volume {
  const values = startingKernel(kernelOptions(network), initialStream(seed, BLUR_GENERATOR));
  return createVolume(network.blurKernelSize, voxelSizeUm, values);
}

function kernelOptions(network: NetworkSettings): Parameters<typeof startingKernel>[0] {
  return {
    size: network.blurKernelSize,
    init: network.blurKernelInit,
    sigmaVoxels: network.blurKernelSigmaVoxels,
    symmetry: network.blurKernelSymmetry,
    constraint: network.blurKernelConstraint,
  };
}
