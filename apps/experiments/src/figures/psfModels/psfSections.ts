import { axialSection, lateralSection, type PlaneSection } from '@blurcycle/core';
import { joinParts, type FigureParts } from '../figureParts.ts';
import { planeImages, type PlaneImage } from '../planeImages.ts';
import type { PsfModel } from './psfModel.ts';

/** Powers of ten below the focus that the logarithmic sections show. */
const DECADES = 4;

/**
 * Sections through the focus: finely sampled, the same on a logarithmic scale, and on the voxels of
 * the data set.
 */
export function psfSections(id: string, models: readonly PsfModel[]): FigureParts {
  const fine = planesOf(models, ({ lateral, axial }) => [
    lateralSection(lateral),
    axialSection(axial),
  ]);
  const sampled = planesOf(models, (model) => [
    lateralSection(model.sampled),
    axialSection(model.sampled),
  ]);
  const linear = { window: [0, 1], quantity: 'intensity relative to the focus' } as const;
  return joinParts(
    planeImages({ id: `${id}-sections`, title: 'Kernels through the focus', ...linear }, fine),
    planeImages(
      {
        id: `${id}-log`,
        title: 'The same, logarithmic',
        window: [-DECADES, 0],
        quantity: 'log10 of the intensity relative to the focus',
      },
      fine.map((plane) => ({ ...plane, values: plane.values.map(decades) })),
    ),
    planeImages({ id: `${id}-voxels`, title: 'On the voxels of the data set', ...linear }, sampled),
  );
}

/** All lateral sections, then all axial ones. */
function planesOf(
  models: readonly PsfModel[],
  cut: (model: PsfModel) => readonly [lateral: PlaneSection, axial: PlaneSection],
): PlaneImage[] {
  const views = [
    { id: 'xy', name: 'XY in focus', axes: ['y', 'x'] },
    { id: 'xz', name: 'XZ through the focus', axes: ['z', 'x'] },
  ] as const;
  return views.flatMap(({ id, name, axes }, view) =>
    models.map((model) => {
      const [down, across] = axes.map(
        (axis) => `${axis} ${model.figure.fwhmUm[axis].toFixed(3)} µm`,
      );
      return {
        id: `${model.id}-${id}`,
        label: `${model.label}, ${name}`,
        ...cut(model)[view],
        alt: `${model.label}, ${name}: full width at half maximum ${down}, ${across}`,
      };
    }),
  );
}

function decades(relative: number): number {
  return Math.log10(Math.max(relative, 10 ** -(DECADES + 1)));
}
