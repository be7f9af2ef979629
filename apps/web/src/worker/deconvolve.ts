import { selectPageGpu } from '@blurcycle/compute/webgpu';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { sum, type Volume } from '@blurcycle/core';
import { blobFile, readTiff } from '@blurcycle/data';
import { beadWindow, psfFromBeads } from '@blurcycle/imaging';
import {
  blurAgain,
  deconvolveClassically,
  deconvolveOnDevice,
  findBadVoxels,
  fitPsf,
  judgeResult,
  type PsfOptics,
  reachOf,
  type StackPsf,
  subtractOffset,
} from '@blurcycle/deconvolution';
import { relativeResidual } from '@blurcycle/metrics';
import { computedBy, startEngines } from './engines.ts';
import type { DeconvolutionJob, DeconvolutionResult, PsfChoice } from './protocol.ts';
import { tryGpu } from './tryGpu.ts';

/**
 * Deconvolves a stack as `blurcycle deconvolve` does with the same options.
 *
 * @param onUpdate - Updates done, and the most that there can be.
 */
export async function deconvolve(
  job: DeconvolutionJob,
  onUpdate: (done: number, most: number) => void,
): Promise<DeconvolutionResult> {
  const { isRaw } = job;
  const engines = await startEngines(job.engine);
  const bad = findBadVoxels(job.stack, { isRaw, hotVoxels: 'mask', saturation: undefined });
  const light = subtractOffset(bad.stack, job.offset, job.settings, isRaw);
  const { stack } = light;
  const { psf, notes, warnings } = await findPsf(job.psf, stack, job.settings);
  let updates = 0;
  const began = performance.now();
  const hooks = {
    ...(bad.mask === undefined ? {} : { mask: bad.mask }),
    onUpdate: (done: number, most: number) => {
      updates = done;
      onUpdate(done, most);
    },
  };
  const gpuWarnings: string[] = [];
  const fromGpu = await tryGpu(
    engines.gpu,
    job.engine,
    async (gpu) => {
      await selectPageGpu(gpu);
      return deconvolveOnDevice(stack, psf, job.settings, hooks);
    },
    (line) => gpuWarnings.push(line),
  );
  const estimate = fromGpu ?? deconvolveClassically(stack, psf, job.settings, hooks).estimate;
  const seconds = (performance.now() - began) / 1000;
  const residual = residualOf(stack, estimate, psf, job.settings);
  const { background = 0 } = job.settings;
  const flux = {
    input: sum(stack.data) - background * stack.data.length,
    output: sum(estimate.data),
  };
  const judged = judgeResult({ stack, psf, background, flux, reblurResidual: residual });
  return {
    ...{ estimate, psf, updates, seconds, residual },
    ...computedBy(engines, fromGpu !== null),
    offset: light.offset,
    notes,
    warnings: [...gpuWarnings, ...warnings, ...bad.warnings, ...light.warnings, ...judged],
  };
}

function residualOf(
  stack: Volume,
  estimate: Volume,
  psf: Volume,
  { background = 0, boundary }: ClassicalSettings,
): number {
  return relativeResidual(stack.data, blurAgain(estimate, psf, boundary), background);
}

/** The PSF; one that is larger than can count is cut down, as `--crop-psf` does. */
async function findPsf(
  choice: PsfChoice,
  stack: Volume,
  settings: ClassicalSettings,
): Promise<StackPsf> {
  const reach = reachOf(settings);
  if (choice.kind === 'optics') {
    const request: PsfOptics['request'] = (voxelSizeUm, shape) => ({
      ...choice.optics,
      voxelSizeUm,
      shape,
    });
    return fitPsf({ kind: 'optics', request, shape: undefined }, stack, true, reach);
  }
  if (choice.kind === 'beads') return beadPsf(choice, stack, reach);
  const { file } = choice;
  const { volume } = await readTiff(blobFile(file, file.name), {
    defaultVoxelSizeUm: stack.voxelSizeUm,
  });
  return fitPsf({ ...choice, volume }, stack, true, reach);
}

/** As `psf --from-beads` makes it, and `--psf` then takes it. */
async function beadPsf(
  { file, diameterUm }: Extract<PsfChoice, { kind: 'beads' }>,
  stack: Volume,
  reach: ReturnType<typeof reachOf>,
): Promise<StackPsf> {
  const { volume: beads } = await readTiff(blobFile(file, file.name), {});
  const sides = beadWindow(beads);
  const { psf: volume, used, ...leftOut } = psfFromBeads(beads, { diameterUm, sides });
  const rest = Object.values(leftOut).filter((count) => typeof count === 'number');
  const made = `of ${used} beads, ${rest.reduce((sum, count) => sum + count, 0)} left out`;
  const material = { kind: 'file', volume, center: 'peak', background: 0 } as const;
  const fitted = fitPsf(material, stack, true, reach);
  return { ...fitted, notes: [made, ...fitted.notes] };
}
