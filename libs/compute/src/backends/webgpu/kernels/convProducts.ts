import type { Precision } from '@blurcycle/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { ConvShape } from '../../../../native/layouts.ts';
import type { WebgpuBackend } from '../webgpuBackend.ts';
import { multiplyMatrices, workgroupsOf } from './matrixMultiply.ts';
import { sumRows } from './sumRows.ts';

/**
 * Convolution as a product: rows are output voxels, columns output channels, summed are kernel
 * places and input channels.
 */
export function convForward(
  gpu: WebgpuBackend,
  shape: ConvShape,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | null,
  precision: Precision,
): TensorInfo {
  const { batch, output, kernel, inputs, outputs } = shape;
  return multiplyMatrices(gpu, {
    name: 'convForward',
    precision,
    // One program for both cases: without a bias another array stands in its place and is not
    // added.
    inputs: { x, weights: filter, bias: bias ?? filter },
    outputShape: [batch, ...output, outputs],
    rows: batch * product(output),
    columns: outputs,
    longestSum: product(kernel) * inputs,
    integers: {
      ...shapeUniforms(shape),
      hasBias: bias === null ? 0 : 1,
      summed: product(kernel) * inputs,
    },
    code: `${INDEX_CODE}
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
  shape: ConvShape,
  dy: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | null,
  precision: Precision,
): TensorInfo {
  const { batch, input, kernel, stride, inputs, outputs } = shape;
  const phaseOf = (sides: readonly number[]): number =>
    product(sides.map((side, axis) => Math.ceil(side / stride[axis])));
  return multiplyMatrices(gpu, {
    name: 'convInputGradient',
    precision,
    // One program for both cases: without a bias another array stands in its place and is not
    // added.
    inputs: { dy, weights: filter, bias: bias ?? filter },
    outputShape: [batch, ...input, inputs],
    rows: batch * phaseOf(input),
    columns: inputs,
    slices: product(stride),
    longestSum: phaseOf(kernel) * outputs,
    integers: { ...shapeUniforms(shape), hasBias: bias === null ? 0 : 1, batch },
    code: `${INDEX_CODE}
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
  shape: ConvShape,
  x: TensorInfo,
  dy: TensorInfo,
  precision: Precision,
): TensorInfo {
  const { batch, output, kernel, inputs, outputs } = shape;
  const rows = product(kernel) * inputs;
  const voxels = batch * product(output);
  const useful = Math.ceil(ENOUGH_WORKGROUPS / workgroupsOf(rows, outputs));
  const slices = Math.min(Math.ceil(voxels / VOXELS_PER_SLICE), useful);
  const sliceVoxels = Math.ceil(voxels / slices);
  const parts = multiplyMatrices(gpu, {
    name: 'convFilterGradient',
    precision,
    inputs: { x, dy },
    outputShape: [slices, rows, outputs],
    rows,
    columns: outputs,
    slices,
    longestSum: sliceVoxels,
    integers: { ...shapeUniforms(shape), voxels, sliceVoxels },
    code: `${INDEX_CODE}
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
  const filterShape = [...kernel, inputs, outputs];
  if (slices === 1) return { ...parts, shape: filterShape };
  const sum = sumRows(gpu, {
    name: 'sumSlices',
    inputs: { parts },
    shape: [1, slices, rows * outputs],
    term: 'vec2<f32>(parts[at], 0.0)',
    finish: 'total',
    kept: 1,
  });
  gpu.disposeData(parts.dataId);
  return { ...sum, shape: filterShape };
}

/** The shape as the WGSL programs read it. */
function shapeUniforms(shape: ConvShape): Record<string, number | readonly number[]> {
  const { input, output, kernel, stride, padBefore, inputs, outputs } = shape;
  return { input, output, kernel, stride, padBefore, inputs, outputs };
}

/**
 * WGSL that takes indices apart: of a voxel in volumes of the given sides (batch last), and of a
 * row of the filter.
 */
const INDEX_CODE = `
  fn voxelOf(index : i32, sides : vec3<i32>) -> vec4<i32> {
    let plane = index / sides.z;
    return vec4<i32>(plane / sides.y % sides.x, plane % sides.y, index % sides.z, plane / sides.y / sides.x);
  }

  fn voxelAt(batch : i32, at : vec3<i32>, sides : vec3<i32>) -> i32 {
    return ((batch * sides.x + at.x) * sides.y + at.y) * sides.z + at.z;
  }

  fn isInside(at : vec3<i32>, sides : vec3<i32>) -> bool {
    return all(at >= vec3<i32>(0)) && all(at < sides);
  }`;

/** Product of sides. */
function product(sides: readonly number[]): number {
  return sides.reduce((total, side) => total * side, 1);
}
