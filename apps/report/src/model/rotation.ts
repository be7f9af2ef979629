import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';

/** Views of a whole turn; those of its second half are the first ones mirrored. */
export const TURN_VIEWS = 24;

/** The brightest voxels along the line of sight while a stack turns about its y axis. */
export interface Turn {
  readonly width: number;
  readonly height: number;
  /** The views below each other, row by row. */
  readonly gray: Uint8Array;
}

/** Turns that were computed: a page that does not fit is rendered twice. */
const turns = new WeakMap<ShownVolume, Turn>();

/**
 * Maximum projections of a stack from all sides, in steps of the width of a voxel, with linear
 * interpolation between planes and columns. What is outside the stack is black.
 *
 * Cost: 12 views times rows times the square of the diagonal, a second for 48 planes of 128 by 128.
 */
export function turnOf(item: ShownVolume, set: Pick<VolumeSet, 'shape' | 'voxelSizeUm'>): Turn {
  const known = turns.get(item);
  if (known !== undefined) return known;
  const [depth, height, width] = set.shape;
  const aspect = set.voxelSizeUm[0] / set.voxelSizeUm[2];
  const diagonal = Math.ceil(Math.hypot(width, depth * aspect));
  const side = diagonal + ((diagonal - width) % 2); // columns of the first view are those of the stack
  const gray = new Uint8Array(TURN_VIEWS * height * side);
  const middle = (side - 1) / 2;
  for (let view = 0; view < TURN_VIEWS / 2; view++) {
    const angle = (2 * Math.PI * view) / TURN_VIEWS;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let u = 0; u < side; u++) {
      for (let t = 0; t < side; t++) {
        const [across, along] = [u - middle, t - middle];
        const x = inside(across * cos - along * sin + (width - 1) / 2, width);
        const z = inside((across * sin + along * cos) / aspect + (depth - 1) / 2, depth);
        if (x === undefined || z === undefined) continue;
        const [x0, z0] = [Math.floor(x), Math.floor(z)];
        const [fx, fz] = [x - x0, z - z0];
        const right = x0 + 1 < width ? 1 : 0;
        const below = z0 + 1 < depth ? height * width : 0;
        for (let y = 0; y < height; y++) {
          const at = (z0 * height + y) * width + x0;
          const upper = item.gray[at] * (1 - fx) + item.gray[at + right] * fx;
          const lower = item.gray[at + below] * (1 - fx) + item.gray[at + below + right] * fx;
          const value = Math.round(upper * (1 - fz) + lower * fz);
          const into = (view * height + y) * side + u;
          if (value > gray[into]) gray[into] = value;
        }
      }
    }
    mirror(gray, { view, height, side });
  }
  const turn = { width: side, height, gray };
  turns.set(item, turn);
  return turn;
}

/** Cosines of quarter turns are not quite zero. */
const ROUNDING = 1e-9;

/** A position between the first and the last voxel; undefined for one outside. */
function inside(position: number, count: number): number | undefined {
  if (position < -ROUNDING || position > count - 1 + ROUNDING) return undefined;
  return Math.min(count - 1, Math.max(0, position));
}

/** From behind, the brightest voxels along a line are the same: the view is mirrored. */
function mirror(
  gray: Uint8Array,
  { view, height, side }: { readonly view: number; readonly height: number; readonly side: number },
): void {
  const behind = view + TURN_VIEWS / 2;
  for (let y = 0; y < height; y++) {
    const [from, into] = [(view * height + y) * side, (behind * height + y) * side];
    for (let u = 0; u < side; u++) gray[into + u] = gray[from + side - 1 - u];
  }
}
