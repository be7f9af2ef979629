import { jsonScript, type ImageStore } from '../html/embed.ts';
import { formatNumber, formatSignificant, scaleBarUm } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';
import { chooseView, grayPng, referenceOf, sectionXz, type VolumeView } from '../model/volumes.ts';
import type { FigureFrame } from './frame.ts';

/** Positions of the planes of the strip, in parts of the depth. */
const STRIP_POSITIONS = [0.125, 0.375, 0.625, 0.875];

/** Where a figure of volumes is shown. */
interface VolumeFigureOptions extends FigureFrame {
  /** Unique within the page. */
  readonly id: string;
  /** Image store of the page, which takes the stacks. */
  readonly images: ImageStore;
}

/**
 * Volumes side by side: of each a plane, an enlarged square, and a section through its middle.
 * Without a script this is the whole figure; the script replaces it by a viewer.
 */
export function volumeFigure(set: VolumeSet, { id, images, made }: VolumeFigureOptions): Html {
  const [depth, height, width] = set.shape;
  const view = chooseView(set);
  const strip = [...new Set(STRIP_POSITIONS.map((position) => Math.floor(position * depth)))];
  const stored = set.items.map((item) => ({
    item,
    image: images.add(item.png, width, height * depth),
  }));
  const voxel = [...set.voxelSizeUm].reverse().map((side) => formatSignificant(side, 3));
  const [low, high] = set.window.map((value) => formatSignificant(value, 3));
  const thinned =
    set.planeStep === 1
      ? ''
      : ` To keep the file small, one plane in ${set.planeStep} is included.`;
  return html`<figure class="volumes" id="${id}">
    <figcaption>
      <strong>${set.title}.</strong> ${depth} planes of ${height} by ${width} voxels of
      ${voxel.join(' × ')} µm (x, y, z), all with one display window.${thinned}
    </figcaption>
    <div class="still">
      <p class="note">
        Plane ${view.plane + 1} (the brightest of ${referenceOf(set).label}); the marked square
        enlarged; the XZ section through the middle of the square; planes
        ${strip.map((z) => z + 1).join(', ')}. Black is ${low}, white is ${high}.
      </p>
      <div class="sheet">
        ${stored.map(({ item, image }) => panel(item, image, set, view, strip))}
      </div>
    </div>
    ${jsonScript('volume-data', {
      shape: set.shape,
      voxelSizeUm: set.voxelSizeUm,
      window: set.window,
      ...view,
      items: stored.map(({ item, image }) => ({ label: item.label, role: item.role, image })),
    })}
    ${made}
  </figure>`;
}

function panel(
  item: ShownVolume,
  image: string,
  set: VolumeSet,
  { plane, region }: VolumeView,
  strip: readonly number[],
): Html {
  const [depth, height, width] = set.shape;
  const [dz, dy, dx] = set.voxelSizeUm;
  const tall = (height * dy) / dx;
  const aspect = dy / dx;
  const row = Math.floor(region.y + region.size / 2);
  const section = grayPng(sectionXz(item.gray, set.shape, row), width, depth, false).toString(
    'base64',
  );
  const bar = scaleBarUm(width * dx);
  const barLength = bar / dx;
  const type = width / 15;
  return html`<figure class="panel ${item.role}">
    <figcaption>${item.label}</figcaption>
    <svg
      class="plane"
      viewBox="0 0 ${width} ${tall}"
      role="img"
      aria-label="${describePlane(item, set, plane)}"
    >
      <svg
        width="${width}"
        height="${tall}"
        viewBox="0 ${plane * height} ${width} ${height}"
        preserveAspectRatio="none"
      >
        <use href="#${image}" />
      </svg>
      <rect
        class="region"
        x="${region.x}"
        y="${region.y * aspect}"
        width="${region.size}"
        height="${region.size * aspect}"
      />
      <rect
        class="bar"
        x="${width * 0.05}"
        y="${tall - width * 0.065}"
        width="${barLength}"
        height="${width * 0.018}"
      />
      <text class="bar-label" x="${width * 0.05}" y="${tall - width * 0.09}" font-size="${type}">
        ${formatSignificant(bar, 2)} µm
      </text>
    </svg>
    <svg
      class="inset"
      viewBox="${region.x} ${plane * height + region.y} ${region.size} ${region.size}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${item.label}: the marked square enlarged"
    >
      <use href="#${image}" />
    </svg>
    <svg
      class="section"
      viewBox="0 0 ${width} ${(depth * dz) / dx}"
      role="img"
      aria-label="${item.label}: XZ section at row ${row + 1} of ${height}"
    >
      <image
        width="${width}"
        height="${(depth * dz) / dx}"
        preserveAspectRatio="none"
        href="data:image/png;base64,${section}"
      />
    </svg>
    <svg
      class="strip"
      viewBox="0 0 ${strip.length * width} ${tall}"
      role="img"
      aria-label="${item.label}: planes ${strip.map((z) => z + 1).join(', ')}"
    >
      ${strip.map(
        (z, i) =>
          html`<svg
            x="${i * width}"
            width="${width}"
            height="${tall}"
            viewBox="0 ${z * height} ${width} ${height}"
            preserveAspectRatio="none"
          >
            <use href="#${image}" />
          </svg>`,
      )}
    </svg>
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
