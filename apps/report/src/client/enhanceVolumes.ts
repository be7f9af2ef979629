import { formatNumber } from '../html/format.ts';
import { createControls } from './controls.ts';
import { element } from './element.ts';
import { createLegend } from './legend.ts';
import { lineBetween } from './line.ts';
import { createProfile } from './profile.ts';
import {
  AXES_OF,
  type Cut,
  CUTS_OF,
  cutPlane,
  displayLevels,
  extentUm,
  type Picture,
  type Stack,
  type ViewerState,
  type VolumeData,
} from './stack.ts';
import {
  createStage,
  paintDifference,
  paintGray,
  type Position,
  type Stage,
  type StageView,
} from './stage.ts';

/** Replaces the still pictures of a figure by a viewer once the figure is near the screen. */
export function enhanceVolumes(figure: HTMLElement): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      void openViewer(figure);
    },
    { rootMargin: '800px' },
  );
  observer.observe(figure);
}

async function openViewer(figure: HTMLElement): Promise<void> {
  const text = figure.querySelector('script.volume-data')?.textContent;
  const still = figure.querySelector('.still');
  if (text === null || text === undefined || still === null) return;
  const data = JSON.parse(text) as VolumeData;
  const stacks = await Promise.all(data.items.map((item) => decodeStack(item, data)));
  still.classList.add('replaced');
  still.before(createViewer(data, stacks, figure.id));
}

async function decodeStack(
  { image, brightest }: VolumeData['items'][number],
  { shape, storedShape }: VolumeData,
): Promise<Stack> {
  const [depth, height, width] = shape;
  const [storedDepth, storedHeight, storedWidth] = storedShape;
  return {
    shape,
    gray: (await decodePicture(image, width, height * depth)).gray,
    brightest: {
      xy: await decodePicture(brightest.xy, storedWidth, storedHeight),
      xz: await decodePicture(brightest.xz, storedWidth, storedDepth),
    },
  };
}

/** Reads the gray values of an image in the page. */
export async function decodePicture(
  imageId: string,
  width: number,
  height: number,
): Promise<Picture> {
  const image = new Image();
  image.src = document.getElementById(imageId)?.getAttribute('href') ?? '';
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  const gray = new Uint8Array(width * height);
  if (context === null) return { width, height, gray };
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 0; i < gray.length; i++) gray[i] = data[4 * i];
  return { width, height, gray };
}

/** Side of the enlarged square relative to the shorter lateral side of the volume. */
const SQUARE_SHARE = 0.25;

/**
 * Creates the viewer of a set of volumes, which shows the same region of all of them in the same
 * direction and on the same brightness scale.
 *
 * @param data - Description of the volumes in the page.
 * @param stacks - Their gray values, in the order of `data.items`.
 * @param name - Unique within the page; names the radio buttons.
 */
function createViewer(data: VolumeData, stacks: readonly Stack[], name: string): HTMLElement {
  const state = initialState(data);
  const truth = data.items.findIndex(({ role }) => role === 'truth');
  const update = (): void => {
    controls.show();
    render();
  };
  const cutOf = (pane: 0 | 1): Cut => {
    const cuts: readonly Cut[] = CUTS_OF[state.direction];
    return cuts[pane];
  };
  const onPoint = (pane: 0 | 1, [horizontal, vertical]: Position): void => {
    const { across, down } = AXES_OF[cutOf(pane)];
    state.point[across] = voxelAt(horizontal, data.shape[across]);
    state.point[down] = voxelAt(vertical, data.shape[down]);
    state.zoom = true;
    update();
  };
  const onDrag = (pane: 0 | 1, from: Position, to: Position): void => {
    const cut = cutOf(pane);
    if (cut === 'brightest-xy' || cut === 'brightest-xz') return;
    const { line, across, down } = lineBetween(cut, from, to, data.shape, data.voxelSizeUm);
    state.point[AXES_OF[cut].across] = across;
    state.point[AXES_OF[cut].down] = down;
    Object.assign(state, { line, profile: 'line' });
    profile.root.open = true;
    update();
  };
  const controls = createControls(data, state, name, update);
  const stages = data.items.map(({ label, method }) => {
    const stage = createStage(label, { onPoint, onDrag });
    if (method !== null) stage.root.dataset.method = method;
    return stage;
  });
  const comparison = createStage('', { onPoint, onDrag });
  const grid = element('div', { class: 'stages' }, ...stages.map(({ root }) => root));
  const single = element('div', { class: 'comparison' }, comparison.root);
  const legend = createLegend(data);
  const profile = createProfile(data, stacks, state, name, update);

  function render(): void {
    const curtain = state.mode === 'curtain';
    grid.hidden = curtain;
    grid.classList.toggle('large', state.large);
    single.hidden = !curtain;
    legend.show(state);
    const levels = displayLevels(state);
    const cuts: readonly Cut[] = CUTS_OF[state.direction];
    for (const stage of [...stages, comparison]) {
      stage.panes[1].root.hidden = cuts.length === 1;
      stage.root.classList.toggle('wide', cuts.length === 2);
    }
    cuts.forEach((cut, pane) => {
      const view = { ...viewOf(data, state, cut), line: profile.segment(cut) };
      const pictureOf = (i: number): Picture =>
        cutPlane(stacks[i], cut, state.point[AXES_OF[cut].along]);
      if (curtain) drawCurtain(comparison, pane, pictureOf, levels, view);
      else stages.forEach((stage, i) => drawStage(stage, i, pane, pictureOf, levels, view));
    });
    profile.show();
  }

  function drawStage(
    { panes }: Stage,
    i: number,
    pane: number,
    pictureOf: (i: number) => Picture,
    levels: Uint8Array,
    view: StageView,
  ): void {
    const { label } = data.items[i];
    const different = state.mode === 'difference' && truth >= 0 && i !== truth;
    const picture = pictureOf(i);
    if (different) paintDifference(panes[pane].canvas, picture, pictureOf(truth));
    else paintGray(panes[pane].canvas, picture, levels);
    panes[pane].arrange(view);
    const mean = intensity(
      data,
      picture.gray.reduce((sum, value) => sum + value, 0) / picture.gray.length,
    );
    const what = different
      ? `${label} minus ${data.items[truth].label}`
      : `${label}, mean intensity ${mean}`;
    panes[pane].describe(`${what}, ${controls.position(pane)}`);
  }

  function drawCurtain(
    stage: Stage,
    pane: number,
    pictureOf: (i: number) => Picture,
    levels: Uint8Array,
    view: StageView,
  ): void {
    const [left, right] = [pictureOf(state.left), pictureOf(state.right)];
    const edge = Math.round((left.width * state.curtain) / 100);
    const joined = left.gray.map((value, i) => (i % left.width < edge ? value : right.gray[i]));
    const shown = stage.panes[pane];
    paintGray(shown.canvas, { ...left, gray: joined }, levels);
    shown.arrange(view);
    const names = `${data.items[state.left].label} | ${data.items[state.right].label}`;
    stage.caption(names);
    shown.describe(`${names}, divided at ${state.curtain} %, ${controls.position(pane)}`);
  }

  update();
  return element(
    'div',
    { class: 'viewer' },
    controls.root,
    grid,
    single,
    legend.root,
    profile.root,
    stackLinks(data, name),
  );
}

function initialState({ plane, region, items }: VolumeData): ViewerState {
  const middle = Math.floor(region.size / 2);
  const proposed = items.findIndex(({ id }) => id === 'proposed');
  return {
    direction: 'both',
    mode: 'intensity',
    point: [plane, region.y + middle, region.x + middle],
    zoom: true,
    left: Math.max(
      0,
      items.findIndex(({ role }) => role === 'input'),
    ),
    right: proposed < 0 ? items.length - 1 : proposed,
    curtain: 50,
    black: 0,
    white: 255,
    gamma: 10,
    profile: 2,
    line: { plane: 'xy', angle: 0, lengthUm: 2 },
    large: false,
  };
}

function voxelAt(share: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

function viewOf(data: VolumeData, state: ViewerState, cut: Cut): Omit<StageView, 'line'> {
  const { voxelSizeUm, storedShape } = data;
  const { direction, zoom, point } = state;
  const isProjection = direction === 'maximum';
  const shape = isProjection ? storedShape : data.shape;
  const [widthUm, heightUm] = extentUm(shape, voxelSizeUm, cut);
  const { across, down } = AXES_OF[cut];
  const cutAt = direction === 'both' ? (point[down] + 0.5) / shape[down] : null;
  // A part of the stored stack has its own corner: its square would be elsewhere in the projection.
  const isElsewhere = isProjection && shape.some((side, axis) => side !== data.shape[axis]);
  if (!zoom || isElsewhere) return { widthUm, heightUm, cutAt, square: null };
  const side = SQUARE_SHARE * Math.min(shape[2] * voxelSizeUm[2], shape[1] * voxelSizeUm[1]);
  const [width, height] = [Math.min(1, side / widthUm), Math.min(1, side / heightUm)];
  const start = (axis: 0 | 1 | 2, share: number): number =>
    Math.min(1 - share, Math.max(0, point[axis] / shape[axis] - share / 2));
  const square = { x: start(across, width), y: start(down, height), width, height };
  return { widthUm, heightUm, cutAt, square };
}

function intensity({ window: [low, high] }: VolumeData, gray: number): string {
  return formatNumber(low + ((high - low) * gray) / 255, 3);
}

/**
 * Links that save the stacks of a viewer as the page holds them: 8-bit gray, planes below each
 * other.
 *
 * @param name - Prefix of the file names.
 */
function stackLinks({ items }: VolumeData, name: string): HTMLElement {
  const links = items.map(({ label, image }, i) => {
    const href = document.getElementById(image)?.getAttribute('href') ?? '';
    return element('a', { class: 'data-link', download: `${name}-${i + 1}.png`, href }, label);
  });
  return element(
    'p',
    { class: 'tools' },
    element('span', { class: 'note' }, 'Stacks as PNG:'),
    ...links,
  );
}
