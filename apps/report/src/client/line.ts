import { AXES_OF, type Stack } from './stack.ts';

/** Planes that a line can lie in. */
export type LinePlane = 'xy' | 'xz' | 'yz';

/** A line through a voxel, in a plane. */
export interface Line {
  readonly plane: LinePlane;
  /** From the direction to the right, counterclockwise, in degrees. */
  readonly angle: number;
  readonly lengthUm: number;
}

type Point = readonly [number, number, number];

/** Positions along a line in voxels, [z, y, x], with their distances from its middle in µm. */
interface LineSamples {
  readonly points: readonly Point[];
  readonly positionsUm: readonly number[];
}

/** What sums of steps may be off, in voxels. */
const ROUNDING = 1e-9;

/**
 * The samples of a line, one for each smallest side of a voxel; those outside the volume are left
 * out.
 *
 * @param middle - The voxel that it runs through.
 */
export function sampleLine(
  { plane, angle, lengthUm }: Line,
  middle: Point,
  shape: Stack['shape'],
  voxelSizeUm: Point,
): LineSamples {
  const { across, down } = AXES_OF[plane];
  const step = Math.min(voxelSizeUm[across], voxelSizeUm[down]);
  const half = Math.floor(lengthUm / 2 / step + ROUNDING);
  const radians = (angle * Math.PI) / 180;
  const positions = Array.from({ length: 2 * half + 1 }, (_, i) => (i - half) * step);
  const samples = positions.flatMap((um) => {
    const point: [number, number, number] = [...middle];
    point[across] += (um * Math.cos(radians)) / voxelSizeUm[across];
    point[down] -= (um * Math.sin(radians)) / voxelSizeUm[down];
    const isInside = point.every((at, axis) => at >= -ROUNDING && at <= shape[axis] - 1 + ROUNDING);
    return isInside ? [{ point, um }] : [];
  });
  return { points: samples.map(({ point }) => point), positionsUm: samples.map(({ um }) => um) };
}

/** The gray value between voxels: linear along each axis. */
export function grayAt({ shape, gray }: Stack, point: Point): number {
  const low = point.map((at, axis) => Math.min(shape[axis] - 1, Math.max(0, Math.floor(at))));
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    let at = 0;
    for (let axis = 0; axis < 3; axis++) {
      const bit = (corner >> axis) & 1;
      const share = point[axis] - low[axis];
      weight *= bit === 1 ? share : 1 - share;
      at = at * shape[axis] + Math.min(shape[axis] - 1, low[axis] + bit);
    }
    if (weight > 0) sum += weight * gray[at];
  }
  return sum;
}

/**
 * The line between two positions in a plane, in parts of its width and height: its voxel in the
 * middle, angle and length.
 */
export function lineBetween(
  plane: LinePlane,
  from: readonly [across: number, down: number],
  to: readonly [across: number, down: number],
  shape: Stack['shape'],
  voxelSizeUm: Point,
): { readonly line: Line; readonly across: number; readonly down: number } {
  const axes = AXES_OF[plane];
  const widthUm = shape[axes.across] * voxelSizeUm[axes.across];
  const heightUm = shape[axes.down] * voxelSizeUm[axes.down];
  const [rightUm, upUm] = [(to[0] - from[0]) * widthUm, (from[1] - to[1]) * heightUm];
  const degrees = (Math.atan2(upUm, rightUm) * 180) / Math.PI;
  const voxel = (share: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return {
    line: { plane, angle: wrapped(degrees), lengthUm: Math.hypot(rightUm, upUm) },
    across: voxel((from[0] + to[0]) / 2, shape[axes.across]),
    down: voxel((from[1] + to[1]) / 2, shape[axes.down]),
  };
}

/** Voxels around a point whose gradients say how a structure lies. */
const REACH = 4;

/**
 * The angle of the line across the structure at a voxel, in degrees: the direction in which
 * intensities vary most in its surroundings (largest eigenvector of the structure tensor).
 */
export function angleAcross(
  stack: Stack,
  plane: LinePlane,
  middle: Point,
  voxelSizeUm: Point,
): number {
  const { across, down } = AXES_OF[plane];
  const { shape } = stack;
  let [horizontal, vertical, mixed] = [0, 0, 0];
  const slope = (point: Point, axis: number): number => {
    const moved = (by: number): Point => {
      const at: [number, number, number] = [...point];
      at[axis] = Math.min(shape[axis] - 1, Math.max(0, at[axis] + by));
      return at;
    };
    return (grayAt(stack, moved(1)) - grayAt(stack, moved(-1))) / voxelSizeUm[axis];
  };
  for (let v = -REACH; v <= REACH; v++) {
    for (let u = -REACH; u <= REACH; u++) {
      const point: [number, number, number] = [...middle];
      point[across] = Math.min(shape[across] - 1, Math.max(0, point[across] + u));
      point[down] = Math.min(shape[down] - 1, Math.max(0, point[down] + v));
      const [right, up] = [slope(point, across), -slope(point, down)];
      horizontal += right * right;
      vertical += up * up;
      mixed += right * up;
    }
  }
  return wrapped((Math.atan2(2 * mixed, horizontal - vertical) * 90) / Math.PI);
}

/** A direction without a sign, in whole degrees from 0 to 179. */
function wrapped(degrees: number): number {
  return ((Math.round(degrees) % 180) + 180) % 180;
}

/**
 * Full width at half of the largest value, between straight lines; null where the line ends before
 * the values have fallen by half on both sides.
 */
export function widthAtHalf(
  positions: readonly number[],
  values: readonly number[],
): number | null {
  const peak = values.indexOf(Math.max(...values));
  const half = values[peak] / 2;
  const crossing = (step: 1 | -1): number | null => {
    for (let i = peak; i + step >= 0 && i + step < values.length; i += step) {
      const [inside, outside] = [values[i], values[i + step]];
      if (outside >= half) continue;
      const share = (inside - half) / (inside - outside);
      return positions[i] + share * (positions[i + step] - positions[i]);
    }
    return null;
  };
  const [low, high] = [crossing(-1), crossing(1)];
  return half <= 0 || low === null || high === null ? null : high - low;
}
