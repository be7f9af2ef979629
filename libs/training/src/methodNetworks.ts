import {
  type BlurNoiseKind,
  type BlurPath,
  type BlurredDiscriminator,
  type Cycles,
  type DiscriminatorView,
  type Domain,
  type Pairing,
  type PixelLoss,
  type RandomStream,
  type Volume,
} from '@blurcycle/core';
import {
  buildKnownBlur,
  buildKnownNoise,
  buildLearnedNoise,
  buildMultiPatchDiscriminator,
  buildUNet,
  type BlurNoise,
  type LinearBlur,
  type MultiPatchDiscriminator,
  type Network,
  type NoiseCoefficients,
  type PupilBlur,
} from '@blurcycle/models';
import {
  BLUR_GENERATOR,
  type BlurKernelSettings,
  buildBlurKernel,
  initialStream,
  type KernelStart,
} from './learnedKernel.ts';

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
   * Cycles that it closes: both of the paper; `sharp`, x against G of its simulated image, which
   * with a known blur path is supervised training on simulated pairs; or `blurred`, y against the
   * blurred G(y). @defaultValue 'both'
   */
  readonly cycles?: Cycles | 'none' | undefined;
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
function hasKernel({ blurPath }: Pick<MethodSettings, 'blurPath'>): boolean {
  return blurPath === 'learned-kernel' || blurPath === 'known-psf';
}

/** Whether a method images sharp volumes: for the cycle of these, or for a discriminator. */
export function imagesSharp({ blurPath, cycles, discriminators }: MethodSettings): boolean {
  if (blurPath === 'none') return false;
  return closesSharp({ cycles }) || discriminators.includes('blurred');
}

/** Whether a method images sharp patches by a kernel, which needs their surroundings. */
export function needsSurroundings(method: MethodSettings): boolean {
  return hasKernel(method) && imagesSharp(method);
}

/** Whether ‖x - G(h*x)‖ counts. */
export function closesSharp({ cycles = 'both' }: Pick<MethodSettings, 'cycles'>): boolean {
  return cycles === 'both' || cycles === 'sharp';
}

/** Whether ‖y - h*G(y)‖ counts. */
export function closesBlurred({ cycles = 'both' }: Pick<MethodSettings, 'cycles'>): boolean {
  return cycles === 'both' || cycles === 'blurred';
}

/** Sizes of the networks, the same for all methods of a profile. */
export interface NetworkSettings extends BlurKernelSettings {
  readonly width: number;
  readonly discriminatorWidth: number;
  /** Whether the discriminator of blurred volumes is built to see noise. */
  readonly blurredDiscriminator: BlurredDiscriminator;
  readonly outputBias: number;
  /** Noise of the blurred volumes that a blur path makes of sharp ones. @defaultValue 'none' */
  readonly blurNoise?: BlurNoiseKind | undefined;
}

/** The networks of one method. */
export interface MethodNetworks {
  /** G: blurred to sharp. */
  readonly sharpGenerator: Network;
  /** F: sharp to blurred; null for the supervised methods. */
  readonly blurGenerator: Network | LinearBlur | PupilBlur | null;
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
  /** Start of a learned kernel that its settings do not determine. @defaultValue null */
  readonly start?: KernelStart | null;
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
  const blurGenerator = (): MethodNetworks['blurGenerator'] => {
    switch (method.blurPath) {
      case 'none':
        return null;
      case 'unet':
        return buildUNet(network, stream(BLUR_GENERATOR));
      case 'learned-kernel':
        return buildBlurKernel(network, seed, known.start ?? null);
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

function given<T>({ id }: MethodSettings, what: 'kernel' | 'noise', value: T | null): T {
  if (value === null) throw new Error(`internal: method ${id} needs the known ${what}`);
  return value;
}
