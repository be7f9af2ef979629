import { formatSignificant, scaleBarUm } from '../html/format.ts';
import { grayPng } from '../html/grayPng.ts';
import { html, type Html } from '../html/html.ts';
import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';
import { chooseView, sectionXz, type VolumeView } from '../model/volumes.ts';

/** Width of the picture, gap between its parts, and room for a line of text, in px. */
const WIDTH = 900;
const GAP = 12;
const LINE = 24;

/** Volumes whose fine structures are compared, by id. */
const COMPARED = ['input', 'proposed', 'non-blind', 'rl-tv', 'truth'];

/**
 * Input left and proposed method right of a divider, in maximum projections along z and y; below,
 * the same small square of several methods in a plane and in a section. undefined if the set has
 * no volume of one of them.
 */
export function curtainPicture(set: VolumeSet): string | undefined {
  const input = set.items.find(({ role }) => role === 'input');
  const proposed = set.items.find(({ id }) => id === 'proposed');
  if (input === undefined || proposed === undefined) return undefined;
  const [depth, height, width] = set.storedShape;
  const [dz, dy, dx] = set.voxelSizeUm;
  const side = (WIDTH - GAP) / 2;
  const scale = side / (width * dx);
  const [tall, deep] = [height * dy * scale, depth * dz * scale];
  const half = (item: ShownVolume, axis: 'xy' | 'xz', from: number): Html => {
    const rows = axis === 'xy' ? height : depth;
    const gray = cut(item.brightest[axis], width, {
      ...{ x: from, y: 0, width: width / 2, height: rows },
    });
    const at = (axis === 'xy' ? 0 : side + GAP) + (from / width) * side;
    return image(gray, width / 2, rows, {
      ...{ x: at, y: LINE, width: side / 2, height: axis === 'xy' ? tall : deep },
    });
  };
  const divider = (x: number, bottom: number): Html =>
    html`<path d="M${x} ${LINE}V${bottom}" stroke="#ffd34d" stroke-width="2" />`;
  const bar = scaleBarUm(width * dx);
  const view = chooseView(set);
  const compared = COMPARED.flatMap((id) =>
    set.items.filter((item) => item.id === id || (id === item.role && item.role !== 'estimate')),
  );
  const top = LINE + Math.max(tall, deep) + LINE;
  const small = (WIDTH - GAP * (compared.length - 1)) / compared.length;
  const bottom = top + LINE + small + 4 + small;
  return `${
    html`<svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${WIDTH} ${Math.ceil(bottom)}"
      width="${WIDTH}"
      height="${Math.ceil(bottom)}"
      font-family="system-ui, sans-serif"
      font-size="15"
      role="img"
      aria-label="Input and restored volume side by side in XY and XZ, and the same small square by several methods"
    >
      <style>
        image {
          image-rendering: pixelated;
        }
      </style>
      <g fill="#808080">
        <text x="0" y="16">${input.label}</text>
        <text x="${side}" y="16" text-anchor="end">${proposed.label}</text>
        <text x="${WIDTH}" y="16" text-anchor="end">the same, XZ</text>
        ${compared.map(
          ({ label }, i) =>
            html`<text x="${fixed(i * (small + GAP))}" y="${fixed(top + 16)}" font-size="13">
              ${label.replace(/, known PSF$/, '')}
            </text>`,
        )}
      </g>
      ${half(input, 'xy', 0)} ${half(proposed, 'xy', width / 2)} ${half(input, 'xz', 0)}
      ${half(proposed, 'xz', width / 2)} ${divider(side / 2, LINE + tall)}
      ${divider(side + GAP + side / 2, LINE + deep)}
      <rect
        x="14"
        y="${fixed(LINE + tall - 18)}"
        width="${fixed(bar * scale)}"
        height="5"
        fill="#fff"
        stroke="#000"
      />
      <text
        x="14"
        y="${fixed(LINE + tall - 26)}"
        fill="#fff"
        stroke="#000"
        stroke-width="3"
        paint-order="stroke"
      >
        ${formatSignificant(bar, 2)} µm
      </text>
      ${compared.map((item, i) => detail(item, set, view, i * (small + GAP), top + LINE, small))}
    </svg>`.markup
  }\n`;
}

/** The square of the opening view in its plane, and below it the section through its middle. */
function detail(
  item: ShownVolume,
  { shape: [depth, height, width], voxelSizeUm: [dz, dy] }: VolumeSet,
  { plane, region }: VolumeView,
  x: number,
  y: number,
  size: number,
): Html {
  const area = height * width;
  const inPlane = cut(item.gray.subarray(plane * area, (plane + 1) * area), width, {
    ...{ x: region.x, y: region.y, width: region.size, height: region.size },
  });
  const planes = Math.min(depth, Math.round((region.size * dy) / dz));
  const from = Math.min(depth - planes, Math.max(0, plane - Math.floor(planes / 2)));
  const row = Math.floor(region.y + region.size / 2);
  const section = cut(sectionXz(item.gray, [depth, height, width], row), width, {
    ...{ x: region.x, y: from, width: region.size, height: planes },
  });
  return html`${image(inPlane, region.size, region.size, { x, y, width: size, height: size })}
  ${image(section, region.size, planes, { x, y: y + size + 4, width: size, height: size })}`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of a picture. */
function cut(gray: Uint8Array, stride: number, { x, y, width, height }: Box): Uint8Array {
  const part = new Uint8Array(width * height);
  for (let v = 0; v < height; v++) {
    const from = (y + v) * stride + x;
    part.set(gray.subarray(from, from + width), v * width);
  }
  return part;
}

function image(gray: Uint8Array, width: number, height: number, box: Box): Html {
  return html`<image
    x="${fixed(box.x)}"
    y="${fixed(box.y)}"
    width="${fixed(box.width)}"
    height="${fixed(box.height)}"
    preserveAspectRatio="none"
    href="data:image/png;base64,${grayPng(gray, width, height).toString('base64')}"
  />`;
}

function fixed(value: number): number {
  return Number(value.toFixed(1));
}
