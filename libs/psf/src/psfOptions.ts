import type { PixelIntegration, Shape3, VoxelSizeUm } from '@blurcycle/core';
import type { Optics } from './optics.ts';

/** Where a PSF is sampled. */
export interface Sampling {
  /** Voxel size z, y, x in µm. */
  readonly voxelSizeUm: VoxelSizeUm;
  /**
   * Sides z, y, x. Odd sides have the focus in the centre voxel; an even side has it between two
   * voxels.
   */
  readonly shape: Shape3;
  /**
   * What a voxel holds: the intensity at its centre (`none`), or the mean over its area
   * (`lateral`), its depth (`axial`) or its volume (`both`). A camera pixel integrates laterally;
   * focus steps do not integrate axially.
   *
   * @defaultValue 'none'
   */
  readonly pixelIntegration?: PixelIntegration;
}

/** Optics and sampling of a PSF. */
export interface PsfOptions extends Optics, Sampling {}
