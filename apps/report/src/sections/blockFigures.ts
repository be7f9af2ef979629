import type { FactsBlock } from '@blurcycle/experiment';
import type { MethodStyle } from '../charts/methodColors.ts';
import type { RenderedChart } from '../charts/renderChart.ts';
import { dataLink, toCsv, type ImageStore } from '../html/embed.ts';
import { axisTitle, formatFact, formatSignificant, scaleBarUm } from '../html/format.ts';
import { html, type Html, type Slot } from '../html/html.ts';
import type { ImageSet, ShownBlock, ShownImage } from '../inputs/readBlock.ts';
import { chartFigure } from './chartFigure.ts';
import type { FigureFrame } from './frame.ts';
import { areGrid, gridFigure } from './gridFigure.ts';
import { kernelFigure } from './kernelFigure.ts';
import { volumeFigure } from './volumeFigure.ts';

/** What the blocks of an experiment are shown with. */
interface BlockContext {
  /** Id of the experiment. */
  readonly experiment: string;
  /** Id of a block of curves to its chart. */
  readonly curves: ReadonlyMap<string, RenderedChart>;
  readonly images: ImageStore;
  /** Id of a row to the style of its method. */
  readonly styleOf: (row: string) => MethodStyle | undefined;
  /** Id of a row to that of its method. */
  readonly methodOf: (row: string) => string | undefined;
  /** Whether its volumes also turn. */
  readonly isTurning: boolean;
  readonly frame: FigureFrame;
}

/**
 * The blocks of an experiment as figures, in order; consecutive charts are side by side, and one
 * field of view under several conditions is a grid.
 */
export function blockFigures(
  blocks: readonly ShownBlock[],
  context: BlockContext,
): readonly Slot[] {
  return groupAlike(blocks).flatMap((group): readonly Slot[] => {
    const [first] = group;
    const volumes = group.filter((block) => block.kind === 'volumes');
    if (volumes.length > 0 && areGrid(volumes)) {
      const { experiment, frame, images, methodOf } = context;
      return [
        gridFigure(volumes, { ...frame, id: `${experiment}-${volumes[0].id}`, images, methodOf }),
      ];
    }
    const figures = group.map((block) => blockFigure(block, context));
    return first.kind === 'curves' ? [html`<div class="charts">${figures}</div>`] : figures;
  });
}

/** Consecutive blocks of the kinds that are shown together. */
function groupAlike(blocks: readonly ShownBlock[]): ShownBlock[][] {
  const groups: ShownBlock[][] = [];
  blocks.forEach((block, i) => {
    const isJoined = block.kind === 'curves' || block.kind === 'volumes';
    if (isJoined && blocks[i - 1]?.kind === block.kind) groups[groups.length - 1].push(block);
    else groups.push([block]);
  });
  return groups;
}

function blockFigure(
  block: ShownBlock,
  { experiment, curves, images, styleOf, methodOf, isTurning, frame }: BlockContext,
): Html | null {
  switch (block.kind) {
    case 'volumes':
      return volumeFigure(block, {
        ...frame,
        id: `${experiment}-${block.id}`,
        ...{ images, styleOf, methodOf, isTurning },
      });
    case 'kernels':
      return kernelFigure(block, {
        ...frame,
        id: `${experiment}-${block.id}`,
        style: styleOf(block.method),
      });
    case 'images':
      return imagesFigure(block, frame);
    case 'facts':
      return factsFigure(block, frame);
    case 'curves': {
      const chart = curves.get(block.id);
      return chart === undefined ? null : chartFigure(chart, frame);
    }
  }
}

/** A table of facts: numbers aligned right, words left. */
export function factsFigure(block: FactsBlock, { reference, made }: FigureFrame): Html {
  const { id, title, columns, rows, note } = block;
  const titles = columns.map(axisTitle);
  const sides = columns.map((_, i) =>
    rows.some((row) => typeof row[i] === 'string') ? 'text' : 'number',
  );
  const cell = (value: string | number | null, column: number): Html => {
    const text = value === null ? '–' : typeof value === 'number' ? formatFact(value) : value;
    return column === 0
      ? html`<th scope="row">${text}</th>`
      : html`<td class="${sides[column]}">${text}</td>`;
  };
  return html`<figure class="facts-figure">
    <div class="scroll" tabindex="0" role="region" aria-label="${reference}, ${title}">
      <table class="plain fact-table">
        <caption>
          ${title}
        </caption>
        <thead>
          <tr>
            ${titles.map((column, i) => html`<th scope="col" class="${i === 0 ? 'text' : sides[i]}">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map(cell)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${note === undefined ? null : html`<p class="note">${note}</p>`}
    <div class="tools">
      ${dataLink(
        'CSV',
        `${id}.csv`,
        'text/csv',
        toCsv(
          titles,
          rows.map((row) => row.map((value) => value ?? '')),
        ),
      )}
    </div>
    ${made}
  </figure>`;
}

/** Largest width and height of an image on the page, in px. */
const WIDEST = 230;
const TALLEST = 300;
/** Width of the line that the images of a figure share, least width of one, and gap, in px. */
const LINE = 1100;
const NARROWEST = 120;
const GAP = 16;

/** Plane images side by side, with the same magnification and display window. */
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
        stroke-width="1"
      />
      <text
        class="bar-label"
        x="${inset}"
        y="${Number((height - inset - 7).toFixed(1))}"
        font-size="11"
        stroke-width="2.5"
      >
        ${formatSignificant(bar, 2)} µm
      </text>
    </svg>
    <figcaption>${item.label}</figcaption>
  </figure>`;
}
