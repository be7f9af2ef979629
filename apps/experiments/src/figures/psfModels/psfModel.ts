import type { Shape3, Volume, VoxelSizeUm } from '@blurcycle/core';
import { PSF_MODEL_LABELS, type PsfModelsFigure } from '@blurcycle/experiment';
import { createPsf, normalizePsf, psfFigure, type Optics, type PsfFigure } from '@blurcycle/psf';

type DiffractionModel = PsfModelsFigure['models'][number];

/** Which kernels are shown, and how finely. */
export interface PsfModelsOptions extends Pick<PsfModelsFigure, 'models' | 'pixelUm' | 'reachUm'> {
  readonly optics: Optics;
  /** Voxels and window of the data set's kernel. */
  readonly voxelSizeUm: VoxelSizeUm;
  readonly size: Shape3;
}

/** One model, sampled three ways. */
export interface PsfModel {
  readonly id: DiffractionModel;
  readonly label: string;
  /** The XY plane in focus, finely sampled; 1 in the focus. */
  readonly lateral: Volume;
  /** The XZ plane through the focus, likewise. */
  readonly axial: Volume;
  /** On the voxels of the data set, 1 in the focus. */
  readonly sampled: Volume;
  /** The same, unit sum: what blurs. */
  readonly kernel: Volume;
  /** Profiles over the reach, and the widths of the optics. */
  readonly figure: PsfFigure;
}

/** A model of the figure, with everything that is shown of it. */
export function samplePsfModel(id: DiffractionModel, options: PsfModelsOptions): PsfModel {
  const { optics, voxelSizeUm, size, pixelUm, reachUm } = options;
  const [deep, wide] = reachUm.map((reach) => 2 * Math.round(reach / pixelUm) + 1);
  const square = [pixelUm, pixelUm, pixelUm] as const;
  const make = (shape: Shape3, voxel: VoxelSizeUm): Volume =>
    createPsf({ model: id, ...optics, shape, voxelSizeUm: voxel });
  const sampled = make(size, voxelSizeUm);
  const [figure] = psfFigure([
    { model: id, ...optics, shape: [deep, 1, wide], voxelSizeUm: square },
  ]);
  return {
    id,
    label: PSF_MODEL_LABELS[id],
    lateral: make([1, wide, wide], square),
    axial: figure.psf,
    sampled,
    kernel: normalizePsf(sampled),
    figure,
  };
}
