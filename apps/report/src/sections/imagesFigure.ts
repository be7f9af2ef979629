import type { ImageSet, ShownImage } from '../inputs/readImageSet.ts';
import { formatSignificant } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import { scaleBarUm } from '../model/scaleBar.ts';
import type { FigureFrame } from './figureFrame.ts';

/** What the widest and the tallest image of a figure may measure on the page, in px. */
const WIDEST = 230;
const TALLEST = 300;
/**
 * Images share one line of the page, in px, unless they would become narrower than they can be
 * read.
 */
const LINE = 1100;
const NARROWEST = 120;
const GAP = 16;

/** Plane images side by side, all at one magnification and through one window. */
export function imagesFigure(
  { title, window, quantity, items }: ImageSet,
  { made }: FigureFrame,
): Html {
  const [low, high] = window.map((value) => formatSignificant(value, 3));
  const sizes = items.map(sizeUm);
  const widest = Math.min(WIDEST, Math.max(NARROWEST, Math.floor(LINE / items.length) - GAP));
  const pxPerUm = Math.min(
    widest / Math.max(...sizes.map(({ widthUm }) => widthUm)),
    TALLEST / Math.max(...sizes.map(({ heightUm }) => heightUm)),
  );
  return html`<figure class="images">
    <figcaption>
      <strong>${title}.</strong> Black is ${low}, white is ${high}: ${quantity}, in all panels.
    </figcaption>
    <div class="image-row">${items.map((item) => panel(item, pxPerUm))}</div>
    ${made}
  </figure>`;
}

function sizeUm({ width, height, pixelSizeUm: [down, across] }: ShownImage): {
  readonly widthUm: number;
  readonly heightUm: number;
} {
  return { widthUm: width * across, heightUm: height * down };
}

function panel(item: ShownImage, pxPerUm: number): Html {
  const { widthUm, heightUm } = sizeUm(item);
  const [width, height] = [widthUm * pxPerUm, heightUm * pxPerUm].map((side) =>
    Number(side.toFixed(1)),
  );
  const bar = scaleBarUm(widthUm);
  const inset = 7;
  return html`<figure>
    <svg
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-label="${item.alt}"
    >
      <image
        width="${width}"
        height="${height}"
        preserveAspectRatio="none"
        href="data:image/png;base64,${item.png.toString('base64')}"
      />
      <rect
        class="bar"
        x="${inset}"
        y="${Number((height - inset - 3).toFixed(1))}"
        width="${Number((bar * pxPerUm).toFixed(1))}"
        height="3"
      />
      <text
        class="bar-label"
        x="${inset}"
        y="${Number((height - inset - 7).toFixed(1))}"
        font-size="11"
      >
        ${formatSignificant(bar, 2)} µm
      </text>
    </svg>
    <figcaption>${item.label}</figcaption>
  </figure>`;
}
