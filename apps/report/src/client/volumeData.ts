import type { Direction, Stack } from './stack.ts';

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
