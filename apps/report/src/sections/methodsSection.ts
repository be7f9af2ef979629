import {
  GAN_LOSS_LABELS,
  PSF_MODEL_LABELS,
  dataSeed,
  type DatasetSettings,
  type MicrotubulesSettings,
  type RunRecord,
  type RunSettings,
  type SimulatedMicroscopeSettings,
} from '@blurcycle/experiment';
import { formatCount, formatList, formatSignificant } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { splitRuns } from '../model/groups.ts';
import { formatDuration, sectionHead } from './frame.ts';
import { settingsTables } from './settingsTables.ts';

/**
 * What was done, once, in sentences made from the resolved settings of the runs, to paste in a
 * paper; then all settings, by what differs between the methods and what does not.
 */
export function methodsSection(runs: readonly RunInput[]): Html | null {
  const done = runs.filter(({ record }) => record.status === 'done');
  if (done.length === 0) return null;
  const main = splitRuns(done).main.map(({ record }) => record);
  return html`<section id="methods" aria-labelledby="methods-title">
    ${sectionHead('methods', 'Written from the settings in the records', 'Methods')}
    <div class="prose">
      ${describe(main).map(([head, text]) => html`<p><strong>${head}.</strong> ${text}</p>`)}
    </div>
    ${settingsTables(done)}
  </section>`;
}

/** The settings of the blind method, or of the first, which the others share but for the table. */
function describe(
  records: readonly RunRecord[],
): readonly (readonly [head: string, text: string])[] {
  const shown = records.find(({ method }) => method === 'proposed') ?? records[0];
  const { settings } = shown;
  return [
    ['Data', [describeData(settings.dataset), ...describeDataSeeds(records)].join(' ')],
    ['Networks', describeNetworks(settings)],
    ['Training', describeTraining(records, settings)],
    ['Restoration and scores', describeInference(settings)],
  ];
}

function describeNetworks({ network }: RunSettings): string {
  return (
    `The 3-D U-Net has ${network.width}, ${2 * network.width} and ${4 * network.width} channels on its three levels; ` +
    `the bias of its output starts at ${formatSignificant(network.outputBias)}. The learned blur kernel, where a method has one, ` +
    `measures ${sides(network.blurKernelSize)} voxels and starts as ${KERNEL_STARTS[network.blurKernelInit] ?? network.blurKernelInit}` +
    `${network.blurKernelInit === 'gaussian' ? ` with a standard deviation of ${formatSignificant(network.blurKernelSigmaVoxels)} ${network.blurKernelSigmaVoxels === 1 ? 'voxel' : 'voxels'}` : ''}. ` +
    `The patch discriminators start with ${network.discriminatorWidth} channels.`
  );
}

/** How a learned kernel starts, in words. */
const KERNEL_STARTS: Readonly<Record<string, string>> = {
  gaussian: 'a Gaussian',
  normal: 'random numbers',
  optics: 'the PSF of the stated optics',
  spectra: 'what the power spectra of both training sets say',
};

function describeTraining(records: readonly RunRecord[], settings: RunSettings): string {
  const { training } = settings;
  const { optimizer, lossWeights } = training;
  const methods = [...new Set(records.map((record) => record.settings.method.label))];
  const seeds = [...new Set(records.map(({ seed }) => seed))].sort((a, b) => a - b);
  const seconds = records.map(({ trainingSeconds }) => trainingSeconds);
  const lasted = [Math.min(...seconds), Math.max(...seconds)].map(formatDuration);
  return (
    `${formatList(methods.map((label) => `“${label}”`))} ${methods.length === 1 ? 'was' : 'were'} trained for ${formatCount(training.updates)} generator updates ` +
    `on random patches of ${sides(training.patch)} voxels (batch size ${training.batchSize}${AUGMENTATION_WORDS[training.augment]}) ` +
    `with Adam (β₁ ${optimizer.beta1}, β₂ ${optimizer.beta2}; learning rates, ${describeDecay(optimizer.decayFrom)}: ${optimizer.learningRate} for the U-Nets, ` +
    `${optimizer.blurKernelLearningRate} for the blur kernel, ${optimizer.discriminatorLearningRate} for the discriminators), a ${GAN_LOSS_LABELS[training.ganLoss]} ` +
    `adversarial loss of weight ${lossWeights.adversarial}, an ${training.cycleNorm.toUpperCase()} cycle loss of weight ${lossWeights.cycle} ` +
    `${BORDER_WORDS[training.cycleBorder]} and a history buffer of ${training.historyBuffer} volumes; ` +
    `${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${formatList(seeds.map(String))}`}. ` +
    `A run took ${lasted[0] === lasted[1] ? lasted[0] : `${lasted[0]} to ${lasted[1]}`}; the weights used are ${describeSelection(training.select)}.`
  );
}

/** What the cycle loss does with the border of a patch. */
const BORDER_WORDS: Readonly<Record<string, string>> = {
  keep: 'over whole patches',
  exclude: 'without the voxels whose blur sees the border of the patch',
};

function describeDecay(from: number): string {
  if (from >= 1) return 'constant';
  return from === 0
    ? 'falling linearly to zero'
    : `falling linearly to zero from ${formatSignificant(100 * from)} % of the updates on`;
}

/** What follows the batch size. */
const AUGMENTATION_WORDS: Readonly<Record<RunSettings['training']['augment'], string>> = {
  none: '',
  lateral: ', turned about the optical axis and mirrored as far as the PSF allows',
  'all-planes': ', rotated by multiples of 90° and flipped',
};

function describeSelection(select: RunSettings['training']['select']): string {
  if (select === 'last') return 'those of the last update';
  if (select === 'best-validation-psnr')
    return 'those with the best PSNR on the validation volumes';
  return 'those with the smallest cycle residual on the validation volumes';
}

function describeInference({ inference, scoring }: RunSettings): string {
  return (
    `Whole volumes were restored in tiles of ${sides(inference.tile)} voxels with an overlap of ${sides(inference.overlap)} ` +
    `and scored with a data range of ${scoring.dataRange}; PSNR and SSIM are computed over the whole volume.`
  );
}

/** The data of training and test, in two sentences, and the sharp set of unpaired training. */
function describeData(dataset: DatasetSettings): string {
  const { volumes } = dataset;
  const other = dataset.kind === 'microtubules' && dataset.unpairedFrom === 'other-specimens';
  return (
    `${dataset.kind === 'tiff-folders' ? describeStacks(dataset) : describeSimulation(dataset)}. ${volumes.train} volumes were used for training, ` +
    `${volumes.validation} for validation and ${volumes.test} for testing.` +
    (other
      ? ` Unpaired methods took their sharp patches from ${volumes.train} other specimens.`
      : '')
  );
}

/** Which data the runs had, where they have seeds. */
function describeDataSeeds(records: readonly RunRecord[]): string[] {
  const seeds = records.flatMap(({ settings }) => dataSeed(settings.dataset) ?? []);
  const distinct = [...new Set(seeds)].sort((a, b) => a - b);
  if (distinct.length < 2) return [];
  const named = formatList(distinct.map(String));
  return [
    `Each training seed had specimens and noise of its own, the same for every method (data seeds ${named}).`,
  ];
}

/** Sizes along z, y, x. */
function sides(values: readonly number[]): string {
  return values.map((value) => formatSignificant(value, 4)).join(' × ');
}

type Simulated = MicrotubulesSettings | SimulatedMicroscopeSettings;

function describeSimulation(dataset: Simulated): string {
  const noises = describeNoise(dataset);
  return (
    `Simulated microtubules (${formatSignificant(dataset.filamentDensityPerUm2)} µm of filament per µm³, radius ` +
    `${formatSignificant(dataset.filamentRadiusUm)} µm, persistence length ${formatSignificant(dataset.persistenceLengthUm)} µm) in volumes of ` +
    `${describeVoxels(dataset)} were blurred with a ${describePsf(dataset)}` +
    (noises.length === 0 ? ' without noise' : `, with ${formatList(noises)}`)
  );
}

function describeStacks(dataset: DatasetSettings & { readonly kind: 'tiff-folders' }): string {
  return (
    `Recorded stacks, of which the middle ${describeVoxels(dataset)} were taken, were restored with an unpaired set of sharp stacks; ` +
    `where a method knows the point spread function, it is a ${describePsf(dataset)}; ` +
    (dataset.truth === undefined ? 'no truth is known' : 'the truth of the tested stacks was given')
  );
}

function describeVoxels({ shape, voxelSizeUm }: DatasetSettings): string {
  return `${sides(shape)} voxels of ${sides(voxelSizeUm)} µm (z, y, x)`;
}

function describePsf({ psf }: DatasetSettings): string {
  return (
    `${PSF_MODEL_LABELS[psf.model]} point spread function of ${sides(psf.size)} voxels (numerical aperture ` +
    `${formatSignificant(psf.numericalAperture)}, immersion index ${formatSignificant(psf.immersionIndex)}, emission wavelength ` +
    `${formatSignificant(psf.emissionWavelengthUm)} µm)`
  );
}

function describeNoise(dataset: Simulated): string[] {
  if (dataset.kind === 'simulated-microscope') {
    const { camera } = dataset;
    return [
      `the noise of an EMCCD camera (${formatSignificant(camera.peakPhotoelectrons)} photoelectrons in the brightest voxels, multiplied by ` +
        `${formatSignificant(camera.multiplication)}, read noise ${formatSignificant(camera.readNoiseElectrons)} electrons, ${camera.bits} bits)`,
    ];
  }
  const { poissonPeakCounts, averageSnrDb } = dataset.noise;
  return [
    ...(poissonPeakCounts === null
      ? []
      : [`Poisson noise with ${formatSignificant(poissonPeakCounts)} counts at intensity 1`]),
    ...(averageSnrDb === null
      ? []
      : [
          `Gaussian noise to an average signal-to-noise ratio of ${formatSignificant(averageSnrDb)} dB`,
        ]),
  ];
}
