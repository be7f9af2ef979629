import type { RandomStream, Shape3, VoxelSizeUm } from '@blurcycle/core';

/** A point or direction in µm, in the order z, y, x. */
export type Point3 = readonly [z: number, y: number, x: number];

/** The axis of a filament: a polyline of points in µm. */
export type CentreLine = readonly Point3[];

/** An axis-parallel box in µm, from `low` to `high`. */
export interface Box {
  readonly low: Point3;
  readonly high: Point3;
}

/**
 * The box that the voxels of a volume fill; voxel (i, j, k) has its centre at (i dz, j dy, k dx).
 */
export function volumeBox(shape: Shape3, voxelSizeUm: VoxelSizeUm, marginUm = 0): Box {
  const low = (axis: number): number => -voxelSizeUm[axis] / 2 - marginUm;
  const high = (axis: number): number => (shape[axis] - 0.5) * voxelSizeUm[axis] + marginUm;
  return { low: [low(0), low(1), low(2)], high: [high(0), high(1), high(2)] };
}

/** True when the point lies in the box. */
export function insideBox(box: Box, point: Point3): boolean {
  return point.every((value, axis) => value >= box.low[axis] && value <= box.high[axis]);
}

/** How filaments bend. */
export interface BendingOptions {
  /**
   * Length over which the direction is forgotten: ⟨t(0)·t(s)⟩ → e^(-s/persistenceLengthUm) for long
   * s.
   */
  readonly persistenceLengthUm: number;
  /**
   * Length over which the curvature changes; short of it the filament is an arc, so that it looks
   * smooth.
   */
  readonly curvatureLengthUm: number;
  /** Distance between two points of the polyline. */
  readonly stepUm: number;
}

/**
 * The next point after each call, along a smooth worm-like chain.
 *
 * The two curvatures κ₁, κ₂ (in the twist-free frame t, n₁, n₂) are Ornstein–Uhlenbeck processes
 * along the arc length with variance 1 / (2 ℓ P), ℓ = `curvatureLengthUm`, P =
 * `persistenceLengthUm`. Over s ≫ ℓ each bending angle then has the variance 2 σ² ℓ s = s / P: the
 * worm-like chain. As ℓ → 0 it is the worm-like chain at every length.
 */
function createWalker(
  stream: RandomStream,
  start: Point3,
  direction: Point3,
  bending: BendingOptions,
): () => Point3 {
  const { persistenceLengthUm, curvatureLengthUm, stepUm } = bending;
  const sigma = 1 / Math.sqrt(2 * curvatureLengthUm * persistenceLengthUm);
  const memory = Math.exp(-stepUm / curvatureLengthUm);
  const renewal = Math.sqrt(1 - memory * memory) * sigma;
  let curvature1 = sigma * stream.normal();
  let curvature2 = sigma * stream.normal();
  let tangent = normalized(direction);
  let normal = perpendicular(tangent);
  let point = start;
  return () => {
    const binormal = cross(tangent, normal);
    // Half a turn, a straight step, half a turn: second order in the step.
    const middle = bend(
      tangent,
      normal,
      binormal,
      (curvature1 * stepUm) / 2,
      (curvature2 * stepUm) / 2,
    );
    point = add(point, middle, stepUm);
    tangent = bend(tangent, normal, binormal, curvature1 * stepUm, curvature2 * stepUm);
    normal = normalized(add(normal, tangent, -dot(normal, tangent)));
    curvature1 = memory * curvature1 + renewal * stream.normal();
    curvature2 = memory * curvature2 + renewal * stream.normal();
    return point;
  };
}

/**
 * The centre line of a filament through `seed`, grown to both sides until it leaves `box` or has
 * `maximumLengthUm`.
 *
 * @param stream - Source of the direction (isotropic) and of the bending.
 */
export function growCentreLine(
  stream: RandomStream,
  box: Box,
  seed: Point3,
  bending: BendingOptions,
  maximumLengthUm = Infinity,
): CentreLine {
  const direction = normalized([stream.normal(), stream.normal(), stream.normal()]);
  const half = (sense: Point3): Point3[] => {
    const next = createWalker(stream, seed, sense, bending);
    const points: Point3[] = [];
    // A filament that never leaves would be longer than any that can be drawn.
    const limit = Math.min(1e5, Math.ceil(maximumLengthUm / bending.stepUm));
    for (let point = next(); points.length < limit && insideBox(box, point); point = next())
      points.push(point);
    return points;
  };
  const forward = half(direction);
  const backward = half([-direction[0], -direction[1], -direction[2]]);
  return [...backward.reverse(), seed, ...forward];
}

function dot(a: Point3, b: Point3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function add(a: Point3, b: Point3, factor: number): Point3 {
  return [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]];
}

function cross(a: Point3, b: Point3): Point3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function normalized(a: Point3): Point3 {
  const length = Math.sqrt(dot(a, a));
  return [a[0] / length, a[1] / length, a[2] / length];
}

/** Some direction at right angles to `a`. */
function perpendicular(a: Point3): Point3 {
  return normalized(cross(a, Math.abs(a[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]));
}

/** The unit vector `tangent` turned by the two small angles towards `normal` and `binormal`. */
function bend(
  tangent: Point3,
  normal: Point3,
  binormal: Point3,
  angle1: number,
  angle2: number,
): Point3 {
  const angle = Math.hypot(angle1, angle2);
  if (angle === 0) return tangent;
  const side = add(add([0, 0, 0], normal, angle1 / angle), binormal, angle2 / angle);
  return normalized(add(add([0, 0, 0], tangent, Math.cos(angle)), side, Math.sin(angle)));
}
