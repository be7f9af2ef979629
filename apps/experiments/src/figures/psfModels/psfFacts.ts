import type { FactsBlock } from '@blurcycle/experiment';
import { kernelMetrics, nrmse } from '@blurcycle/metrics';
import type { PsfModel } from './psfModel.ts';

const AXES = ['z', 'y', 'x'] as const;

/**
 * Widths of the optics and of the sampled kernels, the kernels as they blur, and what theory
 * expects of them.
 */
export function psfFacts(id: string, models: readonly PsfModel[]): FactsBlock[] {
  return [
    widths(`${id}-widths`, models),
    kernels(`${id}-kernels`, models),
    comparison(`${id}-comparison`, models),
  ];
}

function widths(id: string, models: readonly PsfModel[]): FactsBlock {
  return {
    kind: 'facts',
    id,
    title: 'Full widths at half maximum',
    columns: [
      { label: 'model', unit: null },
      { label: 'sampling', unit: null },
      ...AXES.map((axis) => ({ label: axis, unit: 'µm' })),
    ],
    rows: models.flatMap(({ label, figure, sampled }) => [
      [label, 'the optics', ...AXES.map((axis) => figure.fwhmUm[axis])],
      [label, 'voxels of the data set', ...kernelMetrics(sampled).fwhmUm],
    ]),
    note: 'On voxels the half is found on straight lines between their centres, which widens a peak of few voxels.',
  };
}

function kernels(id: string, models: readonly PsfModel[]): FactsBlock {
  const [first] = models;
  return {
    kind: 'facts',
    id,
    title: 'The kernels that blur: unit sum, on the voxels and in the window of the data set',
    columns: [
      { label: 'model', unit: null },
      { label: 'peak', unit: null },
      { label: `distance from ${first.label}`, unit: null },
    ],
    rows: models.map(({ label, kernel }) => [
      label,
      Math.max(...kernel.data),
      nrmse(kernel, first.kernel),
    ]),
    note: 'Distance: root-mean-square difference relative to the root mean square of the first kernel.',
  };
}

/**
 * At a high aperture the paraxial limit overrates the depth of focus and neglects the field along
 * the axis.
 */
function comparison(id: string, models: readonly PsfModel[]): FactsBlock {
  const [first, ...others] = models;
  const ratio = (model: PsfModel, axis: 'z' | 'x'): number =>
    model.figure.fwhmUm[axis] / first.figure.fwhmUm[axis];
  return {
    kind: 'facts',
    id,
    title: `Widths of the optics relative to ${first.label}`,
    columns: [
      { label: 'model', unit: null },
      { label: 'along the axis', unit: null },
      { label: 'across it', unit: null },
      { label: 'axially narrower and laterally wider', unit: null },
    ],
    rows: others.map((model) => [
      model.label,
      ratio(model, 'z'),
      ratio(model, 'x'),
      ratio(model, 'z') < 1 && ratio(model, 'x') > 1 ? 'yes' : 'no',
    ]),
    note: 'Born & Wolf is the scalar, paraxial limit of Richards & Wolf.',
  };
}
