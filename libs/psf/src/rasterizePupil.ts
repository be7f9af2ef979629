import { assertShape, createVolume, type Volume } from '@blurcycle/core';
import { axialGrid, type AxialGrid } from './axialGrid.ts';
import { CENTER_RULE, cellRule } from './cellRule.ts';
import { cutPupil } from './cutPupil.ts';
import { lateralGrid, type LateralGrid } from './lateralGrid.ts';
import type { Sampling } from './psfOptions.ts';
import type { Pupil, PupilModel } from './pupil.ts';
import { createProfiler } from './pupilProfiles.ts';

/**
 * The intensity of a pupil on a grid of voxels whose middle is the axis at defocus `centerZUm`.
 *
 * Each distinct radius and defocus is computed once: radii are shared by mirror images and by
 * pixels at the same distance, planes by z and -z where the pupil has no aberration.
 */
export function rasterizePupil(model: PupilModel, sampling: Sampling, centerZUm = 0): Volume {
  const { shape, voxelSizeUm, pixelIntegration = 'none' } = sampling;
  assertShape('rasterizePupil', 'shape', shape);
  const volume = createVolume(shape, voxelSizeUm);
  const [depth, height, width] = shape;
  const [dz, dy, dx] = voxelSizeUm;
  const probe = model.cut(16);
  const lateral = pixelIntegration === 'lateral' || pixelIntegration === 'both';
  const axial = pixelIntegration === 'axial' || pixelIntegration === 'both';
  // The intensity is a product of two fields: its frequencies reach twice as far laterally, and
  // over the whole difference of the rings' frequencies axially.
  const lateralBand = 2 * Math.max(...probe.lateral) * 1.05;
  const axialBand = (Math.max(...probe.axial) - Math.min(...probe.axial)) * 1.05;
  const grid = lateralGrid(
    [height, width],
    [dy, dx],
    lateral ? [cellRule(dy, lateralBand), cellRule(dx, lateralBand)] : [CENTER_RULE, CENTER_RULE],
  );
  const mirrored = probe.phase === null && centerZUm === 0;
  const along = axialGrid(
    depth,
    dz,
    axial ? cellRule(dz, axialBand) : CENTER_RULE,
    centerZUm,
    mirrored,
  );
  const pupil = cutPupil(model, grid.largestRadiusUm, along.largestUm);
  fillVolume(volume, pupil, grid, along);
  return volume;
}

function fillVolume(volume: Volume, pupil: Pupil, grid: LateralGrid, along: AxialGrid): void {
  const depth = volume.shape[0];
  const count = grid.classes.length;
  const anisotropic = pupil.anisotropy !== 0;
  const meanTable = new Float64Array(depth * count);
  const angularTable = new Float64Array(anisotropic ? depth * count : 0);
  const profiler = createProfiler(pupil, along.positionsUm);
  grid.classes.forEach((pixels, number) => {
    pixels.radiiUm.forEach((radius, sample) => {
      profiler.profile(radius);
      along.planes.forEach(({ positions, weights }, plane) => {
        for (let i = 0; i < positions.length; i++) {
          const index = plane * count + number;
          meanTable[index] += pixels.weights[sample] * weights[i] * profiler.mean[positions[i]];
          if (anisotropic) {
            angularTable[index] +=
              pixels.angularWeights[sample] * weights[i] * profiler.angular[positions[i]];
          }
        }
      });
    });
  });
  const area = grid.classOf.length;
  for (let plane = 0; plane < depth; plane++) {
    for (let pixel = 0; pixel < area; pixel++) {
      const index = plane * count + grid.classOf[pixel];
      const angular = anisotropic
        ? pupil.anisotropy * grid.angularFactor[pixel] * angularTable[index]
        : 0;
      volume.data[plane * area + pixel] = meanTable[index] + angular;
    }
  }
}
