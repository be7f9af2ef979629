import { capitalize } from '@blurcycle/core';
import type { MethodStyle } from '../charts/methodColors.ts';
import { jsonScript, type ImageStore } from '../html/embed.ts';
import { formatNumber, formatSignificant } from '../html/format.ts';
import { grayPng } from '../html/grayPng.ts';
import { html, type Html } from '../html/html.ts';
import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';
import { chooseView, sectionXz, type VolumeView } from '../model/volumes.ts';
import { drawing } from './drawing.ts';
import { selfLink, type FigureFrame } from './frame.ts';
import { turningFigure } from './turning.ts';

/** Where a figure of volumes is shown. */
interface VolumeFigureOptions extends FigureFrame {
  /** Unique within the page. */
  readonly id: string;
  /** Image store of the page, which takes the stacks. */
  readonly images: ImageStore;
  /** Id of a row to the style of its method. */
  readonly styleOf: (row: string) => MethodStyle | undefined;
  /** Id of a row to that of its method. */
  readonly methodOf: (row: string) => string | undefined;
  /** Whether it also turns; each turn takes as much of the page as half a stack. */
  readonly isTurning: boolean;
}

/** A volume and the ids of its images in the store. */
interface StoredVolume {
  readonly item: ShownVolume;
  /** The planes below each other; null where the page leaves the stacks out. */
  readonly image: string | null;
  readonly brightest: { readonly xy: string; readonly xz: string };
}

/**
 * Volumes side by side: of each a plane beside a section, and the brightest voxels along z and
 * along y. Without a script this is the whole figure; the script replaces it by a viewer.
 */
export function volumeFigure(set: VolumeSet, options: VolumeFigureOptions): Html {
  const { id, images, styleOf, methodOf, isTurning, made } = options;
  const view = chooseView(set);
  const row = Math.floor(view.region.y + view.region.size / 2);
  const stored = set.items.map((item) => store(item, set, images));
  const [low, high] = set.window.map((value) => formatSignificant(value, 3));
  const hasViewer = set.part === 'whole' || set.part === 'square';
  return html`<figure class="volumes" id="${id}">
    <figcaption>
      <strong>${set.title}.</strong> ${describeShape(set)}; the same brightness scale in every
      panel. ${describePart(set)} ${selfLink(id, set.title)}
    </figcaption>
    <div class="still">
      <p class="note">${describePictures(set, view)} Black is ${low}, white is ${high}.</p>
      <div class="sheet">
        ${stored.map((one) => panel(one, set, view, { row, method: methodOf(one.item.id) }))}
      </div>
    </div>
    ${
      !hasViewer
        ? null
        : jsonScript('volume-data', {
            shape: set.shape,
            storedShape: set.storedShape,
            voxelSizeUm: set.voxelSizeUm,
            window: set.window,
            ...view,
            items: stored.map(({ item: { id: key, label, role }, image, brightest }) => ({
              ...{ id: key, label, role, image, brightest },
              method: methodOf(key) ?? null,
              color: styleOf(key)?.light ?? null,
            })),
          })
    }
    ${isTurning && set.part !== 'plane' ? turningFigure(set, id, images) : null} ${made}
  </figure>`;
}

function store(item: ShownVolume, set: VolumeSet, images: ImageStore): StoredVolume {
  const [depth, height, width] = set.shape;
  const [storedDepth, storedHeight, storedWidth] = set.storedShape;
  const add = (gray: Uint8Array, tall: number): string =>
    images.add(grayPng(gray, storedWidth, tall), storedWidth, tall);
  return {
    item,
    image: set.part === 'none' ? null : images.add(item.png, width, height * depth),
    brightest: {
      xy: add(item.brightest.xy, storedHeight),
      xz: add(item.brightest.xz, storedDepth),
    },
  };
}

function describeShape({ part, storedShape, voxelSizeUm }: VolumeSet): string {
  const [depth, height, width] = storedShape;
  const planes = part === 'plane' ? '' : `${depth} planes of `;
  const voxel = [...voxelSizeUm].reverse().map((side) => formatSignificant(side, 3));
  return `${planes}${height} by ${width} voxels of ${voxel.join(' × ')} µm (x, y, z)`;
}

/** What the still pictures show. */
function describePictures({ part }: VolumeSet, { plane }: VolumeView): string {
  if (part === 'plane') return 'XY plane with most structure.';
  const brightest = 'maximum projections along z and along y, of all planes.';
  return part === 'none'
    ? `Pictures: ${brightest}`
    : `Top: plane ${plane + 1}, the one with most structure, and the XZ section along its line. Bottom: ${brightest}`;
}

/** Why there is one plane. */
export function describeThinned({ storedShape: [stored], volumePlanes }: VolumeSet): string {
  return (
    `one plane; an older version stored ${stored} of ${volumePlanes ?? stored} planes, ` +
    'too few for sections and projections'
  );
}

function describePart(set: VolumeSet): string {
  const {
    part,
    shape: [, height, width],
  } = set;
  if (part === 'whole') return '';
  if (part === 'plane') return `${capitalize(describeThinned(set))}.`;
  const why = 'to keep the file small; the projections are of the whole stacks.';
  return part === 'none'
    ? `The stacks are left out ${why}`
    : `Planes and sections are cut to ${height} by ${width} voxels ${why}`;
}

function panel(
  { item, image, brightest }: StoredVolume,
  set: VolumeSet,
  { plane }: VolumeView,
  { row, method }: { readonly row: number; readonly method: string | undefined },
): Html {
  const [depth, height, width] = set.shape;
  const [storedDepth, storedHeight, storedWidth] = set.storedShape;
  const [dz, dy, dx] = set.voxelSizeUm;
  const section = (): string =>
    grayPng(sectionXz(item.gray, set.shape, row), width, depth).toString('base64');
  const isPlane = set.part === 'plane';
  const planes =
    image === null
      ? null
      : [
          drawing(dx, 'plane', {
            voxels: [width, height],
            aspect: dy / dx,
            content: html`<svg
                width="${width}"
                height="${height}"
                viewBox="0 ${plane * height} ${width} ${height}"
              >
                <use href="#${image}" />
              </svg>
              ${isPlane ? null : html`<path class="cut" d="M0 ${row + 0.5}H${width}" />`}`,
            label: describePlane(item, set, plane),
          }),
          isPlane
            ? null
            : drawing(dx, 'section', {
                voxels: [width, depth],
                aspect: dz / dx,
                content: html`<image
                    width="${width}"
                    height="${depth}"
                    preserveAspectRatio="none"
                    href="data:image/png;base64,${section()}"
                  />
                  <path class="cut" d="M0 ${plane + 0.5}H${width}" />`,
                label: `${item.label}: XZ section at row ${row + 1} of ${height}`,
              }),
        ];
  return html`<figure class="panel ${item.role}" data-method="${method ?? ''}">
    <figcaption>${item.label}</figcaption>
    ${planes}
    ${
      isPlane
        ? null
        : drawing(dx, 'brightest', {
            voxels: [storedWidth, storedHeight],
            aspect: dy / dx,
            content: html`<use href="#${brightest.xy}" />`,
            label: `${item.label}: maximum projection along z, ${storedDepth} planes`,
          })
    }
    ${
      isPlane
        ? null
        : drawing(dx, 'brightest', {
            voxels: [storedWidth, storedDepth],
            aspect: dz / dx,
            content: html`<use href="#${brightest.xz}" />`,
            label: `${item.label}: maximum projection along y, ${storedHeight} rows`,
          })
    }
  </figure>`;
}

/** The text alternative of a plane: its mean and maximum, in the units of the data. */
function describePlane({ label, gray }: ShownVolume, set: VolumeSet, plane: number): string {
  const [depth, height, width] = set.shape;
  const [low, high] = set.window;
  const area = height * width;
  let sum = 0;
  let peak = 0;
  for (let i = plane * area; i < (plane + 1) * area; i++) {
    sum += gray[i];
    peak = Math.max(peak, gray[i]);
  }
  const intensity = (value: number): string => formatNumber(low + ((high - low) * value) / 255, 3);
  return `${label}: XY plane ${plane + 1} of ${depth}, mean intensity ${intensity(sum / area)}, brightest voxel ${intensity(peak)}`;
}
