import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../webgpuBackend.ts';
import { product } from './convForward.ts';
import { GEOMETRY_CODE, geometryUniforms, type ConvGeometry } from './convGeometry.ts';
import { multiplyMatrices } from './matrixMultiply.ts';

/**
 * Adjoint of the convolution in its input, with a bias where it serves as the transposed
 * convolution.
 *
 * Rows are input voxels, columns input channels, summed are kernel places and output channels. With
 * stride s an input voxel i meets only kernel places t with i + padBefore - t divisible by s:
 * voxels of the same remainders, a phase, share them, so every phase is a slice of its own and no
 * product is one with an inserted zero.
 */
export function convInputGradient(
  gpu: WebgpuBackend,
  geometry: ConvGeometry,
  dy: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | null,
): TensorInfo {
  const { batch, input, kernel, stride, inputs, outputs } = geometry;
  const phaseOf = (sides: readonly number[]): number =>
    product(sides.map((side, axis) => Math.ceil(side / stride[axis])));
  return multiplyMatrices(gpu, {
    name: 'convInputGradient',
    // One program for both cases: without a bias another array stands in its place and is not
    // added.
    inputs: { dy, weights: filter, bias: bias ?? filter },
    outputShape: [batch, ...input, inputs],
    rows: batch * phaseOf(input),
    columns: inputs,
    slices: product(stride),
    longestSum: phaseOf(kernel) * outputs,
    integers: { ...geometryUniforms(geometry), hasBias: bias === null ? 0 : 1, batch },
    code: `${GEOMETRY_CODE}
      var<private> phase : vec3<i32>;
      var<private> phaseSides : vec3<i32>;
      var<private> firstPlace : vec3<i32>;
      var<private> places3 : vec3<i32>;

      fn setUp(slice : i32) -> vec2<i32> {
        phase = voxelOf(slice, uniforms.stride).xyz;
        phaseSides = (uniforms.input - phase + uniforms.stride - 1) / uniforms.stride;
        firstPlace = (phase + uniforms.padBefore) % uniforms.stride;
        places3 = (uniforms.kernel - firstPlace + uniforms.stride - 1) / uniforms.stride;
        return vec2<i32>(0, places3.x * places3.y * places3.z * uniforms.outputs);
      }

      fn describeRow(row : i32) -> vec4<i32> {
        if (row >= uniforms.batch * phaseSides.x * phaseSides.y * phaseSides.z) { return vec4<i32>(-1); }
        let voxel = voxelOf(row, phaseSides);
        return vec4<i32>(voxel.xyz + (phase + uniforms.padBefore) / uniforms.stride, voxel.w);
      }

      fn describeStep(step : i32) -> vec4<i32> {
        return vec4<i32>(voxelOf(step / uniforms.outputs, places3).xyz, step % uniforms.outputs);
      }

      fn left(row : vec4<i32>, step : vec4<i32>) -> f32 {
        let at = row.xyz - step.xyz;
        if (!isInside(at, uniforms.output)) { return 0.0; }
        return dy[voxelAt(row.w, at, uniforms.output) * uniforms.outputs + step.w];
      }

      fn right(index : i32, step : vec4<i32>, column : i32) -> f32 {
        let place = voxelAt(0, firstPlace + step.xyz * uniforms.stride, uniforms.kernel);
        return weights[(place * uniforms.inputs + column) * uniforms.outputs + step.w];
      }

      fn store(slice : i32, row : i32, column : i32, value : f32) {
        if (row >= uniforms.batch * phaseSides.x * phaseSides.y * phaseSides.z) { return; }
        let voxel = voxelOf(row, phaseSides);
        let at = voxelAt(voxel.w, voxel.xyz * uniforms.stride + phase, uniforms.input);
        result[at * uniforms.inputs + column] = value + select(0.0, bias[column], uniforms.hasBias == 1);
      }`,
  });
}
