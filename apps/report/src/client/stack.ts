/** A stack of grey values, [z, y, x]. */
export interface Stack {
  readonly shape: readonly [depth: number, height: number, width: number];
  readonly grey: Uint8Array;
}

/** The directions of view: along z, y and x, and the brightest voxel along z. */
export type Direction = 'xy' | 'xz' | 'yz' | 'maximum';

/** A picture of grey values, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
}

/**
 * Index into [z, y, x] of the axis along the direction of view, and of those across and down the
 * picture.
 */
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
export function cutPlane({ shape, grey }: Stack, direction: Direction, position: number): Picture {
  const [depth, height, width] = shape;
  const area = height * width;
  if (direction === 'xy') {
    return { width, height, grey: grey.slice(position * area, (position + 1) * area) };
  }
  if (direction === 'maximum') return { width, height, grey: maximumOf(grey, area) };
  const columns = direction === 'xz' ? width : height;
  const cut = new Uint8Array(depth * columns);
  for (let z = 0; z < depth; z++) {
    for (let i = 0; i < columns; i++) {
      const inPlane = direction === 'xz' ? position * width + i : i * width + position;
      cut[z * columns + i] = grey[z * area + inPlane];
    }
  }
  return { width: columns, height: depth, grey: cut };
}

function maximumOf(grey: Uint8Array, area: number): Uint8Array {
  const brightest = grey.slice(0, area);
  for (let i = area; i < grey.length; i++) {
    if (grey[i] > brightest[i % area]) brightest[i % area] = grey[i];
  }
  return brightest;
}

/** Width and height in µm of what is seen in a direction. */
export function extentUm(
  shape: Stack['shape'],
  voxelSizeUm: readonly [number, number, number],
  direction: Direction,
): readonly [widthUm: number, heightUm: number] {
  const { across, down } = AXES_OF[direction];
  return [shape[across] * voxelSizeUm[across], shape[down] * voxelSizeUm[down]];
}

/** What the page says about a set of volumes, beside their images. */
export interface VolumeData {
  readonly shape: Stack['shape'];
  readonly voxelSizeUm: readonly [number, number, number];
  /** Intensities of black and white. */
  readonly window: readonly [number, number];
  /** Plane to open with. */
  readonly plane: number;
  /** Square to enlarge, in voxels of that plane. */
  readonly region: { readonly x: number; readonly y: number; readonly size: number };
  readonly items: readonly {
    readonly label: string;
    readonly role: 'input' | 'truth' | 'estimate';
    readonly image: string;
  }[];
}

/** What the viewer shows at the moment. */
export interface ViewerState {
  direction: Direction;
  mode: 'intensity' | 'difference' | 'curtain';
  /**
   * The voxel that is looked at, z, y, x: every direction shows the plane through it, and the
   * square lies around it.
   */
  point: [number, number, number];
  /** Whether the square is enlarged. */
  zoom: boolean;
  /** Items left and right of the curtain, and where it hangs, from 0 to 100. */
  left: number;
  right: number;
  curtain: number;
}
