/** A stack of gray values, [z, y, x]. */
export interface Stack {
  readonly shape: readonly [depth: number, height: number, width: number];
  readonly gray: Uint8Array;
}

/** The directions of view: along z, y and x, and the brightest voxel along z. */
type Direction = 'xy' | 'xz' | 'yz' | 'maximum';

/** A gray picture, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly gray: Uint8Array;
}

/** Index in [z, y, x] of the axis along the direction of view, and of those across and down. */
export const AXES_OF = {
  xy: { along: 0, across: 2, down: 1 },
  xz: { along: 1, across: 2, down: 0 },
  yz: { along: 2, across: 1, down: 0 },
  maximum: { along: 0, across: 2, down: 1 },
} as const satisfies Record<Direction, unknown>;

/**
 * Cuts a plane out of a stack: `xy` is [y, x], `xz` is [z, x], `yz` is [z, y], `maximum` is [y, x].
 *
 * @param position - Plane along the direction of view, from 0.
 */
export function cutPlane({ shape, gray }: Stack, direction: Direction, position: number): Picture {
  const [depth, height, width] = shape;
  const area = height * width;
  if (direction === 'xy') {
    return { width, height, gray: gray.slice(position * area, (position + 1) * area) };
  }
  if (direction === 'maximum') return { width, height, gray: maximumOf(gray, area) };
  const columns = direction === 'xz' ? width : height;
  const cut = new Uint8Array(depth * columns);
  for (let z = 0; z < depth; z++) {
    for (let i = 0; i < columns; i++) {
      const inPlane = direction === 'xz' ? position * width + i : i * width + position;
      cut[z * columns + i] = gray[z * area + inPlane];
    }
  }
  return { width: columns, height: depth, gray: cut };
}

function maximumOf(gray: Uint8Array, area: number): Uint8Array {
  const brightest = gray.slice(0, area);
  for (let i = area; i < gray.length; i++) {
    if (gray[i] > brightest[i % area]) brightest[i % area] = gray[i];
  }
  return brightest;
}

/** Width and height in µm of the picture in a direction. */
export function extentUm(
  shape: Stack['shape'],
  voxelSizeUm: readonly [number, number, number],
  direction: Direction,
): readonly [widthUm: number, heightUm: number] {
  const { across, down } = AXES_OF[direction];
  return [shape[across] * voxelSizeUm[across], shape[down] * voxelSizeUm[down]];
}

/** Description of a set of volumes in the page, beside their images. */
export interface VolumeData {
  readonly shape: Stack['shape'];
  readonly voxelSizeUm: readonly [number, number, number];
  /** Intensities of black and white. */
  readonly window: readonly [number, number];
  /** Plane that the viewer opens with. */
  readonly plane: number;
  /** Square to enlarge, in voxels of that plane. */
  readonly region: { readonly x: number; readonly y: number; readonly size: number };
  readonly items: readonly {
    readonly label: string;
    readonly role: 'input' | 'truth' | 'estimate';
    readonly image: string;
  }[];
}

/** What a viewer shows. */
export interface ViewerState {
  direction: Direction;
  mode: 'intensity' | 'difference' | 'curtain';
  /** The voxel of interest, [z, y, x]: planes run through it, and the square is around it. */
  point: [number, number, number];
  /** Whether the square is enlarged. */
  zoom: boolean;
  /** Items left and right of the curtain, and its position in percent. */
  left: number;
  right: number;
  curtain: number;
}
