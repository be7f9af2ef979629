import * as tf from '@tensorflow/tfjs-core';
import { runProgram } from '../src/backends/webgpu/runProgram.ts';
import type { WebgpuBackend } from '../src/backends/webgpu/webgpuBackend.ts';

/**
 * Independent sums of four numbers in a call: enough to hide the latency of a multiply-add, few
 * enough for registers.
 */
const SUMS = 8;
/** Multiply-adds of each sum in one round of the loop. */
const UNROLLED = 8;
const CALLS = 256;
/** More than any GPU runs at once. */
const WORKGROUPS = 4096;

/** Floating-point operations of a round of the whole program. */
export const OPERATIONS_PER_ROUND = 2 * 4 * SUMS * UNROLLED * CALLS * WORKGROUPS;

const sums = Array.from({ length: SUMS }, (_, i) => i);

/**
 * Nothing but multiply-adds in registers: sum <- sum * factor + addend, of numbers the compiler
 * does not know.
 */
const CODE = `
  fn main() {
    let factor = vec4<f32>(uniforms.factor);
    let addend = vec4<f32>(uniforms.addend);
    ${sums.map((i) => `var s${i} = vec4<f32>(f32(localIndex) + ${i}.0);`).join('\n    ')}
    for (var round = 0; round < uniforms.rounds; round++) {
      ${Array.from({ length: UNROLLED }, () => sums.map((i) => `s${i} = fma(s${i}, factor, addend);`).join(' ')).join('\n      ')}
    }
    let total = ${sums.map((i) => `s${i}`).join(' + ')};
    result[i32(workgroupId.x) * ${CALLS} + i32(localIndex)] = total.x + total.y + total.z + total.w;
  }`;

/**
 * Records the program once; its result, one number for each call, only keeps the compiler from
 * leaving the work out.
 */
export function multiplyAdd(gpu: WebgpuBackend, rounds: number): tf.Tensor {
  const info = runProgram(gpu, {
    name: 'fmaPeak',
    inputs: {},
    outputShape: [CALLS * WORKGROUPS],
    workgroupSize: CALLS,
    workgroups: [WORKGROUPS, 1, 1],
    integers: { rounds },
    // The sums stay near addend / (1 - factor) = 1: neither large nor subnormal.
    floats: { factor: 0.75, addend: 0.25 },
    code: CODE,
  });
  return tf.engine().makeTensorFromTensorInfo(info);
}
