import { assertRange, type RandomStream } from '@blurcycle/core';

/**
 * A gamma deviate of unit scale: mean and variance `shape`.
 *
 * Rejection by a cubed normal; about 1.1 normals and uniforms for each deviate.
 * Source: Marsaglia & Tsang (2000) doi:10.1145/358407.358414.
 *
 * @param shape - At least 1.
 */
export function gammaDeviate(stream: RandomStream, shape: number): number {
  assertRange(
    shape >= 1 && Number.isFinite(shape),
    'gammaDeviate',
    'shape',
    'be at least 1',
    shape,
  );
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = stream.normal();
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    const uniform = 1 - stream.uniform();
    if (Math.log(uniform) < 0.5 * normal * normal + d * (1 - v + Math.log(v))) return d * v;
  }
}
