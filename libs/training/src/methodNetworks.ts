import {
  createRandomStream,
  createVolume,
  type BlurNoiseKind,
  type BlurPath,
  type BlurredDiscriminator,
  type Cycles,
  type DiscriminatorView,
  type Domain,
  type KernelConstraint,
  type KernelGauge,
  type KernelInit,
  type Pairing,
  type PixelLoss,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import {
  buildKnownBlur,
  buildKnownNoise,
  buildLearnedBlur,
  buildLearnedNoise,
  buildMultiPatchDiscriminator,
  buildUNet,
  type BlurNoise,
  type LinearBlur,
  type MultiPatchDiscriminator,
  type Network,
  startingKernel,
  type NoiseCoefficients,
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
  /**
   * Cycles that it closes: both of the paper, or `sharp`, x against G of its simulated image, which
   * with a known blur path is supervised training on simulated pairs. @defaultValue 'both'
   */
  readonly cycles?: Cycles | undefined;
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

/** Whether a method blurs with a kernel, learned or known. */
export function hasKernel({ blurPath }: Pick<MethodSettings, 'blurPath'>): boolean {
  return blurPath === 'learned-kernel' || blurPath === 'known-psf';
}

/** Sizes of the networks, the same for all methods of a profile. */
export interface NetworkSettings {
  readonly width: number;
  readonly discriminatorWidth: number;
  /** Whether the discriminator of blurred volumes is built to see noise. */
  readonly blurredDiscriminator: BlurredDiscriminator;
  readonly outputBias: number;
  /** Noise of the blurred volumes that a blur path makes of sharp ones. @defaultValue 'none' */
  readonly blurNoise?: BlurNoiseKind | undefined;
  readonly blurKernelSize: Shape3;
  readonly blurKernelInit: KernelInit;
  /** Standard deviation of the Gaussian initialization in voxels, the same along every axis. */
  readonly blurKernelSigmaVoxels: number;
  readonly blurKernelGauge: KernelGauge;
  readonly blurKernelConstraint: KernelConstraint;
}

/** The networks of one method. */
export interface MethodNetworks {
  /** G: blurred to sharp. */
  readonly sharpGenerator: Network;
  /** F: sharp to blurred; null for the supervised methods. */
  readonly blurGenerator: Network | LinearBlur | null;
  /** Noise after F; null where its output has none. */
  readonly noise: BlurNoise | null;
  /** The discriminator of each domain that has one. */
  readonly discriminators: Readonly<Partial<Record<Domain, MultiPatchDiscriminator>>>;
}

/** What a method may know of the microscope. */
export interface KnownMicroscope {
  /** Gain times PSF, for `known-psf`. */
  readonly kernel: Volume | null;
  /** Noise of the images, for `blurNoise: known`. */
  readonly noise: NoiseCoefficients | null;
}

/** Where learned noise starts: 100 photons at intensity 1, read noise of 3 % of the range. */
const NOISE_START: NoiseCoefficients = { a: 0.01, b: 0.001 };

/**
 * Builds the networks of a method.
 *
 * Each network draws from its own random stream, so that G starts from the same weights in every
 * method of a seed.
 *
 * @param known - What the method asks for must not be null.
 * @throws {Error} If the method needs what is null.
 */
export function buildMethodNetworks(
  method: MethodSettings,
  network: NetworkSettings,
  seed: number,
  known: KnownMicroscope,
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
        return buildKnownBlur(given(method, 'kernel', known.kernel));
    }
  };
  const noise = (): BlurNoise | null => {
    if (method.blurPath === 'none') return null;
    switch (network.blurNoise ?? 'none') {
      case 'none':
        return null;
      case 'known':
        return buildKnownNoise(given(method, 'noise', known.noise));
      case 'learned':
        return buildLearnedNoise(NOISE_START);
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
    noise: noise(),
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
    gauge: network.blurKernelGauge,
    constraint: network.blurKernelConstraint,
  };
}

function given<T>({ id }: MethodSettings, what: keyof KnownMicroscope, value: T | null): T {
  if (value === null) throw new Error(`internal: method ${id} needs the known ${what}`);
  return value;
}
