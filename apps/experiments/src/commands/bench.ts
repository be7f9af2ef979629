import {
  describeUnknown,
  describeViolation,
  InputError,
  PRECISIONS,
  type Shape3,
} from '@blurcycle/core';
import { findRun, loadExperiments } from '@blurcycle/experiment';
import { openBackend } from '@blurcycle/pipeline';
import {
  type ArgumentsOf,
  COMPUTE_OPTIONS,
  defineCommand,
  JSON_OPTION,
  type OptionGroup,
  PROFILE_OPTIONS,
  triple,
} from './commonOptions.ts';

const SUBJECTS = ['conv', 'step', 'psf', 'rl'] as const;
type Subject = (typeof SUBJECTS)[number];

const WHAT = {
  type: 'string',
  demandOption: true,
  describe: SUBJECTS.join(', '),
  coerce: parseSubject,
} as const;

const OPTIONS = {
  ...PROFILE_OPTIONS,
  ...COMPUTE_OPTIONS,
  method: { type: 'string', default: 'proposed', describe: 'step: which method' },
  width: {
    type: 'number',
    describe: 'step, conv: network width, else that of the profile, 8 for conv',
  },
  patch: {
    type: 'string',
    describe:
      'step, conv: sides z,y,x, else those of the profile, 32,64,64 for conv; rl: of the volume, else --side',
    coerce: triple('--patch', '16,48,48'),
  },
  precision: {
    choices: PRECISIONS,
    describe:
      'step, conv: factors of the convolutions, else those of the profile, float32 for conv',
  },
  psf: { type: 'number', default: 31, describe: 'step, rl: side of the kernel in voxels' },
  side: { type: 'number', default: 128, describe: 'rl: side of the volume in voxels, a cube' },
  repeat: { type: 'number', default: 20, describe: 'repetitions' },
  ...JSON_OPTION,
} as const satisfies OptionGroup;

type BenchArguments = ArgumentsOf<typeof OPTIONS> & { readonly what: Subject };

/**
 * `blurcycle bench <what>`: how fast convolutions, a training step, PSFs or a deconvolution are on
 * this machine.
 */
export const benchCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('what', WHAT)
      .options(OPTIONS)
      .example('$0 bench step --profile quick', 'one update of the blind method')
      .example(
        '$0 bench conv',
        'every convolution of the networks against the peak of the processor or GPU',
      )
      .example(
        '$0 bench conv --backend webgpu --width 64 --patch 64,64,64',
        "the same at the paper's scale",
      )
      .example('$0 bench psf', 'the PSF models')
      .example(
        '$0 bench rl --repeat 5',
        'ten iterations of Richardson-Lucy on 128 x 128 x 128 voxels, by border',
      )
      .example(
        '$0 bench rl --backend webgpu --patch 64,512,512',
        'the same on a GPU, beside the processor',
      ),
  handler: async (options) => {
    const figures = await measure(options);
    if (options.json) console.log(JSON.stringify(figures, null, 2));
    else showFigures(figures);
  },
});

function parseSubject(name: string): Subject {
  const found = SUBJECTS.find((known) => known === name);
  if (found === undefined)
    throw new InputError(describeUnknown('bench', 'subject', name, SUBJECTS));
  return found;
}

function measure(options: BenchArguments): Promise<object> {
  switch (options.what) {
    case 'conv':
      return convFigures(options);
    case 'step':
      return stepFigures(options);
    case 'psf':
      return psfFigures(options);
    case 'rl':
      return deconvolutionFigures(options);
  }
}

/** Lists as tables, single figures a line each. */
function showFigures(figures: object): void {
  if (Array.isArray(figures)) {
    console.table(figures);
    return;
  }
  for (const [name, value] of Object.entries(figures) as [string, unknown][]) {
    if (Array.isArray(value)) console.table(value);
    else console.log(`${name}: ${String(value)}`);
  }
}

async function convFigures(options: BenchArguments): Promise<object> {
  const { benchConv, benchConvOnGpu } = await import('@blurcycle/bench');
  const { width = 8, patch = [32, 64, 64], precision } = options;
  const info = await openBackend(options);
  if (info.name === 'js' || info.name === 'wasm') {
    const remedy =
      'what runs in JavaScript has no peak to be measured against; where C++ kernels are missing: npm rebuild';
    throw new InputError(
      describeViolation(
        'bench conv',
        '--backend',
        'be tensorflow, webgpu or native',
        info.name,
        remedy,
      ),
    );
  }
  const layers = { volume: patch, width, precision };
  const { kernels, ...machine } =
    info.name === 'native'
      ? benchConv(layers)
      : await benchConvOnGpu(info, layers).catch(async (error: unknown) => {
          const { explainGpuMemory } = await import('@blurcycle/inference');
          const step = { method: { blurPath: 'none' as const }, width, patch };
          throw explainGpuMemory(error, 'bench conv', step, '--patch');
        });
  return {
    ...machine,
    kernels: kernels.map((entry) => ({ ...entry, shape: entry.shape.join(',') })),
  };
}

async function psfFigures({ repeat }: BenchArguments): Promise<readonly object[]> {
  const { benchPsf } = await import('@blurcycle/bench');
  return benchPsf(repeat);
}

async function deconvolutionFigures(options: BenchArguments): Promise<object> {
  const { side, psf, repeat, threads, backend, patch = [side, side, side] } = options;
  if (backend === 'webgpu') {
    const { gpu } = await openBackend(options);
    const { benchRichardsonLucyOnGpu } = await import('@blurcycle/bench');
    return { gpu, ...withNames(await benchRichardsonLucyOnGpu(patch, psf, repeat)) };
  }
  const { selectBackend } = await import('@blurcycle/compute');
  const { benchRichardsonLucy } = await import('@blurcycle/bench');
  // The transform runs in the add-on whatever the back-end is; this sets its threads.
  const info = await selectBackend('auto', threads === undefined ? {} : { threads });
  const { runs, ...rest } = withNames(benchRichardsonLucy(patch, psf, repeat));
  return { ...rest, threads: info.threads, runs };
}

function withNames<T extends { readonly shape: Shape3; readonly psf: Shape3 }>(
  figures: T,
): Omit<T, 'shape' | 'psf'> & { readonly shape: string; readonly psf: string } {
  return { ...figures, shape: figures.shape.join(','), psf: figures.psf.join(',') };
}

async function stepFigures(options: BenchArguments): Promise<object> {
  const { settings } = findRun(
    loadExperiments(options.experimentsDir),
    options.method,
    options.profile,
    0,
  );
  const { benchStep } = await import('@blurcycle/bench');
  const info = await openBackend(options);
  const step = {
    method: settings.method,
    width: options.width ?? settings.network.width,
    patch: options.patch ?? settings.training.patch,
  };
  const { precision = settings.training.precision } = options;
  const { explainGpuMemory } = await import('@blurcycle/inference');
  const result = await benchStep(
    { ...step, precision, blurKernelSide: options.psf, steps: options.repeat },
    info,
  ).catch((error: unknown) => {
    throw explainGpuMemory(error, 'bench step', step, '--patch');
  });
  return { ...result, patch: result.patch.join(',') };
}
