import { formatShape } from '@blurcycle/core';
import type { FileReport } from '@blurcycle/deconvolution';
import type { ModelFileReport } from '@blurcycle/inference';

/** Report on a classical deconvolution for people. */
export function describeReport(report: FileReport): string[] {
  const { stacks, shape, voxelSizeUm, clipped, scale } = report;
  const voxels =
    voxelSizeUm === null
      ? 'voxels of unknown size (nothing here needs it)'
      : `voxels of ${formatShape(voxelSizeUm, 4)} µm`;
  const stored = `${report.sampleType}${scale === 1 ? '' : `, stored values are ${scale.toPrecision(6)} times those of the result`}`;
  const count = stacks.length === 1 ? '' : `${stacks.length} stacks of `;
  const several = stacks.length > 1;
  return [
    ...(several ? [`${report.file}: ${report.settings.algorithm}`] : []),
    ...stacks.flatMap((stack, i) => {
      const [first, ...rest] = describeStack(report, stack);
      const body = [...(i === 0 ? [`${count}${formatShape(shape)} ${voxels}, ${stored}`] : [])];
      return several
        ? [...body, `channel ${stack.channel}, time point ${stack.timePoint}: ${first}`, ...rest]
        : [`${report.file}: ${report.settings.algorithm}, ${first}`, ...body, ...rest];
    }),
    ...(clipped > 0 ? [`clipped to 0 ... 65535: ${clipped} voxels`] : []),
  ];
}

function describeStack({ stacks }: FileReport, stack: FileReport['stacks'][number]): string[] {
  const { settings, updates, seconds, flux, psf, offset, excluded, end, reblurResidual } = stack;
  const indent = stacks.length > 1 ? '  ' : '';
  const most = updates === 1 ? 'update' : 'updates';
  const tiles = stack.tiles > 1 ? ` in ${stack.tiles} tiles` : '';
  const kept =
    psf.keptLight < 1 ? `, cut to ${(100 * psf.keptLight).toFixed(1)} % of its light` : '';
  const lines = [
    `PSF: ${formatShape(psf.shape)} voxels${kept}; about ${Math.round(stack.memoryBytes / 2 ** 20)} MiB of memory`,
    ...psf.notes.map((note) => `PSF: ${note}`),
    ...('noiseToSignal' in settings && settings.noiseToSignal !== undefined
      ? [`noise-to-signal: ${settings.noiseToSignal.toPrecision(3)}`]
      : []),
    ...(excluded > 0 ? [`mask: ${excluded} voxels do not count`] : []),
    ...(offset === 0 ? [] : [`offset: ${offset.toPrecision(5)} subtracted`]),
    `light: ${flux.input.toPrecision(5)} in the stack above background, ${flux.output.toPrecision(5)} in the result`,
    ...(reblurResidual === null
      ? []
      : [
          `data minus blurred estimate: ${(100 * reblurResidual).toPrecision(3)} % of the data (RMS)`,
        ]),
    ...(end === null || end.rule === 'iterations' ? [] : [describeEnd(end, settings)]),
  ];
  return [
    `${updates} ${most}${tiles}, ${seconds.toFixed(1)} s`,
    ...lines.map((line) => `${indent}${line}`),
  ];
}

type Stack = FileReport['stacks'][number];

/** Where updates ended, by which rule and why. */
function describeEnd(
  { rule, reason, updates, most, electronsPerCount = 1 }: NonNullable<Stack['end']>,
  settings: Stack['settings'],
): string {
  const ended = `--stop ${rule}: ended after ${updates} of ${most} updates`;
  switch (reason) {
    case 'noise-level':
      return `${ended}: the blurred estimate is as near to the data as their noise allows`;
    case 'small-change': {
      const { relativeTolerance = 0 } = 'relativeTolerance' in settings ? settings : {};
      return `${ended}: the last changed less than ${100 * relativeTolerance} %; the noise level was not reached`;
    }
    case 'held-out': {
      const isGiven = 'electronsPerCount' in settings && settings.electronsPerCount !== undefined;
      const count = `${electronsPerCount.toPrecision(3)} electrons a count${isGiven ? '' : ', from the noise'}`;
      return `${ended}: with more of them one half of the photons predicts the other less well (${count})`;
    }
    case 'number': {
      const missing =
        rule === 'held-out'
          ? 'the held-out photons are predicted better and better'
          : 'the noise level was not reached';
      return `--stop ${rule}: not ended within ${most} updates: ${missing}`;
    }
  }
}

/** Report on a deconvolution by a model for people. */
export function describeModelReport(report: ModelFileReport): string[] {
  const { stacks, shape, voxelSizeUm, clipped } = report;
  const several = stacks.length > 1;
  const voxels = `${formatShape(shape)} voxels of ${formatShape(voxelSizeUm, 4)} µm, ${report.sampleType}`;
  return [
    ...(several
      ? [`${report.file}: ${report.model}`, `${stacks.length} stacks of ${voxels}`]
      : [`${report.file}: ${report.model}, ${stacks[0].seconds.toFixed(1)} s`, voxels]),
    ...stacks.flatMap((stack) => {
      const place = `channel ${stack.channel}, time point ${stack.timePoint}: ${stack.seconds.toFixed(1)} s`;
      const lines = describeModelStack(stack);
      return several ? [place, ...lines.map((line) => `  ${line}`)] : lines;
    }),
    ...(clipped > 0 ? [`clipped to 0 ... 65535: ${clipped} voxels`] : []),
  ];
}

function describeModelStack(stack: ModelFileReport['stacks'][number]): string[] {
  const { tile, tiles, turns, tileMismatch, reblurResidual, memoryBytes } = stack;
  const mean = turns === 1 ? '' : `, mean over ${turns} flips and turns`;
  const percent = (part: number): string => `${(100 * part).toPrecision(3)} %`;
  return [
    `${tiles} ${tiles === 1 ? 'tile' : 'tiles'} of ${formatShape(tile)}, about ${Math.round(memoryBytes / 2 ** 20)} MiB for the network, ${stack.precision}${mean}`,
    ...(tileMismatch === null
      ? []
      : [
          `tile mismatch: ${percent(tileMismatch)} of the result's standard deviation, between tiles before blending (--whole has none)`,
        ]),
    reblurResidual === null
      ? 'data minus blurred estimate: not known, the model has no kernel'
      : `data minus blurred estimate: ${percent(reblurResidual)} of the data (RMS)`,
    // What is not explained is a warning already.
    ...(stack.trust?.explains === true ? [stack.trust.sentence] : []),
  ];
}
