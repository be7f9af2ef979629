import type { Shape3 } from '@blurcycle/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { TotalVariation } from '../../../fft/poissonUpdate.ts';
import { runForEach } from '../runProgram.ts';
import type { WebgpuBackend } from '../webgpuBackend.ts';

/** The square of a smaller limit is no number of float32. */
const LEAST_SQUARE = 1e-30;

/**
 * -weight div(grad y / |grad y|), by forward differences and their adjoint, with no flow through
 * the border.
 */
export function totalVariationGradient(
  gpu: WebgpuBackend,
  y: TensorInfo,
  shape: Shape3,
  { weight, spacing: [sz, sy, sx], flatBelow }: TotalVariation,
): TensorInfo {
  return runForEach(gpu, {
    name: 'totalVariation',
    inputs: { y },
    outputShape: y.shape,
    integers: { sides: shape },
    floats: { weight, sz, sy, sx, square: Math.max(flatBelow * flatBelow, LEAST_SQUARE) },
    helpers: `
      fn difference(at : i32, step : i32, isInside : bool, spacing : f32) -> f32 {
        if (!isInside) { return 0.0; }
        return (y[at + step] - y[at]) / spacing;
      }

      // What the differences from a voxel on pull it by, along z, y and x.
      fn pull(at : i32, place : vec3<i32>) -> vec3<f32> {
        let rows = uniforms.sides.z;
        let planes = uniforms.sides.y * rows;
        let gradient = vec3<f32>(
          difference(at, planes, place.x + 1 < uniforms.sides.x, uniforms.sz),
          difference(at, rows, place.y + 1 < uniforms.sides.y, uniforms.sy),
          difference(at, 1, place.z + 1 < uniforms.sides.z, uniforms.sx));
        let length = sqrt(dot(gradient, gradient) + uniforms.square);
        return gradient / (length * vec3<f32>(uniforms.sz, uniforms.sy, uniforms.sx));
      }

      fn gradientAt(at : i32) -> f32 {
        let rows = uniforms.sides.z;
        let planes = uniforms.sides.y * rows;
        let place = vec3<i32>(at / planes, at / rows % uniforms.sides.y, at % rows);
        let own = pull(at, place);
        var sum = -(own.x + own.y + own.z);
        if (place.x > 0) { sum += pull(at - planes, place - vec3<i32>(1, 0, 0)).x; }
        if (place.y > 0) { sum += pull(at - rows, place - vec3<i32>(0, 1, 0)).y; }
        if (place.z > 0) { sum += pull(at - 1, place - vec3<i32>(0, 0, 1)).z; }
        return uniforms.weight * sum;
      }`,
    expression: 'gradientAt(index)',
  });
}
