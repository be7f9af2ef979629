import type { Volume } from '@blurcycle/core';
import { element, slider } from '../page/element.ts';
import type { Shown } from './drawSection.ts';
import { histogram } from './intensities.ts';
import { createPicture } from './picture.ts';
import { createProfile } from './profile.ts';
import { brightest, section, type Section, type View, VIEWS } from './sections.ts';
import { createWindowControl } from './windowControl.ts';

/** Three planes through a point, the maximum along z, and a profile, of a stack and its result. */
export interface Viewer {
  readonly root: HTMLElement;
  /** Shows a stack; with a result, both, with a curtain between them. */
  readonly show: (before: Volume, after?: Volume) => void;
}

const AXIS_NAMES = ['z', 'y', 'x'] as const;

/** Creates the viewer, hidden until there is a stack. */
export function createViewer(): Viewer {
  let volumes: { readonly before: Volume; readonly after: Volume | undefined } | undefined;
  let point: [number, number, number] = [0, 0, 0];
  let curtain = 50;
  const maxima = new Map<Volume, Section>();

  const pictures = VIEWS.map((view) => ({
    view,
    picture: createPicture(view, (axis, place) => {
      point[axis] = place;
      update();
    }),
  }));
  const sliders = ([0, 1, 2] as const).map((axis) =>
    slider(AXIS_NAMES[axis], (place) => {
      point[axis] = place;
      update();
    }),
  );
  const edge = slider('Curtain, before | after', (percent) => {
    curtain = percent;
    update();
  });
  const windows = {
    before: createWindowControl('Intensities before', update),
    after: createWindowControl('Intensities after', update),
  };
  const profile = createProfile(update);

  const root = element(
    'section',
    { class: 'viewer', hidden: '', 'aria-label': 'Viewer' },
    element('div', { class: 'pictures' }, ...pictures.map(({ picture }) => picture.root)),
    element('div', { class: 'sliders' }, ...sliders.map((one) => one.root), edge.root),
    element('div', { class: 'below' }, windows.before.root, windows.after.root, profile.root),
  );

  function shown(volume: Volume, name: 'before' | 'after', view: View): Shown {
    const known = view === 'maximum' ? maxima.get(volume) : undefined;
    const made = known ?? section(volume, view, point);
    if (view === 'maximum') maxima.set(volume, made);
    return { section: made, window: windows[name].window() };
  }

  function words(axis: 0 | 1 | 2, { shape, voxelSizeUm }: Volume): string {
    const um = (point[axis] * voxelSizeUm[axis]).toFixed(2);
    return `${point[axis] + 1} of ${shape[axis]} (${um} µm)`;
  }

  function update(): void {
    if (volumes === undefined) return;
    const { before, after } = volumes;
    const { shape } = before;
    const place = `z ${point[0] + 1}, y ${point[1] + 1}, x ${point[2] + 1}`;
    for (const { view, picture } of pictures) {
      picture.show({
        before: shown(before, 'before', view),
        after: after === undefined ? undefined : shown(after, 'after', view),
        curtain: curtain / 100,
        ...{ point, shape },
        words: after === undefined ? `the stack at ${place}` : `before and after at ${place}`,
      });
    }
    sliders.forEach((one, i) => {
      const axis = i as 0 | 1 | 2;
      one.set(point[axis], shape[axis] - 1, words(axis, before));
    });
    edge.set(curtain, 100, `${curtain} %`);
    profile.show(before, after, point);
  }

  return {
    root,
    show: (before, after) => {
      if (volumes?.before !== before) point = brightest(before);
      volumes = { before, after };
      maxima.clear();
      root.hidden = false;
      edge.root.hidden = after === undefined;
      windows.after.root.hidden = after === undefined;
      windows.before.set(histogram(before.data));
      if (after !== undefined) windows.after.set(histogram(after.data));
      update();
    },
  };
}
