import { formatNumber, formatSignificant } from '../html/format.ts';
import {
  cutValues,
  DECADES,
  differenceFrom,
  kernelLimits,
  kernelSeeds,
  kernelsOfSeed,
  kernelValues,
  middleOf,
  signedColor,
  toneOf,
  type KernelSet,
  type ShownKernel,
} from '../model/kernels.ts';
import { kernelKey, kernelProfiles } from '../sections/kernelProfiles.ts';
import { element, radioGroup, slider } from './element.ts';
import { unpackScript } from './enhanceChart.ts';
import { createStage, paint, type Position } from './stage.ts';

/** What `kernelFigure` packed. */
interface KernelData extends Omit<KernelSet, 'kernels'> {
  readonly scale: number;
  readonly color: string;
  readonly kernels: readonly (Omit<ShownKernel, 'values'> & { readonly values: string })[];
}

/** The pictures of a viewer. */
const PICTURES = ['truth', 'start', 'learned', 'difference'] as const;
/** The cut of each pane of a picture. */
const CUTS = ['xy', 'xz'] as const;

/** Replaces the still planes of a figure of kernels by a viewer of all planes and seeds. */
export function enhanceKernels(figure: HTMLElement): void {
  const text = figure.querySelector('script.kernel-data')?.textContent;
  const still = figure.querySelector('.still');
  if (text === null || text === undefined || still === null) return;
  const { scale, color, ...data } = unpackScript(text) as KernelData;
  const kernels = data.kernels.map((kernel): ShownKernel => {
    const bytes = Uint8Array.from(atob(kernel.values), (character) => character.charCodeAt(0));
    return { ...kernel, values: kernelValues(bytes, scale) };
  });
  still.classList.add('replaced');
  still.before(createKernelViewer({ ...data, kernels }, color, figure.id));
}

/** Truth, start, learned kernel and difference, cut by the same planes. */
function createKernelViewer(set: KernelSet, color: string, name: string): HTMLElement {
  const { shape, voxelSizeUm } = set;
  const seeds = kernelSeeds(set);
  const limits = kernelLimits(set);
  const state = { seed: 0, point: middleOf(set), isLog: false };
  const axes = (['z', 'y', 'x'] as const).map((axis, i) =>
    slider(`${axis === 'z' ? 'Plane' : axis === 'y' ? 'Row' : 'Column'} ${axis}`, (value) => {
      state.point[i] = value;
      show();
    }),
  );
  const seed = slider('Seed', (value) => {
    state.seed = value;
    show();
  });
  const tones = radioGroup(
    'Scale',
    `${name}-scale`,
    [
      ['linear', 'Linear'],
      ['log', 'Logarithmic'],
    ],
    (scale) => {
      state.isLog = scale === 'log';
      show();
    },
  );
  const onPoint = (pane: 0 | 1, [across, down]: Position): void => {
    const axis = pane === 0 ? 1 : 0;
    const at = (share: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    state.point[2] = at(across, shape[2]);
    state.point[axis] = at(down, shape[axis]);
    show();
  };
  const stages = PICTURES.map(() => createStage('', { onPoint }));
  const key = element('p', { class: 'profile-key' });
  const profiles = element('div', { class: 'kernel-profiles' });
  const words = element('p', { class: 'window' });

  function show(): void {
    const { point, isLog } = state;
    const shown = kernelsOfSeed(set, seeds[state.seed] ?? 0);
    axes.forEach((axis, i) => {
      const um = formatNumber((point[i] - Math.floor(shape[i] / 2)) * voxelSizeUm[i], 2);
      axis.set(point[i], shape[i] - 1, `${point[i] + 1} of ${shape[i]} (${um} µm)`);
    });
    seed.root.hidden = seeds.length < 2;
    seed.set(
      state.seed,
      seeds.length - 1,
      `${seeds[state.seed]} (${state.seed + 1} of ${seeds.length})`,
    );
    PICTURES.forEach((picture, i) => showPicture(picture, stages[i], shown));
    key.innerHTML = kernelKey(shown, color).markup;
    const { peak } = limits;
    profiles.innerHTML = kernelProfiles({
      ...{ set, kernels: shown, point, peak, isLog, color },
    }).markup;
    const [most, away] = [peak, limits.difference].map((value) => formatSignificant(value, 3));
    const least = isLog ? formatSignificant(peak * 10 ** -DECADES, 2) : '0';
    words.replaceChildren(
      element('span', { class: 'end' }, least),
      element('span', { class: 'ramp', 'aria-hidden': 'true' }),
      element('span', { class: 'end' }, most),
      element('span', { class: 'end' }, `\u2212${away}`),
      element('span', { class: 'ramp signed', 'aria-hidden': 'true' }),
      element('span', { class: 'end' }, `+${away}`),
      element('span', {}, 'learned minus true: blue is too small, orange too large'),
    );
  }

  function showPicture(
    picture: (typeof PICTURES)[number],
    stage: ReturnType<typeof createStage>,
    shown: readonly ShownKernel[],
  ): void {
    const of = (role: ShownKernel['role']): ShownKernel | undefined =>
      shown.find((kernel) => kernel.role === role);
    const [truth, learned] = [of('truth'), of('learned')];
    const kernel = picture === 'difference' ? learned : of(picture);
    stage.root.hidden = kernel === undefined || truth === undefined;
    if (kernel === undefined || truth === undefined) return;
    const isDifference = picture === 'difference';
    const values = isDifference ? differenceFrom(truth, kernel) : kernel.values;
    const label = isDifference ? 'Difference' : kernel.label;
    stage.caption(label);
    stage.root.classList.add('wide');
    CUTS.forEach((cut, pane) => {
      const along = cut === 'xy' ? 0 : 1;
      const down = cut === 'xy' ? 1 : 0;
      const { point, isLog } = state;
      const plane = cutValues(values, shape, cut, point[along]);
      paint(stage.panes[pane].canvas, shape[2], shape[down], (i) => {
        const value = plane[i];
        if (isDifference) {
          const part = toneOf(Math.abs(value), limits.difference, isLog);
          return signedColor(Math.sign(value) * part);
        }
        const gray = Math.round(255 * toneOf(value, limits.peak, isLog));
        return [gray, gray, gray];
      });
      stage.panes[pane].arrange({
        widthUm: shape[2] * voxelSizeUm[2],
        heightUm: shape[down] * voxelSizeUm[down],
        ...{ square: null, line: null },
        cutAt: (point[down] + 0.5) / shape[down],
      });
      const at = `${'zy'[along]} ${point[along] + 1} of ${shape[along]}`;
      stage.panes[pane].describe(`${label}, ${cut.toUpperCase()} plane, ${at}`);
    });
  }

  show();
  return element(
    'div',
    { class: 'viewer kernel-viewer' },
    element(
      'div',
      { class: 'controls' },
      element('div', { class: 'row' }, tones, seed.root),
      element('div', { class: 'row' }, ...axes.map(({ root }) => root)),
    ),
    element('div', { class: 'stages' }, ...stages.map(({ root }) => root)),
    words,
    key,
    profiles,
  );
}
