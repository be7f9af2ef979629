import type { ImagesBlock } from '@blurcycle/experiment';
import { encodeGreyPng } from './encodeGreyPng.ts';
import type { FigureParts } from './figureParts.ts';

/** A plane to be shown. */
export interface PlaneImage {
  readonly id: string;
  readonly label: string;
  /** Rows and columns. */
  readonly sides: readonly [rows: number, columns: number];
  readonly pixelSizeUm: readonly [down: number, across: number];
  /** Row by row. */
  readonly values: Float32Array;
  /** What is to be seen, in numbers. */
  readonly alt: string;
}

/** Planes side by side through one display window. */
export function planeImages(
  head: Pick<ImagesBlock, 'id' | 'title' | 'window' | 'quantity'>,
  planes: readonly PlaneImage[],
): FigureParts {
  const files = new Map<string, Buffer>();
  const items = planes.map(({ id, label, sides, pixelSizeUm, values, alt }) => {
    const file = `figures/${head.id}-${id}.png`;
    const [height, width] = sides;
    files.set(file, encodeGreyPng(values, width, height, head.window));
    return { id, label, pixelSizeUm, file, alt };
  });
  return { blocks: [{ kind: 'images', ...head, items }], files };
}
