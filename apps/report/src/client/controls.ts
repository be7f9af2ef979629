import { formatNumber } from '../html/format.ts';
import { element, radioGroup, slider } from './element.ts';
import { AXES_OF, type Cut, CUTS_OF, type ViewerState, type VolumeData } from './stack.ts';

/** The controls of a viewer. */
interface Controls {
  readonly root: HTMLElement;
  /** Updates sliders and texts from the state. */
  show(): void;
  /** What the first or second picture shows, in words. */
  position(pane: number): string;
}

const AXIS_NAMES = ['z', 'y', 'x'] as const;

/** Creates the controls of a viewer; they change `state` and call `update`. */
export function createControls(
  data: VolumeData,
  state: ViewerState,
  name: string,
  update: () => void,
): Controls {
  const hasTruth = data.items.some(({ role }) => role === 'truth');
  const views = radioGroup(
    'View',
    `${name}-view`,
    [
      ['both', 'XY and XZ'],
      ['xy', 'XY'],
      ['xz', 'XZ'],
      ['yz', 'YZ'],
      ['maximum', 'Maximum'],
    ],
    (direction) => {
      state.direction = direction;
      update();
    },
  );
  const modes = radioGroup(
    'Show',
    `${name}-mode`,
    [
      ['intensity', 'Intensity'],
      ...(hasTruth ? [['difference', 'Difference'] as const] : []),
      ['curtain', 'Curtain'],
    ],
    (mode) => {
      state.mode = mode;
      update();
    },
  );
  const axesOf = (pane: number): (typeof AXES_OF)[Cut] => {
    const cuts: readonly Cut[] = CUTS_OF[state.direction];
    return AXES_OF[cuts[pane]];
  };
  const move = (role: 'along' | 'across' | 'down', value: number): void => {
    state.point[axesOf(0)[role]] = value;
    update();
  };
  const plane = slider('Plane', (value) => move('along', value));
  const zoomBox = element('input', { type: 'checkbox' });
  zoomBox.addEventListener('change', () => {
    state.zoom = zoomBox.checked;
    update();
  });
  const across = slider('Square, across', (value) => move('across', value));
  const down = slider('Square, down', (value) => move('down', value));
  const curtain = curtainControls(data, state, update);
  const largeBox = element('input', { type: 'checkbox' });
  largeBox.addEventListener('change', () => {
    state.large = largeBox.checked;
    update();
  });
  const zoomSliders = element('div', { class: 'row' }, across.root, down.root);
  const brightness = brightnessControls(data, state, update);

  const words = (axis: 0 | 1 | 2): string => {
    const um = formatNumber(state.point[axis] * data.voxelSizeUm[axis], 2);
    return `${AXIS_NAMES[axis]} ${state.point[axis] + 1} of ${data.shape[axis]} (${um} µm)`;
  };
  const position = (pane: number): string => {
    const { along } = axesOf(pane);
    return state.direction === 'maximum'
      ? `brightest voxel along ${AXIS_NAMES[along]}`
      : words(along);
  };
  return {
    root: element(
      'div',
      { class: 'controls' },
      element('div', { class: 'row' }, views, modes),
      element(
        'div',
        { class: 'row' },
        plane.root,
        element('label', { class: 'check' }, zoomBox, ' Enlarge a square'),
        element('label', { class: 'check' }, largeBox, ' Larger pictures'),
      ),
      zoomSliders,
      curtain.root,
      brightness.root,
    ),
    position,
    show() {
      const axes = axesOf(0);
      plane.input.disabled = state.direction === 'maximum';
      plane.set(state.point[axes.along], data.shape[axes.along] - 1, position(0));
      zoomBox.checked = state.zoom;
      zoomSliders.hidden = !state.zoom && state.direction !== 'both';
      across.set(state.point[axes.across], data.shape[axes.across] - 1, words(axes.across));
      down.set(state.point[axes.down], data.shape[axes.down] - 1, words(axes.down));
      curtain.show();
      brightness.show();
    },
  };
}

function curtainControls(
  { items }: VolumeData,
  state: ViewerState,
  update: () => void,
): Pick<Controls, 'root' | 'show'> {
  const side = (
    label: string,
    key: 'left' | 'right',
  ): readonly [HTMLLabelElement, HTMLSelectElement] => {
    const options = items.map((item, i) => element('option', { value: String(i) }, item.label));
    const select = element('select', {}, ...options);
    select.addEventListener('change', () => {
      state[key] = select.selectedIndex;
      update();
    });
    return [element('label', { class: 'select' }, `${label} `, select), select];
  };
  const [leftLabel, left] = side('Left', 'left');
  const [rightLabel, right] = side('Right', 'right');
  const swap = element('button', { type: 'button' }, 'Swap sides');
  swap.addEventListener('click', () => {
    [state.left, state.right] = [state.right, state.left];
    update();
  });
  const edge = slider('Divider', (value) => {
    state.curtain = value;
    update();
  });
  const root = element('div', { class: 'row' }, leftLabel, rightLabel, swap, edge.root);
  return {
    root,
    show() {
      root.hidden = state.mode !== 'curtain';
      left.selectedIndex = state.left;
      right.selectedIndex = state.right;
      edge.set(state.curtain, 100, `${state.curtain} %`);
    },
  };
}

/** Handles of the display window and the exponent between its ends, to unfold. */
function brightnessControls(
  { window: [low, high] }: VolumeData,
  state: ViewerState,
  update: () => void,
): Pick<Controls, 'root' | 'show'> {
  const handle = (label: string, set: (value: number) => void) =>
    slider(label, (value) => {
      set(value);
      update();
    });
  const black = handle('Black', (value) => (state.black = Math.min(value, state.white - 1)));
  const white = handle('White', (value) => (state.white = Math.max(value, state.black + 1)));
  const gamma = handle('Gamma', (value) => (state.gamma = Math.max(1, value)));
  const intensity = (gray: number): string => formatNumber(low + ((high - low) * gray) / 255, 2);
  return {
    root: element(
      'details',
      { class: 'brightness' },
      element('summary', {}, 'Brightness'),
      element('div', { class: 'row' }, black.root, white.root, gamma.root),
    ),
    show() {
      black.set(state.black, 255, intensity(state.black));
      white.set(state.white, 255, intensity(state.white));
      gamma.set(state.gamma, 30, formatNumber(state.gamma / 10, 1));
    },
  };
}
