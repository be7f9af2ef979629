import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runForEach, runProgram, type ProgramRun } from '../runProgram.ts';

/** Two sums over the rows of tensors seen as [batch, rows, channels], and what is made of them. */
interface RowSums extends Pick<ProgramRun, 'name' | 'inputs' | 'floats'> {
  readonly shape: readonly [batch: number, rows: number, channels: number];
  /**
   * WGSL, `vec2<f32>`: both summands of one element; `at` is its place, `channel` and `batch` what
   * it belongs to.
   */
  readonly term: string;
  /** WGSL, `vec2<f32>`: made of `total`, for `channel` of `batch`. */
  readonly finish: string;
  /** How many of the two are kept; the result is [batch, kept, channels]. */
  readonly kept: 1 | 2;
}

const WORKGROUP_SIZE = 256;
/**
 * Rows that one invocation adds before another workgroup is worthwhile. Our choice: not measured.
 */
const ROWS_PER_INVOCATION = 16;
/** Slices that the second program adds one after the other. */
const MOST_SLICES = 256;

/**
 * Sums without atomics, so the result is the same every time: slices of rows in workgroups,
 * invocations of a workgroup as a tree, slices one after the other.
 *
 * Neighboring invocations read neighboring channels, which lie side by side in memory.
 */
export function sumRows(gpu: WebGPUBackend, sums: RowSums): TensorInfo {
  const { inputs, floats = {}, kept } = sums;
  const [batch, rows, channels] = sums.shape;
  const lanes = Math.min(16, 2 ** Math.ceil(Math.log2(channels)));
  const rowLanes = WORKGROUP_SIZE / lanes;
  const slices = Math.min(MOST_SLICES, Math.ceil(rows / (rowLanes * ROWS_PER_INVOCATION)));
  const shape = [batch, rows, channels, slices];
  const partial = runProgram(gpu, {
    name: `${sums.name}/partial${lanes}`,
    inputs,
    outputShape: [slices, batch, channels, 2],
    components: { result: 2 },
    workgroupSize: WORKGROUP_SIZE,
    workgroups: [Math.ceil(channels / lanes), batch, slices],
    integers: { shape },
    floats,
    code: `
      var<workgroup> sums : array<vec2<f32>, ${WORKGROUP_SIZE}>;

      fn main() {
        let rows = uniforms.shape.y;
        let channels = uniforms.shape.z;
        let channel = i32(workgroupId.x) * ${lanes} + i32(localIndex) % ${lanes};
        let batch = i32(workgroupId.y);
        let sliceRows = (rows + uniforms.shape.w - 1) / uniforms.shape.w;
        let first = i32(workgroupId.z) * sliceRows;
        let last = min(first + sliceRows, rows);
        var sum = vec2<f32>(0.0);
        if (channel < channels) {
          for (var row = first + i32(localIndex) / ${lanes}; row < last; row += ${rowLanes}) {
            let at = (batch * rows + row) * channels + channel;
            sum += ${sums.term};
          }
        }
        sums[localIndex] = sum;
        for (var half = ${WORKGROUP_SIZE / 2}u; half >= ${lanes}u; half /= 2u) {
          workgroupBarrier();
          if (localIndex < half) { sums[localIndex] += sums[localIndex + half]; }
        }
        if (localIndex < ${lanes}u && channel < channels) {
          result[(i32(workgroupId.z) * uniforms.shape.x + batch) * channels + channel] = sums[localIndex];
        }
      }`,
  });
  // A program must not be given an array that it does not name.
  const named = Object.entries(inputs).filter(([name]) => sums.finish.includes(`${name}[`));
  const result = runForEach(gpu, {
    name: `${sums.name}/finish${kept}`,
    inputs: { ...Object.fromEntries(named), partial },
    outputShape: kept === 1 ? [batch, channels] : [batch, kept, channels],
    components: { partial: 2 },
    integers: { shape },
    floats,
    helpers: `
      fn finish(index : i32) -> f32 {
        let rows = uniforms.shape.y;
        let channels = uniforms.shape.z;
        let channel = index % channels;
        let batch = index / (channels * ${kept});
        var total = vec2<f32>(0.0);
        for (var slice = 0; slice < uniforms.shape.w; slice++) {
          total += partial[(slice * uniforms.shape.x + batch) * channels + channel];
        }
        return (${sums.finish})[index / channels % ${kept}];
      }`,
    expression: 'finish(index)',
  });
  gpu.disposeData(partial.dataId);
  return result;
}
