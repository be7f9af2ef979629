import type { ClassicalSettings } from '@blurcycle/experiment';
import type { Shape3, TiffFormat } from '@blurcycle/core';
import type { DeconvolutionJob, PsfChoice, StackChoice } from '../worker/protocol.ts';

/** Everything that decides a result, as the page knows it. */
export interface Settled {
  /** Name of the file of the stack. */
  readonly name: string;
  readonly choice: StackChoice;
  readonly job: Pick<DeconvolutionJob, 'offset' | 'settings' | 'psf'>;
  readonly format: TiffFormat;
}

/** Options of `blurcycle deconvolve` by the settings that they stand for. */
const OPTION_OF: Readonly<Record<string, string>> = {
  iterations: 'iterations',
  background: 'background',
  boundary: 'boundary',
  negatives: 'negatives',
  accelerated: 'accelerated',
  lambdaTv: 'lambda',
  noiseToSignal: 'noise-to-signal',
};

/** The command that repeats a result of the page, for a POSIX shell. */
export function commandLine({ name, choice, job, format }: Settled): string {
  const { settings, offset, psf } = job;
  const before = psf.kind === 'beads' ? `${beadCommand(psf)} &&\n` : '';
  const options = [
    ...stackOptions(choice),
    ...pair('offset', offset),
    ...pair('method', settings.algorithm),
    ...methodOptions(settings),
    ...psfOptions(psf),
    ...pair('format', format),
    ...pair('out', resultName(name, format)),
  ];
  return before + ['npx blurcycle deconvolve', quote(name), ...options].join(' ');
}

/** The command that makes a PSF of beads. */
function beadCommand({ file, diameterUm }: Extract<PsfChoice, { kind: 'beads' }>): string {
  const options = [
    ...pair('from-beads', file.name),
    ...pair('bead', diameterUm),
    ...pair('out', resultName(file.name, 'imagej', 'psf')),
  ];
  return ['npx blurcycle psf', ...options].join(' ');
}

/** The command that repeats what a model made of a stack. */
export function modelCommandLine(
  name: string,
  choice: StackChoice,
  model: { readonly folder: string; readonly anyVoxelSize: boolean },
): string {
  const options = [
    ...stackOptions(choice),
    ...pair('model', model.folder),
    ...(model.anyVoxelSize ? ['--any-voxel-size'] : []),
    ...pair('format', 'imagej'),
    ...pair('out', resultName(name, 'imagej')),
  ];
  return ['npx blurcycle deconvolve', quote(name), ...options].join(' ');
}

function stackOptions({ channel, timePoint, voxelSizeUm }: StackChoice): string[] {
  return [
    ...pair('channel', channel),
    ...pair('time-point', timePoint),
    ...pair('voxel', triple(voxelSizeUm)),
  ];
}

/** What the result of a file is called. */
export function resultName(name: string, format: TiffFormat, what = 'deconvolved'): string {
  const stem = name.replace(/(\.ome)?\.tiff?$/i, '');
  return `${stem}-${what}${format === 'ome' ? '.ome.tif' : '.tif'}`;
}

function methodOptions(settings: ClassicalSettings): string[] {
  return Object.entries(settings).flatMap(([setting, value]: [string, unknown]) => {
    const option = OPTION_OF[setting];
    if (option === undefined || value === false) return [];
    return value === true ? [`--${option}`] : pair(option, value as string | number);
  });
}

function psfOptions(psf: PsfChoice): string[] {
  if (psf.kind === 'file') {
    return [
      ...pair('psf', psf.file.name),
      ...pair('psf-center', psf.center),
      ...(psf.background === 0 ? [] : pair('psf-background', psf.background)),
      '--crop-psf',
    ];
  }
  if (psf.kind === 'beads')
    return [...pair('psf', resultName(psf.file.name, 'imagej', 'psf')), '--crop-psf'];
  const { optics } = psf;
  return [
    ...pair('psf-model', optics.model),
    ...pair('na', optics.numericalAperture),
    ...pair('ni', optics.immersionIndex),
    ...pair('wavelength', optics.emissionWavelengthUm),
    ...('sampleIndex' in optics ? pair('ns', optics.sampleIndex as number) : []),
    ...('sourceDepthUm' in optics ? pair('depth', optics.sourceDepthUm as number) : []),
  ];
}

function triple(sides: Shape3 | undefined): string | undefined {
  return sides?.join(',');
}

/** `--option value`; negative numbers take the form with =, which no parser reads as an option. */
function pair(option: string, value: string | number | undefined): string[] {
  if (value === undefined) return [];
  const text = quote(String(value));
  return [text.startsWith('-') ? `--${option}=${text}` : `--${option} ${text}`];
}

/** A word of the shell. */
function quote(word: string): string {
  return /^[\w.,/:=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
