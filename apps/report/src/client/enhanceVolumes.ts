import { formatNumber, formatSignificant } from '../html/format.ts';
import { createControls } from './controls.ts';
import { element } from './element.ts';
import {
  AXES_OF,
  cutPlane,
  extentUm,
  type Picture,
  type Stack,
  type ViewerState,
  type VolumeData,
} from './stack.ts';
import {
  createStage,
  DIFFERENCE_LIMIT,
  paintDifference,
  paintGray,
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
  const stacks = await Promise.all(data.items.map(({ image }) => decodeStack(image, data.shape)));
  still.classList.add('replaced');
  still.before(createViewer(data, stacks, figure.id));
}

/**
 * Reads the gray values of a stack from the image in the page, with its planes below each other.
 */
async function decodeStack(imageId: string, shape: Stack['shape']): Promise<Stack> {
  const [depth, height, width] = shape;
  const image = new Image();
  image.src = document.getElementById(imageId)?.getAttribute('href') ?? '';
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height * depth;
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  const gray = new Uint8Array(width * height * depth);
  if (context === null) return { shape, gray };
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height * depth);
  for (let i = 0; i < gray.length; i++) gray[i] = data[4 * i];
  return { shape, gray };
}

/** Side of the enlarged square relative to the shorter lateral side of the volume. */
const SQUARE_SHARE = 0.25;

/**
 * Creates the viewer of a set of volumes, which shows the same region of all of them in the same
 * direction and with the same display window.
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
  const pointAt = (horizontal: number, vertical: number): void => {
    const { across, down } = AXES_OF[state.direction];
    state.point[across] = voxelAt(horizontal, data.shape[across]);
    state.point[down] = voxelAt(vertical, data.shape[down]);
    state.zoom = true;
    update();
  };
  const controls = createControls(data, state, name, update);
  const stages = data.items.map(({ label }) => createStage(label, pointAt));
  const comparison = createStage('', pointAt);
  const grid = element('div', { class: 'stages' }, ...stages.map(({ root }) => root));
  const single = element('div', { class: 'comparison' }, comparison.root);
  const legend = element('p', { class: 'window' });

  function render(): void {
    const curtain = state.mode === 'curtain';
    grid.hidden = curtain;
    single.hidden = !curtain;
    legend.textContent = legendText(data, state);
    legend.className = state.mode === 'difference' ? 'window difference' : 'window';
    const view = viewOf(data, state);
    const cut = (i: number): Picture =>
      cutPlane(stacks[i], state.direction, state.point[AXES_OF[state.direction].along]);
    if (curtain) drawCurtain(comparison, cut(state.left), cut(state.right), view);
    else stages.forEach((stage, i) => drawStage(stage, i, cut, view));
  }

  function drawStage(stage: Stage, i: number, cut: (i: number) => Picture, view: StageView): void {
    const { label } = data.items[i];
    const different = state.mode === 'difference' && truth >= 0 && i !== truth;
    const picture = cut(i);
    if (different) paintDifference(stage.canvas, picture, cut(truth));
    else paintGray(stage.canvas, picture);
    stage.arrange(view);
    const mean = intensity(
      data,
      picture.gray.reduce((sum, value) => sum + value, 0) / picture.gray.length,
    );
    const what = different
      ? `${label} minus ${data.items[truth].label}`
      : `${label}, mean intensity ${mean}`;
    stage.describe(`${what}, ${controls.position()}`);
  }

  function drawCurtain(stage: Stage, left: Picture, right: Picture, view: StageView): void {
    const edge = Math.round((left.width * state.curtain) / 100);
    const joined = left.gray.map((value, i) => (i % left.width < edge ? value : right.gray[i]));
    paintGray(stage.canvas, { ...left, gray: joined });
    stage.arrange(view);
    const names = `${data.items[state.left].label} | ${data.items[state.right].label}`;
    stage.root.firstElementChild?.replaceChildren(names);
    stage.describe(`${names}, divided at ${state.curtain} %, ${controls.position()}`);
  }

  update();
  return element(
    'div',
    { class: 'viewer' },
    controls.root,
    grid,
    single,
    legend,
    stackLinks(data, name),
  );
}

function initialState({ plane, region, items }: VolumeData): ViewerState {
  const middle = Math.floor(region.size / 2);
  return {
    direction: 'xy',
    mode: 'intensity',
    point: [plane, region.y + middle, region.x + middle],
    zoom: true,
    left: Math.max(
      0,
      items.findIndex(({ role }) => role === 'input'),
    ),
    right: items.length - 1,
    curtain: 50,
  };
}

function voxelAt(share: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

function viewOf(
  { shape, voxelSizeUm }: VolumeData,
  { direction, zoom, point }: ViewerState,
): StageView {
  const [widthUm, heightUm] = extentUm(shape, voxelSizeUm, direction);
  if (!zoom) return { widthUm, heightUm, square: null };
  const { across, down } = AXES_OF[direction];
  const side = SQUARE_SHARE * Math.min(shape[2] * voxelSizeUm[2], shape[1] * voxelSizeUm[1]);
  const [width, height] = [Math.min(1, side / widthUm), Math.min(1, side / heightUm)];
  const start = (axis: 0 | 1 | 2, share: number): number =>
    Math.min(1 - share, Math.max(0, point[axis] / shape[axis] - share / 2));
  return {
    widthUm,
    heightUm,
    square: { x: start(across, width), y: start(down, height), width, height },
  };
}

function intensity({ window: [low, high] }: VolumeData, gray: number): string {
  return formatNumber(low + ((high - low) * gray) / 255, 3);
}

function legendText({ window: [low, high] }: VolumeData, { mode }: ViewerState): string {
  if (mode !== 'difference') {
    return `One window for all: black is ${formatSignificant(low, 3)}, white is ${formatSignificant(high, 3)}.`;
  }
  const limit = formatSignificant(((high - low) * DIFFERENCE_LIMIT) / 255, 3);
  return `Estimate minus ground truth: blue is ${limit} too dark, orange ${limit} too bright, black is right. The ground truth itself is shown as it is.`;
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
