import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../webgpuBackend.ts';
import { GEOMETRY_CODE, geometryUniforms, type ConvGeometry } from './convGeometry.ts';
import { multiplyMatrices } from './matrixMultiply.ts';

/**
 * Convolution as a product: rows are output voxels, columns output channels, summed are kernel
 * places and input channels.
 */
export function convForward(
  gpu: WebgpuBackend,
  geometry: ConvGeometry,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | null,
): TensorInfo {
  const { batch, output, kernel, inputs, outputs } = geometry;
  return multiplyMatrices(gpu, {
    name: 'convForward',
    // One program for both cases: without a bias another array stands in its place and is not
    // added.
    inputs: { x, weights: filter, bias: bias ?? filter },
    outputShape: [batch, ...output, outputs],
    rows: batch * product(output),
    columns: outputs,
    longestSum: product(kernel) * inputs,
    integers: {
      ...geometryUniforms(geometry),
      hasBias: bias === null ? 0 : 1,
      summed: product(kernel) * inputs,
    },
    code: `${GEOMETRY_CODE}
      fn setUp(slice : i32) -> vec2<i32> { return vec2<i32>(0, uniforms.summed); }

      fn describeRow(row : i32) -> vec4<i32> {
        if (row >= uniforms.productSides.x) { return vec4<i32>(-1); }
        let voxel = voxelOf(row, uniforms.output);
        return vec4<i32>(voxel.xyz * uniforms.stride - uniforms.padBefore, voxel.w);
      }

      fn describeStep(step : i32) -> vec4<i32> {
        return vec4<i32>(voxelOf(step / uniforms.inputs, uniforms.kernel).xyz, step % uniforms.inputs);
      }

      fn left(row : vec4<i32>, step : vec4<i32>) -> f32 {
        let at = row.xyz + step.xyz;
        if (!isInside(at, uniforms.input)) { return 0.0; }
        return x[voxelAt(row.w, at, uniforms.input) * uniforms.inputs + step.w];
      }

      fn right(index : i32, step : vec4<i32>, column : i32) -> f32 {
        return weights[index * uniforms.outputs + column];
      }

      fn store(slice : i32, row : i32, column : i32, value : f32) {
        result[row * uniforms.outputs + column] = value + select(0.0, bias[column], uniforms.hasBias == 1);
      }`,
  });
}

/** Product of sides. */
export function product(sides: readonly number[]): number {
  return sides.reduce((total, side) => total * side, 1);
}
