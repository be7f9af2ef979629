import { assertRange, type Volume } from '@blurcycle/core';
import { readStackFile } from '@blurcycle/stacks';
import {
  findMetric,
  fourierShellCorrelation,
  iDivergence,
  kernelMetrics,
  METRICS,
  nrmse,
  psnr,
  psnrAffine,
  psnrPerSlice,
  smoothGaussian,
  ssim,
  ssimPerSlice,
  ssimWindowed2d,
  ssimWindowed3d,
} from '@blurcycle/metrics';
import {
  defineCommand,
  JSON_OPTION,
  type OptionGroup,
  STACK_OPTIONS,
  stackChoice,
} from './commonOptions.ts';

const OPTIONS = {
  'data-range': {
    type: 'number',
    describe:
      'largest minus smallest possible intensity; needed unless --kernel: it is never guessed',
  },
  kernel: {
    type: 'boolean',
    default: false,
    describe: 'compare blur kernels instead of images',
  },
  smooth: {
    type: 'number',
    describe: 'with --kernel: smooth the estimate by this σ in voxels first',
  },
  ...STACK_OPTIONS,
  ...JSON_OPTION,
} as const satisfies OptionGroup;

/** A score; null where it does not apply. */
type Score = number | null;

/** `blurcycle evaluate`: every score of a stack, or of a blur kernel, against the truth. */
export const evaluateCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('estimate', {
        type: 'string',
        demandOption: true,
        describe: 'TIFF stack to score',
      })
      .positional('truth', {
        type: 'string',
        demandOption: true,
        describe: 'TIFF stack of the truth',
      })
      .options(OPTIONS)
      .example(
        '$0 evaluate estimate.tif truth.tif --data-range 1',
        'all scores of images in [0, 1]',
      )
      .example('$0 evaluate estimate.tif truth.tif --data-range 65535 --json', 'for a script')
      .example(
        '$0 evaluate learned.tif psf.tif --kernel --smooth 1.5',
        'a learned kernel against the known one',
      ),
  handler: async (args) => {
    const options = { defaultVoxelSizeUm: [1, 1, 1], ...stackChoice(args) } as const;
    const [estimate, truth] = [
      await readStackFile(args.estimate, options),
      await readStackFile(args.truth, options),
    ];
    const unit = args.voxel === undefined && truth.statedVoxelSizeUm === null ? 'voxels' : 'µm';
    if (args.kernel) {
      const kernel =
        args.smooth === undefined ? estimate.volume : smoothGaussian(estimate.volume, args.smooth);
      const metrics = kernelMetrics(kernel, truth.volume);
      if (args.json) console.log(JSON.stringify({ ...metrics, unit }, null, 2));
      else console.log(describeKernel(metrics, unit).join('\n'));
      return;
    }
    const { dataRange } = args;
    const remedy = '1 for images in [0, 1], 65535 for full 16-bit ones';
    assertRange(dataRange !== undefined, 'evaluate', '--data-range', 'be given', dataRange, remedy);
    const scores = allScores(estimate.volume, truth.volume, dataRange);
    if (args.json)
      console.log(JSON.stringify({ dataRange, ...scores, resolutionUnit: unit }, spellInfinity, 2));
    else console.log(describeScores(scores, unit).join('\n'));
  },
});

function allScores(estimate: Volume, truth: Volume, dataRange: number): Record<string, Score> {
  const options = { dataRange };
  const gaussian = { dataRange, window: 'gaussian' } as const;
  const [depth, height, width] = truth.shape;
  const fits = (side: number, planes: number): boolean =>
    Math.min(height, width) >= side && depth >= planes;
  const counts = [estimate, truth].every(({ data }) => data.every((value) => value >= 0));
  const scores = {
    psnr: psnr(estimate, truth, options),
    ssim: ssim(estimate, truth, options),
    psnrPerSlice: psnrPerSlice(estimate, truth, options),
    ssimPerSlice: ssimPerSlice(estimate, truth, options),
    ssimWindowed2d: fits(7, 1) ? ssimWindowed2d(estimate, truth, options) : null,
    ssimWindowed2dGaussian: fits(11, 1) ? ssimWindowed2d(estimate, truth, gaussian) : null,
    ssimWindowed3d: fits(7, 7) ? ssimWindowed3d(estimate, truth, options) : null,
    ssimWindowed3dGaussian: fits(11, 11) ? ssimWindowed3d(estimate, truth, gaussian) : null,
    nrmse: truth.data.some((value) => value !== 0) ? nrmse(estimate, truth) : null,
    psnrAffine: psnrAffine(estimate, truth, options),
    iDivergence: counts ? iDivergence(estimate, truth) : null,
    resolution:
      truth.data.length > 1 ? fourierShellCorrelation(estimate, truth).resolutionUm : null,
  };
  const scored = { estimate, truth, blurred: null, reblurred: () => null };
  const others = METRICS.filter(({ name }) => !(name in scores)).map(
    ({ name, compute }) => [name, compute(scored, options)] as const,
  );
  return { ...scores, ...Object.fromEntries(others.filter(([, score]) => score !== undefined)) };
}

type Row = readonly [label: string, unit: string, none: string];

/** Label, unit and reason of a missing score; other metrics have the label of the registry. */
const ROWS: Readonly<Partial<Record<string, Row>>> = {
  psnr: ['PSNR', 'dB', ''],
  ssim: ["SSIM, the paper's formula over the whole volume", '', ''],
  psnrPerSlice: ['PSNR, mean of the planes', 'dB', ''],
  ssimPerSlice: ['SSIM, mean of the planes', '', ''],
  ssimWindowed2d: ['SSIM, windows of 7 x 7', '', 'the planes are smaller than the window'],
  ssimWindowed2dGaussian: [
    'SSIM, Gaussian windows of 11 x 11',
    '',
    'the planes are smaller than the window',
  ],
  ssimWindowed3d: ['SSIM, windows of 7 x 7 x 7', '', 'the stack is smaller than the window'],
  ssimWindowed3dGaussian: [
    'SSIM, Gaussian windows of 11 x 11 x 11',
    '',
    'the stack is smaller than the window',
  ],
  nrmse: ['NRMSE', '', 'the truth is zero everywhere'],
  psnrAffine: ['PSNR after the best straight line', 'dB', ''],
  iDivergence: ['I-divergence per voxel', '', 'there are negative values'],
  resolution: [
    'resolution, Fourier shell correlation 0.5',
    'µm',
    'the correlation stays above 0.5',
  ],
};

function describeScores(scores: Record<string, Score>, unit: string): string[] {
  return Object.entries(scores).map(([name, score]) => {
    const [label, rowUnit, none] = ROWS[name] ?? registeredRow(name);
    const shown = rowUnit === 'µm' ? unit : rowUnit;
    return `${label.padEnd(48)} ${score === null ? `none: ${none}` : `${score.toPrecision(6)} ${shown}`.trimEnd()}`;
  });
}

function registeredRow(name: string): Row {
  const metric = findMetric(name);
  return [metric?.label ?? name, metric?.unit ?? '', ''];
}

function describeKernel(metrics: ReturnType<typeof kernelMetrics>, unit: string): string[] {
  const triple = (values: readonly (number | null)[] | null): string =>
    values === null
      ? 'none'
      : values.map((value) => (value === null ? 'none' : value.toPrecision(4))).join(', ');
  return [
    `sum                        ${metrics.sum.toPrecision(6)}`,
    `negative mass              ${metrics.negativeMass.toPrecision(4)}`,
    `centroid z, y, x           ${triple(metrics.centroidUm)} ${unit}`,
    `FWHM z, y, x               ${triple(metrics.fwhmUm)} ${unit}`,
    `correlation with the truth ${metrics.correlation?.toPrecision(6) ?? 'none'}`,
  ];
}

/** JSON has no Infinity, and null would look like a missing score. */
function spellInfinity(_: string, value: unknown): unknown {
  return value === Infinity ? 'Infinity' : value;
}
