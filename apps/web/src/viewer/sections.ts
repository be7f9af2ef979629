import { type Volume, voxelIndex } from '@blurcycle/core';

/** A picture through a volume: rows of values, and how large a pixel is. */
export interface Section {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Sides of a pixel, down and across. */
  readonly pixelUm: readonly [down: number, across: number];
}

/** The pictures of the viewer; the letters name what goes across and down. */
export const VIEWS = ['xy', 'maximum', 'xz', 'yz'] as const;
/** One of `VIEWS`. */
export type View = (typeof VIEWS)[number];

/** Axes of `point` (z, y, x) that a picture shows, and the one that it is a plane of. */
export const AXES_OF: Readonly<
  Record<View, { readonly down: 0 | 1 | 2; readonly across: 0 | 1 | 2; readonly along: 0 | 1 | 2 }>
> = {
  xy: { down: 1, across: 2, along: 0 },
  xz: { down: 0, across: 2, along: 1 },
  yz: { down: 0, across: 1, along: 2 },
  maximum: { down: 1, across: 2, along: 0 },
};

/** The plane through a point, or the maximum along z. */
export function section(volume: Volume, view: View, point: readonly number[]): Section {
  const { shape, voxelSizeUm, data } = volume;
  const { down, across, along } = AXES_OF[view];
  const [height, width] = [shape[down], shape[across]];
  const values = new Float32Array(height * width);
  if (view === 'maximum') {
    values.set(data.subarray(0, values.length));
    for (let start = values.length; start < data.length; start += values.length) {
      for (let i = 0; i < values.length; i++) {
        if (data[start + i] > values[i]) values[i] = data[start + i];
      }
    }
  } else {
    const place = [0, 0, 0];
    place[along] = point[along];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        place[down] = row;
        place[across] = column;
        values[row * width + column] = data[voxelIndex(shape, place[0], place[1], place[2])];
      }
    }
  }
  return { data: values, width, height, pixelUm: [voxelSizeUm[down], voxelSizeUm[across]] };
}

/** The values along an axis through a point. */
export function lineThrough(
  { data, shape }: Volume,
  axis: 0 | 1 | 2,
  point: readonly number[],
): Float32Array {
  const place = [...point];
  return Float32Array.from({ length: shape[axis] }, (_, i) => {
    place[axis] = i;
    return data[voxelIndex(shape, place[0], place[1], place[2])];
  });
}

/** The brightest voxel, z, y, x. */
export function brightest({ data, shape }: Volume): [number, number, number] {
  let at = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[at]) at = i;
  const [, height, width] = shape;
  return [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
}
