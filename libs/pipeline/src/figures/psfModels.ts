import {
  axialSection,
  lateralSection,
  type PlaneSection,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import {
  type CurvesBlock,
  type FactsBlock,
  type FigureBlock,
  PSF_MODEL_LABELS,
  type PsfModelsFigure,
} from '@blurcycle/experiment';
import { kernelMetrics, nrmse } from '@blurcycle/metrics';
import { createPsf, normalizePsf, type Optics, psfFigure, type PsfFigure } from '@blurcycle/psf';
import type { FigureContext } from './figureContext.ts';
import { type FigureParts, joinParts, type PlaneImage, planeImages, writeParts } from './images.ts';

type DiffractionModel = PsfModelsFigure['models'][number];

/** Which kernels are shown, and how finely. */
interface PsfModelsOptions extends Pick<PsfModelsFigure, 'models' | 'pixelUm' | 'reachUm'> {
  readonly optics: Optics;
  /** Voxels and window of the data set's kernel. */
  readonly voxelSizeUm: VoxelSizeUm;
  readonly size: Shape3;
}

/** One model, sampled three ways. */
interface PsfModel {
  readonly id: DiffractionModel;
  readonly label: string;
  /** The XY plane in focus, finely sampled; 1 in the focus. */
  readonly lateral: Volume;
  /** The XZ plane through the focus, likewise. */
  readonly axial: Volume;
  /** On the voxels of the data set, 1 in the focus. */
  readonly sampled: Volume;
  /** The same with unit sum, as it blurs. */
  readonly kernel: Volume;
  /** Profiles over the reach, and the widths of the optics. */
  readonly figure: PsfFigure;
}

/** A model of the figure, with everything that is shown of it. */
function samplePsfModel(id: DiffractionModel, options: PsfModelsOptions): PsfModel {
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

/** Intensity along the axis and across it through the focus. */
function psfProfiles(id: string, models: readonly PsfModel[]): CurvesBlock[] {
  return (['z', 'x'] as const).map((axis) => ({
    kind: 'curves',
    id: `${id}-profile-${axis}`,
    title: `Profile along ${axis} through the focus`,
    x: { label: `${axis} from the focus`, unit: 'µm', scale: 'linear' },
    y: { label: 'intensity relative to the focus', unit: null, scale: 'linear' },
    series: models.map(({ id: model, label, figure }) => {
      const { offsetUm, intensity } = figure.profiles[axis];
      return {
        id: model,
        label,
        method: null,
        points: offsetUm.map((x, i) => ({ x, y: intensity[i], low: null, high: null })),
      };
    }),
  }));
}

/** Powers of ten below the focus that the logarithmic sections show. */
const DECADES = 4;

/**
 * Sections through the focus: finely sampled, the same on a logarithmic scale, and on the voxels of
 * the data set.
 */
function psfSections(id: string, models: readonly PsfModel[]): FigureParts {
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

const AXES = ['z', 'y', 'x'] as const;

/**
 * Widths of the optics and of the sampled kernels, the kernels as they blur, and the expectation of
 * theory.
 */
function psfFacts(id: string, models: readonly PsfModel[]): FactsBlock[] {
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
    note: 'On voxels the half is found on straight lines between their centers, which widens a peak of few voxels.',
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

/**
 * The paper's Figure 5: point spread functions of several models through the focus, their profiles
 * and their widths.
 *
 * @param id - Start of the ids of the blocks.
 *
 * Everything is computed from the optics; nothing is read. Cost: a second or two.
 */
export function psfModelsFigure(id: string, options: PsfModelsOptions): FigureParts {
  const models = options.models.map((model) => samplePsfModel(model, options));
  return joinParts(psfSections(id, models), {
    blocks: [...psfProfiles(id, models), ...psfFacts(id, models)],
    files: new Map(),
  });
}

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
