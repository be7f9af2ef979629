import {
  assertRange,
  createVolume,
  describeViolation,
  formatValue,
  InputError,
  sameShape,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { type Acquisition, type ReadTiffOptions, writeTiffStack } from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';
import {
  checkOutputs,
  checkRecord,
  chooseStacks,
  type ChosenStacks,
  hashInputs,
  openStack,
  processStacks,
  readStackFile,
  recordPath,
  type StackFormat,
  type StackPlace,
  type StoredValues,
  writeResult,
} from '@blurcycle/stacks';
import {
  deconvolveVolume,
  type VolumeDeconvolution,
  type VolumeReport,
} from './deconvolveVolume.ts';
import { type IterationRow, type ScoredTruth, writeIterationLog } from './iterationLog.ts';
import { reachOf, type StackPsf } from './fitPsf.ts';
import type { Offset } from './light.ts';
import { type PsfSource, stackPsf } from './stackPsf.ts';

/** What to do with one file. */
interface FileDeconvolution
  extends StackFormat, Pick<VolumeDeconvolution, 'hotVoxels' | 'saturation'> {
  readonly stack: string;
  readonly reading: ReadTiffOptions;
  readonly offset: Offset | undefined;
  /** One for all channels, or one for each. */
  readonly psf: readonly PsfSource[];
  readonly cropPsf: boolean;
  readonly settings: ClassicalSettings;
  /** TIFF stack of the first estimate. */
  readonly startFile: string | undefined;
  /** Stack that is not 0 where voxels do not count. */
  readonly mask: string | undefined;
  readonly out: string;
  readonly psfOut: string | undefined;
  readonly tile: Shape3 | undefined;
  readonly overlap: Shape3 | undefined;
  /** CSV file of the statistics. */
  readonly statistics: string | undefined;
  readonly truth: ScoredTruth | undefined;
  /** The command that makes the result, for the record of it. */
  readonly command: readonly string[];
  /** Updates done and at most of the stack at a place among those of the file. */
  readonly onUpdate: (done: number, most: number, place: StackPlace) => void;
}

/** Report on one z stack of a file. */
interface StackReport extends VolumeReport {
  readonly channel: number;
  readonly timePoint: number;
}

/** Report on a deconvolved file. */
export interface FileReport extends Pick<StackFormat, 'sampleType' | 'format'>, StoredValues {
  readonly file: string;
  /** What was asked for. */
  readonly settings: ClassicalSettings;
  /** Sides of each z stack. */
  readonly shape: Shape3;
  /** Null where nobody states it and nothing needed it. */
  readonly voxelSizeUm: Volume['voxelSizeUm'] | null;
  /** In the order of the stacks in the file: channels run faster than time points. */
  readonly stacks: readonly StackReport[];
  readonly warnings: readonly string[];
}

/**
 * Deconvolves a file by a classical method: all of its channels and time points that are chosen,
 * one at a time. Everything that can be checked is checked before the work begins.
 *
 * Memory: that of one stack. A call that was killed goes on where it was.
 */
export async function deconvolveFile(request: FileDeconvolution): Promise<FileReport> {
  const { out, psfOut, statistics, truth } = request;
  const inputs = [
    request.stack,
    ...request.psf.flatMap((source) => (source.kind === 'file' ? [source.path] : [])),
    ...(request.startFile === undefined ? [] : [request.startFile]),
    ...(request.mask === undefined ? [] : [request.mask]),
    ...(truth === undefined ? [] : [truth.path]),
  ];
  const outputs = { '--out': out, '--psf-out': psfOut, '--stats': statistics };
  const all = { ...outputs, 'the record': recordPath(out) };
  await checkOutputs('deconvolve', all, inputs, '--out');
  await checkRecord('deconvolve', out);
  const needsSize = request.psf.some(({ kind }) => kind === 'optics');
  const acquisition = await openStack(request.stack, {
    ...(needsSize ? {} : { defaultVoxelSizeUm: [1, 1, 1] }),
    ...request.reading,
  });
  try {
    return await deconvolveAcquisition(request, acquisition, inputs);
  } finally {
    await acquisition.close();
  }
}

async function deconvolveAcquisition(
  request: FileDeconvolution,
  acquisition: Acquisition,
  inputs: readonly string[],
): Promise<FileReport> {
  const { out, psfOut, statistics, truth, settings, sampleType, format } = request;
  const chosen = chooseStacks(request.stack, acquisition, request.reading);
  refuseSingle(request, chosen);
  const { shape, voxelSizeUm } = acquisition;
  if (truth !== undefined) assertShapeOf('--truth', truth.volume, shape);
  const start =
    request.startFile === undefined ? undefined : await readStart(request.startFile, acquisition);
  const excluded =
    request.mask === undefined ? undefined : await readMask(request.mask, acquisition, settings);
  const isKnown = request.reading.voxelSizeUm !== undefined || acquisition.isSizeStated;
  const psfs = await psfOfChannels(request, acquisition, chosen, isKnown);
  const hashes = await hashInputs(inputs);
  const isRaw = !['float32', 'float64'].includes(acquisition.sampleType);
  let usedPsf: Volume | undefined;
  const results = await processStacks({
    path: request.stack,
    acquisition,
    chosen,
    out,
    key: { command: request.command, hashes, settings },
    process: async (volume, place) => {
      const own: VolumeDeconvolution = {
        ...{ ...request, start, excluded, isRaw, log: statistics !== undefined },
        onUpdate: (done, most) => request.onUpdate(done, most, place),
      };
      const psf = psfs.length === 1 ? psfs[0] : psfs[chosen.channels.indexOf(place.channel)];
      const { estimate, log, report, psf: used } = await deconvolveVolume(volume, psf, own);
      usedPsf = used;
      const { channel, timePoint } = place;
      return {
        estimate,
        report: { log: labeled(log, place), stack: { channel, timePoint, ...report } },
      };
    },
  });
  const stacks = results.reports.map(({ stack }) => stack);
  const [, high] = results.range;
  const report = (stored: StoredValues): FileReport => ({
    file: out,
    settings: stacks[0].settings,
    shape,
    voxelSizeUm: isKnown ? voxelSizeUm : null,
    sampleType,
    format,
    ...stored,
    stacks,
    warnings: [
      ...(acquisition.warnings?.() ?? []),
      ...new Set(stacks.flatMap(({ warnings }) => warnings)),
      ...fewLevels(high * stored.scale, high, request),
    ],
  });
  const image = {
    shape,
    voxelSizeUm: isKnown ? voxelSizeUm : null,
    channels: chosen.channels.length,
    timePoints: chosen.timePoints.length,
    range: results.range,
  };
  const { command } = request;
  const made = await writeResult(out, image, request, results.stackOf, {
    ...{ command, inputs: hashes, report },
  });
  if (psfOut !== undefined && usedPsf !== undefined)
    await writeTiffStack(psfOut, usedPsf, { format: format === 'zarr' ? 'imagej' : format });
  if (statistics !== undefined)
    await writeIterationLog(
      statistics,
      results.reports.flatMap(({ log }) => log),
    );
  await results.dispose();
  return made;
}

/** Refuses what belongs to a single stack. */
function refuseSingle(
  { psf, psfOut, startFile, truth, settings }: FileDeconvolution,
  { channels, timePoints }: ChosenStacks,
): void {
  if (psf.length > 1 && psf.length !== channels.length) {
    throw new InputError(
      describeViolation(
        'deconvolve',
        'PSFs',
        `be one for all channels or one for each of ${channels.length}`,
        psf.length,
        channels.length === 1 ? 'leave out --channel, or give the PSF of that channel' : undefined,
      ),
    );
  }
  const count = channels.length * timePoints.length;
  if (count === 1) return;
  const isOnePsf = psf.length === 1 && channels.length === 1 && settings.algorithm !== 'blind-rl';
  const single = [
    ['--start from a file', startFile],
    ['--truth', truth?.path],
    ['--psf-out', isOnePsf ? undefined : psfOut],
  ] as const;
  for (const [option, value] of single) {
    if (value === undefined) continue;
    const remedy = 'choose one with --channel and --time-point';
    throw new InputError(
      describeViolation('deconvolve', option, `go with one stack, not ${count}`, value, remedy),
    );
  }
}

/** One PSF for all channels, or one for each. */
async function psfOfChannels(
  { psf: sources, cropPsf, settings }: FileDeconvolution,
  { shape, voxelSizeUm }: Acquisition,
  chosen: ChosenStacks,
  isKnown: boolean,
): Promise<readonly StackPsf[]> {
  const stack: Volume = { shape, voxelSizeUm, data: new Float32Array(0) };
  const psfs: StackPsf[] = [];
  for (const [i, source] of sources.entries()) {
    // Where nobody knows the stack's voxels, those of the PSF are theirs.
    const own = isKnown || source.kind !== 'file' ? source : { ...source, voxelSizeUm };
    const found = await stackPsf(own, stack, cropPsf, reachOf(settings));
    const prefix = sources.length > 1 ? `channel ${chosen.channels[i]}: ` : '';
    psfs.push({ ...found, warnings: found.warnings.map((warning) => `${prefix}${warning}`) });
  }
  return psfs;
}

/** Rows of the statistics with the stack that they are of, where there are several. */
function labeled(log: readonly IterationRow[], { channel, timePoint, total }: StackPlace) {
  return total === 1 ? log : log.map((row) => ({ channel, timePoint, ...row }));
}

/** So few gray values show as steps. */
const FEW_LEVELS = 256;

function fewLevels(stored: number, largest: number, { sampleType }: StackFormat): string[] {
  if (sampleType !== 'uint16' || stored >= FEW_LEVELS) return [];
  const left = Math.round(stored) + 1;
  return [
    `uint16 keeps ${left} gray values of a result that ends at ${largest.toPrecision(4)}: give --sample-type float32, or --sample-scale auto`,
  ];
}

async function readStart(path: string, { voxelSizeUm, shape }: Acquisition): Promise<Volume> {
  const { volume } = await readStackFile(path, { voxelSizeUm });
  assertShapeOf('--start', volume, shape);
  // The result of a network may be a rounding error below 0.
  const start = volume.data.map((value) => Math.max(0, value));
  return createVolume(volume.shape, voxelSizeUm, start);
}

async function readMask(
  path: string,
  { voxelSizeUm, shape }: Acquisition,
  { algorithm }: ClassicalSettings,
): Promise<Volume> {
  const hasWeights = algorithm === 'richardson-lucy' || algorithm === 'rl-tv';
  const rule = 'go with --method richardson-lucy, rl-tv or auto';
  assertRange(hasWeights, 'deconvolve', '--mask', rule, algorithm, 'the others have no weights');
  const { volume } = await readStackFile(path, { voxelSizeUm });
  assertShapeOf('--mask', volume, shape);
  return volume;
}

function assertShapeOf(option: string, volume: Volume, shape: Shape3): void {
  assertRange(
    sameShape(volume.shape, shape),
    'deconvolve',
    option,
    `have the shape of the stack, ${formatValue(shape)}`,
    volume.shape,
  );
}
