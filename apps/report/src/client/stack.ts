import type { Line } from './line.ts';

/** A stack of gray values, [z, y, x]. */
export interface Stack {
  readonly shape: readonly [depth: number, height: number, width: number];
  readonly gray: Uint8Array;
  /** Brightest voxels of the whole stored stack along z and along y. */
  readonly brightest: { readonly xy: Picture; readonly xz: Picture };
}

/** What one picture shows: a plane across z, y or x, or the brightest voxels along z or y. */
export type Cut = 'xy' | 'xz' | 'yz' | 'brightest-xy' | 'brightest-xz';

/** The views of a viewer. */
export type Direction = 'both' | 'xy' | 'xz' | 'yz' | 'maximum';

/** The pictures of each view, side by side. */
export const CUTS_OF = {
  both: ['xy', 'xz'],
  xy: ['xy'],
  xz: ['xz'],
  yz: ['yz'],
  maximum: ['brightest-xy', 'brightest-xz'],
} as const satisfies Record<Direction, readonly Cut[]>;

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
  'brightest-xy': { along: 0, across: 2, down: 1 },
  'brightest-xz': { along: 1, across: 2, down: 0 },
} as const satisfies Record<Cut, unknown>;

/**
 * Cuts a plane out of a stack: `xy` is [y, x], `xz` is [z, x], `yz` is [z, y].
 *
 * @param position - Plane along the direction of view, from 0; projections have none.
 */
export function cutPlane({ shape, gray, brightest }: Stack, cut: Cut, position: number): Picture {
  if (cut === 'brightest-xy') return brightest.xy;
  if (cut === 'brightest-xz') return brightest.xz;
  const [depth, height, width] = shape;
  const area = height * width;
  if (cut === 'xy') {
    return { width, height, gray: gray.slice(position * area, (position + 1) * area) };
  }
  const columns = cut === 'xz' ? width : height;
  const section = new Uint8Array(depth * columns);
  for (let z = 0; z < depth; z++) {
    for (let i = 0; i < columns; i++) {
      const inPlane = cut === 'xz' ? position * width + i : i * width + position;
      section[z * columns + i] = gray[z * area + inPlane];
    }
  }
  return { width: columns, height: depth, gray: section };
}

/** Width and height in µm of a picture. */
export function extentUm(
  shape: Stack['shape'],
  voxelSizeUm: readonly [number, number, number],
  cut: Cut,
): readonly [widthUm: number, heightUm: number] {
  const { across, down } = AXES_OF[cut];
  return [shape[across] * voxelSizeUm[across], shape[down] * voxelSizeUm[down]];
}

/** Description of a set of volumes in the page, beside their images. */
export interface VolumeData {
  readonly shape: Stack['shape'];
  /** Shape of the stored stacks, of which the page may hold a lateral part. */
  readonly storedShape: Stack['shape'];
  readonly voxelSizeUm: readonly [number, number, number];
  /** Intensities of black and white. */
  readonly window: readonly [number, number];
  /** Plane that the viewer opens with. */
  readonly plane: number;
  /** Square to enlarge, in voxels of that plane. */
  readonly region: { readonly x: number; readonly y: number; readonly size: number };
  readonly items: readonly {
    /** Id of the row, `input` or `truth`. */
    readonly id: string;
    readonly label: string;
    readonly role: 'input' | 'truth' | 'estimate';
    /** Ids of images in the page. */
    readonly image: string;
    readonly brightest: { readonly xy: string; readonly xz: string };
    /** Id of its method; null where it has none. */
    readonly method: string | null;
    /** Color of the method on a light page; null where it has none. */
    readonly color: string | null;
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
  /** Gray values that are drawn black and white, and the exponent between them, in tenths. */
  black: number;
  white: number;
  gamma: number;
  /** Axis of the line profile, or a line at any angle. */
  profile: 0 | 1 | 2 | 'line';
  line: Line;
  /** Whether the pictures are larger. */
  large: boolean;
}

/** Levels on the screen for all gray values: black to white with an exponent. */
export function displayLevels({
  black,
  white,
  gamma,
}: Pick<ViewerState, 'black' | 'white' | 'gamma'>): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, gray) => {
    const share = Math.min(1, Math.max(0, (gray - black) / Math.max(1, white - black)));
    return Math.round(255 * share ** (gamma / 10));
  });
}
