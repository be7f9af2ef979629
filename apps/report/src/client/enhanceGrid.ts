import { formatNumber, scaleBarUm } from '../html/format.ts';
import { element, radioGroup, slider } from './element.ts';
import { decodePicture } from './enhanceVolumes.ts';
import { cutPlane, displayLevels, type Picture, type Stack } from './stack.ts';
import { paintDifference, paintGray } from './stage.ts';

/** What `gridFigure` wrote. */
interface GridData {
  readonly shape: Stack['shape'];
  readonly voxelSizeUm: readonly [number, number, number];
  readonly plane: number;
  /** Row of the ground truth; -1 without one. */
  readonly truth: number;
  readonly rows: readonly (readonly { readonly image: string | null; readonly label: string }[])[];
}

const CUTS = { xy: 0, xz: 1 } as const;

/** Gives a grid of planes one slider for all, once the grid is near the screen. */
export function enhanceGrid(figure: HTMLElement): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      void openGrid(figure);
    },
    { rootMargin: '800px' },
  );
  observer.observe(figure);
}

async function openGrid(figure: HTMLElement): Promise<void> {
  const text = figure.querySelector('script.grid-data')?.textContent;
  if (text === null || text === undefined) return;
  const data = JSON.parse(text) as GridData;
  const [depth, height, width] = data.shape;
  const decode = async (image: string): Promise<Stack> => {
    const { gray } = await decodePicture(image, width, height * depth);
    const none = { width: 0, height: 0, gray: new Uint8Array(0) };
    return { shape: data.shape, gray, brightest: { xy: none, xz: none } };
  };
  const rows = figure.querySelectorAll('tbody tr');
  const cells = await Promise.all(
    data.rows.flatMap((row, i) =>
      row.map(async ({ image, label }, j) => {
        const cell = rows[i].querySelectorAll('td')[j];
        return image === null ? [] : [{ i, j, label, cell, stack: await decode(image) }];
      }),
    ),
  );
  const shown = cells.flat().map((one) => {
    const canvas = element('canvas', { role: 'img' });
    const still = one.cell.querySelector('svg.plane');
    still?.classList.add('replaced', 'still');
    one.cell.append(one.i === 0 && one.j === 0 ? withScaleBar(canvas, data) : canvas);
    return { ...one, canvas, still };
  });
  const state = {
    cut: 'xy' as keyof typeof CUTS,
    at: [data.plane, Math.floor(height / 2)],
    isDifference: false,
  };
  const levels = displayLevels({ black: 0, white: 255, gamma: 10 });
  const at = slider('Plane', (value) => {
    state.at[CUTS[state.cut]] = value;
    show();
  });
  const views = radioGroup(
    'View',
    `${figure.id}-view`,
    [
      ['xy', 'XY'],
      ['xz', 'XZ'],
    ],
    (cut) => {
      state.cut = cut;
      show();
    },
  );
  const modes = radioGroup(
    'Show',
    `${figure.id}-mode`,
    [
      ['intensity', 'Intensity'],
      ['difference', 'Difference'],
    ],
    (mode) => {
      state.isDifference = mode === 'difference';
      show();
    },
  );
  const words = element('p', { class: 'note' });
  const truthOf = (j: number): Stack | undefined =>
    (
      shown.find((one) => one.i === data.truth && one.j === j) ??
      shown.find((one) => one.i === data.truth)
    )?.stack;

  function show(): void {
    const axis = CUTS[state.cut];
    const position = state.at[axis];
    const name = 'zy'[axis];
    const um = formatNumber(position * data.voxelSizeUm[axis], 2);
    const where = `${name} ${position + 1} of ${data.shape[axis]} (${um} µm)`;
    at.set(position, data.shape[axis] - 1, where);
    words.textContent = state.isDifference
      ? 'Minus the ground truth: blue is half of the scale too dark, orange half too bright, black is right.'
      : '';
    for (const { i, j, label, canvas, stack } of shown) {
      const picture: Picture = cutPlane(stack, state.cut, position);
      const truth = truthOf(j);
      const isDifferent = state.isDifference && truth !== undefined && i !== data.truth;
      if (isDifferent) paintDifference(canvas, picture, cutPlane(truth, state.cut, position));
      else paintGray(canvas, picture, levels);
      const down = state.cut === 'xy' ? 1 : 0;
      canvas.style.aspectRatio = `${data.shape[2] * data.voxelSizeUm[2]} / ${data.shape[down] * data.voxelSizeUm[down]}`;
      canvas.setAttribute(
        'aria-label',
        `${label}${isDifferent ? ', minus the truth' : ''}, ${where}`,
      );
    }
  }

  show();
  figure
    .querySelector('.grid-controls')
    ?.append(
      element(
        'div',
        { class: 'controls' },
        element('div', { class: 'row' }, views, ...(data.truth < 0 ? [] : [modes]), at.root),
        words,
      ),
    );
}

function withScaleBar(canvas: HTMLCanvasElement, { shape, voxelSizeUm }: GridData): HTMLElement {
  const widthUm = shape[2] * voxelSizeUm[2];
  const length = scaleBarUm(widthUm);
  const bar = element('span', { class: 'scale-bar' }, `${length} µm`);
  bar.style.width = `${(100 * length) / widthUm}%`;
  return element('div', { class: 'picture' }, canvas, bar);
}
