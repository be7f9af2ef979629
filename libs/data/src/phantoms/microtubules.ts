import {
  assertRange,
  createVolume,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import {
  drawTube,
  insideBox,
  volumeBox,
  type Box,
  type Centerline,
  type Point3,
} from './drawTube.ts';

/** Density, thickness and stiffness of a simulated microtubule network. */
export interface MicrotubuleOptions {
  /** Sides in voxels, z, y, x. */
  readonly shape: Shape3;
  /** Edge lengths of a voxel in µm, z, y, x. */
  readonly voxelSizeUm: VoxelSizeUm;
  /** Radius of every filament in µm. */
  readonly filamentRadiusUm: number;
  /** Length of filament per volume, in µm per µm³. */
  readonly filamentDensityPerUm2: number;
  /** Length over which the direction of a filament decorrelates, in µm. */
  readonly persistenceLengthUm: number;
  /** Length over which the curvature of a filament changes, in µm. @defaultValue 2 */
  readonly curvatureLengthUm?: number;
}

/** A phantom and the axes of its filaments. */
export interface MicrotubulePhantom {
  readonly volume: Volume;
  /** One polyline in µm for each filament; voxel (i, j, k) has its center at (i dz, j dy, k dx). */
  readonly centerlines: readonly Centerline[];
}

/**
 * A network of smooth curved filaments of intensity 1 on a background of 0.
 *
 * Filaments are smooth worm-like chains of the given persistence length through uniformly drawn
 * points in uniformly drawn directions; they continue beyond the volume, so that its borders look
 * like a cut through a larger network. Filaments are added until their length inside the volume is
 * `filamentDensityPerUm2` times its size; the last one ends there.
 *
 * Cost: about 10 ms for 48x128x128 voxels. The same options and stream state give the same network.
 *
 * @throws {RuleError} If a length or the density is not positive.
 */
export function microtubules(
  options: MicrotubuleOptions,
  stream: RandomStream,
): MicrotubulePhantom {
  const { shape, voxelSizeUm, filamentRadiusUm, filamentDensityPerUm2, persistenceLengthUm } =
    options;
  const { curvatureLengthUm = 2 } = options;
  const positive = {
    filamentRadiusUm,
    filamentDensityPerUm2,
    persistenceLengthUm,
    curvatureLengthUm,
  };
  for (const [name, value] of Object.entries(positive)) {
    assertRange(Number.isFinite(value) && value > 0, 'microtubules', name, 'be positive', value);
  }
  const volume = createVolume(shape, voxelSizeUm);
  const inside = volumeBox(shape, voxelSizeUm);
  // Beyond this margin no part of a filament reaches the volume, unless it turns back, which is
  // rare at these stiffnesses.
  const around = volumeBox(shape, voxelSizeUm, 2 * filamentRadiusUm + Math.max(...voxelSizeUm));
  // At most half a radius, so that a bent tube has no visible corners.
  const stepUm = Math.min(0.1, filamentRadiusUm / 2);
  const bending = { persistenceLengthUm, curvatureLengthUm, stepUm };

  const sizeUm3 = shape[0] * shape[1] * shape[2] * voxelSizeUm[0] * voxelSizeUm[1] * voxelSizeUm[2];
  let remainingSteps = Math.round((filamentDensityPerUm2 * sizeUm3) / stepUm);
  assertRange(
    remainingSteps > 0,
    'microtubules',
    'filamentDensityPerUm2',
    'give the volume some filament',
    filamentDensityPerUm2,
  );
  const centerlines: Centerline[] = [];
  while (remainingSteps > 0) {
    const seed = inside.low.map((low, axis) => low + stream.uniform() * (inside.high[axis] - low));
    const grown = growCenterline(stream, around, [seed[0], seed[1], seed[2]], bending);
    const kept = takeInside(grown, (point) => insideBox(inside, point), remainingSteps);
    remainingSteps -= kept.insideCount;
    centerlines.push(kept.centerline);
    drawTube(volume, kept.centerline, filamentRadiusUm);
  }
  return { volume, centerlines };
}

/** The beginning of a centerline, up to and including `limit` points inside the volume. */
function takeInside(
  centerline: Centerline,
  isInside: (point: Point3) => boolean,
  limit: number,
): { readonly centerline: Centerline; readonly insideCount: number } {
  let insideCount = 0;
  for (let i = 0; i < centerline.length; i++) {
    if (!isInside(centerline[i])) continue;
    insideCount++;
    if (insideCount === limit && i + 1 < centerline.length) {
      return { centerline: centerline.slice(0, i + 1), insideCount };
    }
  }
  return { centerline, insideCount };
}

/** Bending of a filament. */
export interface BendingOptions {
  /**
   * Length over which the direction decorrelates: ⟨t(0)·t(s)⟩ → e^(-s/persistenceLengthUm) for long
   * s.
   */
  readonly persistenceLengthUm: number;
  /**
   * Length over which the curvature changes; over shorter lengths the filament is an arc, so that
   * it looks smooth.
   */
  readonly curvatureLengthUm: number;
  /** Distance between two points of the polyline. */
  readonly stepUm: number;
}

/**
 * A function that returns the next point of a smooth worm-like chain with each call.
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
 * The centerline of a filament through `seed`, grown in both directions until it leaves `box` or
 * has the length `maximumLengthUm`.
 *
 * @param stream - Source of the direction (isotropic) and of the bending.
 */
export function growCenterline(
  stream: RandomStream,
  box: Box,
  seed: Point3,
  bending: BendingOptions,
  maximumLengthUm = Infinity,
): Centerline {
  const direction = normalized([stream.normal(), stream.normal(), stream.normal()]);
  const half = (sense: Point3): Point3[] => {
    const next = createWalker(stream, seed, sense, bending);
    const points: Point3[] = [];
    // Ends a filament that never leaves the box.
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

/** A unit vector perpendicular to `a`. */
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
