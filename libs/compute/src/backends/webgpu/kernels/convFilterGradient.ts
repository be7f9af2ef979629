import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../webgpuBackend.ts';
import { product } from './convForward.ts';
import { GEOMETRY_CODE, geometryUniforms, type ConvGeometry } from './convGeometry.ts';
import { multiplyMatrices, workgroupsOf } from './matrixMultiply.ts';
import { sumRows } from './sumRows.ts';

/**
 * Workgroups that keep a large GPU busy, and voxels that are worth a workgroup. Our choice: not
 * measured.
 */
const ENOUGH_WORKGROUPS = 512;
const VOXELS_PER_SLICE = 256;

/**
 * Gradient of the convolution's filter as a product: rows are kernel places and input channels,
 * columns output channels, summed are output voxels.
 *
 * The product is small and the sum long, so the sum is cut into slices, whose results are added in
 * a second program in a fixed order.
 */
export function convFilterGradient(
  gpu: WebgpuBackend,
  geometry: ConvGeometry,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { batch, output, kernel, inputs, outputs } = geometry;
  const rows = product(kernel) * inputs;
  const voxels = batch * product(output);
  const useful = Math.ceil(ENOUGH_WORKGROUPS / workgroupsOf(rows, outputs));
  const slices = Math.min(Math.ceil(voxels / VOXELS_PER_SLICE), useful);
  const sliceVoxels = Math.ceil(voxels / slices);
  const parts = multiplyMatrices(gpu, {
    name: 'convFilterGradient',
    inputs: { x, dy },
    outputShape: [slices, rows, outputs],
    rows,
    columns: outputs,
    slices,
    longestSum: sliceVoxels,
    integers: { ...geometryUniforms(geometry), voxels, sliceVoxels },
    code: `${GEOMETRY_CODE}
      fn setUp(slice : i32) -> vec2<i32> {
        let first = slice * uniforms.sliceVoxels;
        return vec2<i32>(first, min(first + uniforms.sliceVoxels, uniforms.voxels));
      }

      fn describeRow(row : i32) -> vec4<i32> {
        if (row >= uniforms.productSides.x) { return vec4<i32>(-1); }
        return vec4<i32>(voxelOf(row / uniforms.inputs, uniforms.kernel).xyz, row % uniforms.inputs);
      }

      fn describeStep(step : i32) -> vec4<i32> {
        let voxel = voxelOf(step, uniforms.output);
        return vec4<i32>(voxel.xyz * uniforms.stride - uniforms.padBefore, voxel.w);
      }

      fn left(row : vec4<i32>, step : vec4<i32>) -> f32 {
        let at = row.xyz + step.xyz;
        if (!isInside(at, uniforms.input)) { return 0.0; }
        return x[voxelAt(step.w, at, uniforms.input) * uniforms.inputs + row.w];
      }

      fn right(index : i32, step : vec4<i32>, column : i32) -> f32 {
        return dy[index * uniforms.outputs + column];
      }

      fn store(slice : i32, row : i32, column : i32, value : f32) {
        result[(slice * uniforms.productSides.x + row) * uniforms.outputs + column] = value;
      }`,
  });
  const shape = [...kernel, inputs, outputs];
  if (slices === 1) return { ...parts, shape };
  const sum = sumRows(gpu, {
    name: 'sumSlices',
    inputs: { parts },
    shape: [1, slices, rows * outputs],
    term: 'vec2<f32>(parts[at], 0.0)',
    finish: 'total',
    kept: 1,
  });
  gpu.disposeData(parts.dataId);
  return { ...sum, shape };
}
