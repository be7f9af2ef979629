import { join } from 'node:path';
import { readTiffStack } from '@blurcycle/data';
import {
  runDirectory,
  type FigureBlock,
  type LearnedKernelFigure,
  type ResolvedRow,
} from '@blurcycle/experiment';
import { MODEL_FILES } from '../model/modelFiles.ts';
import { readRuns } from '../tables/readRuns.ts';
import type { FigureContext } from './figureContext.ts';
import { writeParts } from './figureParts.ts';
import { learnedKernelFigure } from './learnedKernel/learnedKernelFigure.ts';
import type { LearnedKernels } from './learnedKernel/kernelViews.ts';

/** The kernels that finished runs have learned; rows that learn none are left out. */
export async function learnedKernel(
  figure: LearnedKernelFigure,
  id: string,
  { experiment, volumesOf, folder, options }: FigureContext,
): Promise<readonly FigureBlock[]> {
  const { kernel: truth } = await volumesOf(experiment.conditions[0]);
  const truthLabel =
    experiment.settings.dataset.kind === 'tiff-folders' ? 'Computed kernel' : 'Truth';
  const rows: LearnedKernels[] = [];
  for (const row of experiment.rows) {
    if (figure.rows?.includes(row.id) === false || !learnsKernel(row)) continue;
    rows.push({ id: row.id, label: row.label, seeds: await readKernels(row, options.resultsDir) });
  }
  const smoothingSigmaVoxels = experiment.settings.scoring.kernelSmoothingSigmaVoxels;
  return writeParts(
    folder,
    learnedKernelFigure(id, { rows, truth, truthLabel, smoothingSigmaVoxels }),
  );
}

function learnsKernel({ runs: [first] }: ResolvedRow): boolean {
  return first?.settings.method.blurPath === 'learned-kernel';
}

async function readKernels(row: ResolvedRow, resultsDir: string): Promise<LearnedKernels['seeds']> {
  const seeds: LearnedKernels['seeds'][number][] = [];
  for (const { run, record } of await readRuns(row.runs, resultsDir)) {
    if (record === undefined) continue;
    const path = join(runDirectory(resultsDir, run.profile, run.id), 'model', MODEL_FILES.kernel);
    seeds.push({ seed: run.seed, kernel: (await readTiffStack(path)).volume });
  }
  return seeds;
}
