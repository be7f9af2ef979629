import type { RenderedChart } from '../charts/renderChart.ts';
import { html, type Html, type Slot } from '../html/html.ts';
import type { ShownBlock } from '../inputs/readBlock.ts';
import type { ImageStore } from '../model/imageStore.ts';
import { chartFigure } from './chartFigure.ts';
import type { FigureFrame } from './figureFrame.ts';
import { factsFigure } from './factsFigure.ts';
import { imagesFigure } from './imagesFigure.ts';
import { volumeFigure } from './volumeFigure.ts';

/** What the blocks of one experiment need besides themselves. */
export interface BlockContext {
  /** Id of the experiment. */
  readonly experiment: string;
  /** Id of a block of curves to its chart. */
  readonly curves: ReadonlyMap<string, RenderedChart>;
  readonly images: ImageStore;
  readonly frame: FigureFrame;
}

/**
 * Everything that an experiment shows beside its table, in its order; neighbouring charts stand
 * side by side.
 */
export function blockFigures(
  blocks: readonly ShownBlock[],
  context: BlockContext,
): readonly Slot[] {
  return groupCurves(blocks).map((group) => {
    const [first] = group;
    if (first.kind !== 'curves') return blockFigure(first, context);
    return html`<div class="charts">${group.map((block) => blockFigure(block, context))}</div>`;
  });
}

function groupCurves(blocks: readonly ShownBlock[]): ShownBlock[][] {
  const groups: ShownBlock[][] = [];
  blocks.forEach((block, i) => {
    if (block.kind === 'curves' && blocks[i - 1]?.kind === 'curves')
      groups[groups.length - 1].push(block);
    else groups.push([block]);
  });
  return groups;
}

function blockFigure(
  block: ShownBlock,
  { experiment, curves, images, frame }: BlockContext,
): Html | null {
  switch (block.kind) {
    case 'volumes':
      return volumeFigure(block, { ...frame, id: `${experiment}-${block.id}`, images });
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
