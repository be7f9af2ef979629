import type { Shape3 } from '@blurcycle/core';

/** What makes one method of the paper differ from another. */
export interface MethodSettings {
  readonly id: string;
  /**
   * `paired`: a blurred patch and its own truth. `unpaired`: patches of independent places and
   * volumes.
   */
  readonly sampling: 'paired' | 'unpaired';
  /** What maps sharp back to blurred; `none` for the supervised methods, which have no cycle. */
  readonly blurPath: 'none' | 'unet' | 'learned-kernel' | 'known-psf';
  /** Domains that a discriminator judges. */
  readonly discriminators: readonly Domain[];
  /** Distance to the truth, for paired sampling. */
  readonly pixelLoss: 'none' | 'l1' | 'l2';
}

/** The two kinds of volume: as the microscope sees it, and as it is. */
export type Domain = 'blurred' | 'sharp';

/** Sizes of the networks, the same for all methods of a profile. */
export interface NetworkSettings {
  readonly width: number;
  readonly discriminatorWidth: number;
  readonly outputBias: number;
  readonly blurKernelSize: Shape3;
  readonly blurKernelInit: 'gaussian' | 'normal';
  /** Standard deviation of the Gaussian start in voxels, the same along every axis. */
  readonly blurKernelSigmaVoxels: number;
  readonly blurKernelSymmetry: 'none' | 'point';
  readonly blurKernelConstraint: 'none' | 'non-negative' | 'unit-sum';
}

/** Adam's constants; the three groups of parameters have a learning rate each. */
export interface OptimizerSettings {
  readonly learningRate: number;
  readonly blurKernelLearningRate: number;
  readonly discriminatorLearningRate: number;
  /**
   * Part of the updates after which all rates fall linearly to zero, as in cycleGAN's framework; 1
   * keeps them constant.
   */
  readonly decayFrom: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Weights of the terms of the losses. */
export interface LossWeights {
  /** γ of eq. 13 and 15. */
  readonly cycle: number;
  readonly pixel: number;
  readonly adversarial: number;
  /** η of eq. 19; unused for least-squares. */
  readonly gradientPenalty: number;
}

/** What is minimized and how; the same for all methods of a profile. */
export interface ObjectiveSettings {
  readonly patch: Shape3;
  /** Generator updates in all; the decay of the learning rates ends there. */
  readonly updates: number;
  readonly optimizer: OptimizerSettings;
  /** LS-GAN (eq. 22), or Wasserstein with a gradient penalty (eq. 19). */
  readonly ganLoss: 'least-squares' | 'wasserstein-gp';
  readonly lossWeights: LossWeights;
  readonly cycleNorm: 'l1' | 'l2';
  /**
   * Half a blur kernel, or zeros. So many voxels at each border of the patch are left out of the
   * blurred cycle term, because the zero border of the convolution spoils them; and sharp patches
   * come with so many voxels of surroundings, so that their blur is exact. With zeros neither is
   * done: the paper mentions nothing of the kind.
   */
  readonly cycleMargin: Shape3;
  /** Generated volumes kept for each discriminator. */
  readonly historyBuffer: number;
}
