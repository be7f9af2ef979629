/**
 * @file The names that settings, commands and several libraries share, each list once.
 *
 * Names are stored in settings and records: add to a list, but rename nothing. Help shows them in
 * this order.
 */

// Optics

/** Models of the point spread function. */
export const PSF_MODELS = [
  'born-wolf',
  'richards-wolf',
  'richards-wolf-psfgenerator',
  'gibson-lanni',
  'gaussian',
  'gibson-lanni-vectorial',
] as const;
/** One of `PSF_MODELS`. */
export type PsfModelName = (typeof PSF_MODELS)[number];

/** The models that are diffraction integrals: all but the Gaussian. */
export const DIFFRACTION_MODELS = [
  'born-wolf',
  'richards-wolf',
  'richards-wolf-psfgenerator',
  'gibson-lanni',
] as const satisfies readonly PsfModelName[];

/** How a specimen is lit, and what of its light is recorded. */
export const MODALITIES = [
  'widefield',
  'confocal',
  'spinning-disk',
  'two-photon',
  'light-sheet',
] as const;
/** One of `MODALITIES`. */
export type Modality = (typeof MODALITIES)[number];

/**
 * What a voxel of a PSF holds: the intensity at its center, or the mean over its area, its depth or
 * its volume.
 */
export const PIXEL_INTEGRATIONS = ['none', 'lateral', 'axial', 'both'] as const;
/** One of `PIXEL_INTEGRATIONS`. */
export type PixelIntegration = (typeof PIXEL_INTEGRATIONS)[number];

/** Polarizations of the light in `richards-wolf`. */
export const POLARIZATIONS = ['unpolarized', 'x', 'y', 'circular'] as const;
/** One of `POLARIZATIONS`. */
export type Polarization = (typeof POLARIZATIONS)[number];

/** How the objective weights the rays at angle θ in `richards-wolf`: √cos θ, 1, 1/√cos θ. */
export const APODIZATIONS = ['aplanatic', 'uniform', 'emission'] as const;
/** One of `APODIZATIONS`. */
export type Apodization = (typeof APODIZATIONS)[number];

/** What a measured PSF is centered on. */
export const PSF_CENTERS = ['peak', 'centroid', 'middle'] as const;
/** One of `PSF_CENTERS`. */
export type PsfCenter = (typeof PSF_CENTERS)[number];

/** Numbers of objective and light that a PSF depends on. */
export const OPTICS_NAMES = [
  'numericalAperture',
  'immersionIndex',
  'emissionWavelengthUm',
] as const;
/** One of `OPTICS_NAMES`. */
export type OpticsName = (typeof OPTICS_NAMES)[number];

/**
 * Phase of a defocus in a pupil: exact, or expanded for a low NA, as in Born & Wolf. They differ by
 * half at NA 1.4.
 */
export const DEFOCUS_MODELS = ['exact', 'paraxial'] as const;
/** One of `DEFOCUS_MODELS`. */
export type DefocusModel = (typeof DEFOCUS_MODELS)[number];

// Convolution and classical deconvolution

/**
 * What a convolution finds beyond the border of a volume: its periodic repetition, zeros, or its
 * mirror image about the center of the border voxel (d c b | a b c d | c b a, numpy's `reflect`).
 */
export const BORDERS = ['periodic', 'zero', 'reflect'] as const;
/** One of `BORDERS`. */
export type Border = (typeof BORDERS)[number];

/**
 * What a classical deconvolution assumes beyond the border of the image.
 *
 * `weights`: light from unseen objects around the image reaches it, so those objects are estimated
 * too and cut off at the end, each voxel weighted by how much of its light the image caught.
 * `zero`: there is nothing. `reflect`, `periodic`: the mirrored or repeated image.
 */
export const BOUNDARIES = ['weights', 'zero', 'reflect', 'periodic'] as const;
/** One of `BOUNDARIES`. */
export type Boundary = (typeof BOUNDARIES)[number];

/** The classical algorithms. */
export const CLASSICAL_ALGORITHMS = [
  'richardson-lucy',
  'rl-tv',
  'wiener',
  'tikhonov',
  'blind-rl',
] as const;
/** One of `CLASSICAL_ALGORITHMS`. */
export type ClassicalAlgorithm = (typeof CLASSICAL_ALGORITHMS)[number];

/** What Richardson–Lucy does with negative data: an error, or zero in their stead. */
export const NEGATIVES = ['refuse', 'clip'] as const;
/** One of `NEGATIVES`. */
export type Negatives = (typeof NEGATIVES)[number];

/** First estimates of Richardson–Lucy that have a name. */
export const START_ESTIMATES = ['flat', 'observed'] as const;
/** One of `START_ESTIMATES`. */
export type StartEstimate = (typeof START_ESTIMATES)[number];

/**
 * When Richardson–Lucy stops: after a number of updates, at the noise level of the data, or where
 * electrons that were held out are predicted best.
 */
export const STOPPING_RULES = ['iterations', 'discrepancy', 'held-out'] as const;
/** One of `STOPPING_RULES`. */
export type StoppingRule = (typeof STOPPING_RULES)[number];

/** What Tikhonov regularization penalizes: the values, or the differences of neighbors. */
export const TIKHONOV_PENALTIES = ['identity', 'gradient'] as const;
/** One of `TIKHONOV_PENALTIES`. */
export type TikhonovPenalty = (typeof TIKHONOV_PENALTIES)[number];

// Learned methods

/** Back-ends of the tensors, in the order in which `auto` tries them. */
export const BACKEND_NAMES = ['tensorflow', 'webgpu', 'native', 'wasm', 'js'] as const;
/** One of `BACKEND_NAMES`. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Whether a sharp patch shows the place of the blurred one. */
export const PAIRINGS = ['paired', 'unpaired'] as const;
/** One of `PAIRINGS`. */
export type Pairing = (typeof PAIRINGS)[number];

/**
 * Where the sharp set of unpaired training comes from: other specimens than those of the blurred
 * set, or the same, as in the paper.
 */
export const UNPAIRED_SOURCES = ['other-specimens', 'same-specimens'] as const;
/** One of `UNPAIRED_SOURCES`. */
export type UnpairedSource = (typeof UNPAIRED_SOURCES)[number];

/** The two kinds of volume: as the specimen is, and as the microscope sees it. */
export const DOMAINS = ['sharp', 'blurred'] as const;
/** One of `DOMAINS`. */
export type Domain = (typeof DOMAINS)[number];

/** What maps sharp to blurred in the cycle; `none` means no cycle. */
export const BLUR_PATHS = ['none', 'unet', 'learned-kernel', 'known-psf'] as const;
/** One of `BLUR_PATHS`. */
export type BlurPath = (typeof BLUR_PATHS)[number];

/** Distances to the paired truth. */
export const PIXEL_LOSSES = ['none', 'l1', 'l2'] as const;
/** One of `PIXEL_LOSSES`. */
export type PixelLoss = (typeof PIXEL_LOSSES)[number];

/** Adversarial losses: LS-GAN (eq. 22), and Wasserstein with a gradient penalty (eq. 19). */
export const GAN_LOSSES = ['least-squares', 'wasserstein-gp'] as const;
/** One of `GAN_LOSSES`. */
export type GanLoss = (typeof GAN_LOSSES)[number];

/** Scales of a discriminator: the whole patch, half its sides, a quarter of its sides. */
export const DISCRIMINATOR_SCALES = ['full', 'half', 'quarter'] as const;

/**
 * What a discriminator judges: what was generated, or that behind what it was generated from, as in
 * pix2pix.
 */
export const DISCRIMINATOR_VIEWS = ['output', 'input-and-output'] as const;
/** One of `DISCRIMINATOR_VIEWS`. */
export type DiscriminatorView = (typeof DISCRIMINATOR_VIEWS)[number];

/**
 * Discriminators of blurred volumes: as that of sharp ones; or without the second normalization and
 * with what a narrow Gaussian takes away as a channel of its own.
 */
export const BLURRED_DISCRIMINATORS = ['plain', 'sees-noise'] as const;
/** One of `BLURRED_DISCRIMINATORS`. */
export type BlurredDiscriminator = (typeof BLURRED_DISCRIMINATORS)[number];

/**
 * Norms of the cycle terms. `anscombe`: L1, of blurred volumes after the generalized Anscombe
 * transform, which gives all voxels the same noise.
 */
export const CYCLE_NORMS = ['l1', 'l2', 'anscombe'] as const;
/** One of `CYCLE_NORMS`. */
export type CycleNorm = (typeof CYCLE_NORMS)[number];

/** Whether voxels whose blur reaches beyond the patch count in the cycle terms. */
export const CYCLE_BORDERS = ['keep', 'exclude'] as const;

/**
 * Turns and flips of training patches. `none`; `lateral`: about the optical axis, and only those
 * that the PSF allows where light went through it; `all-planes`: quarter turns in every plane in
 * which the patch is square and flips along every axis, whatever the PSF.
 */
export const AUGMENTATIONS = ['none', 'lateral', 'all-planes'] as const;
/** One of `AUGMENTATIONS`. */
export type Augmentation = (typeof AUGMENTATIONS)[number];

/**
 * Which cycles a method closes: both of the paper, that of sharp volumes alone, or that of blurred
 * volumes alone.
 */
export const CYCLES = ['both', 'sharp', 'blurred'] as const;
/** One of `CYCLES`. */
export type Cycles = (typeof CYCLES)[number];

/**
 * Noise of generated blurred volumes: none, as in the paper; that of the data set; or one of two
 * learned numbers.
 */
export const BLUR_NOISES = ['none', 'known', 'learned'] as const;
/** One of `BLUR_NOISES`. */
export type BlurNoiseKind = (typeof BLUR_NOISES)[number];

/** Which weights of a training predict; `average`: the moving average at the last update. */
export const SELECTION_RULES = [
  'last',
  'best-validation-psnr',
  'best-cycle-residual',
  'average',
] as const;
/** One of `SELECTION_RULES`. */
export type SelectionRule = (typeof SELECTION_RULES)[number];

/** What a learned blur kernel is: a number for each voxel, or the PSF of a pupil. */
export const KERNEL_FORMS = ['free', 'pupil'] as const;
/** One of `KERNEL_FORMS`. */
export type KernelForm = (typeof KERNEL_FORMS)[number];

/**
 * Starts of a learned blur kernel: a Gaussian of sum 1; independent normal noise; the PSF of stated
 * optics without aberrations; or what the power spectra of the blurred and the sharp set say.
 */
export const KERNEL_INITS = ['gaussian', 'normal', 'optics', 'spectra'] as const;
/** One of `KERNEL_INITS`. */
export type KernelInit = (typeof KERNEL_INITS)[number];

/**
 * What holds a learned blur kernel in its place: nothing; `point`: h(r) = h(-r); `core`: its bright
 * core is centered after every update.
 */
export const KERNEL_GAUGES = ['none', 'point', 'core'] as const;
/** One of `KERNEL_GAUGES`. */
export type KernelGauge = (typeof KERNEL_GAUGES)[number];

/** Constraints on a learned blur kernel. */
export const KERNEL_CONSTRAINTS = ['none', 'non-negative', 'unit-sum', 'mean-ratio'] as const;
/** One of `KERNEL_CONSTRAINTS`. */
export type KernelConstraint = (typeof KERNEL_CONSTRAINTS)[number];

// Files

/** Sample types that TIFF stacks can be written with. */
export const WRITABLE_SAMPLE_TYPES = ['float32', 'uint16'] as const;
/** One of `WRITABLE_SAMPLE_TYPES`. */
export type WritableSampleType = (typeof WRITABLE_SAMPLE_TYPES)[number];

/**
 * What the pages of a file are, if it does not say it or is wrong; `c=z` makes slices of what it
 * calls channels.
 */
export const PAGE_AXES = ['z', 't', 'c=z', 'c=t'] as const;
/** One of `PAGE_AXES`. */
export type PageAxis = (typeof PAGE_AXES)[number];

/** Formats of the description in a written TIFF stack. */
const TIFF_FORMATS = ['imagej', 'ome'] as const;
/** One of `TIFF_FORMATS`. */
export type TiffFormat = (typeof TIFF_FORMATS)[number];

/** Formats of a deconvolved stack. */
export const STACK_FORMATS = [...TIFF_FORMATS, 'zarr'] as const;
/** One of `STACK_FORMATS`. */
export type StackFormatName = (typeof STACK_FORMATS)[number];

/** Precision of the factors of convolutions; sums are float32 in both. */
export const PRECISIONS = ['float32', 'bfloat16'] as const;
/** One of `PRECISIONS`. */
export type Precision = (typeof PRECISIONS)[number];

/** Normalization after the 3x3x3 convolutions of a U-Net. */
export const NORMALIZATIONS = ['instance', 'none'] as const;
/** One of `NORMALIZATIONS`. */
export type Normalization = (typeof NORMALIZATIONS)[number];
