import type { FigureBlock, PsfModelsFigure } from '@blurcycle/experiment';
import type { FigureContext } from './figureContext.ts';
import { writeParts } from './figureParts.ts';
import { psfModelsFigure } from './psfModels/psfModelsFigure.ts';

/**
 * Point spread functions with the optics, the voxels and the window of the experiment's data set.
 */
export function psfModels(
  figure: PsfModelsFigure,
  id: string,
  { experiment, folder }: FigureContext,
): Promise<readonly FigureBlock[]> {
  const { psf, voxelSizeUm } = experiment.settings.dataset;
  const { size, numericalAperture, immersionIndex, emissionWavelengthUm } = psf;
  const optics = { numericalAperture, immersionIndex, emissionWavelengthUm };
  return writeParts(folder, psfModelsFigure(id, { ...figure, optics, voxelSizeUm, size }));
}
