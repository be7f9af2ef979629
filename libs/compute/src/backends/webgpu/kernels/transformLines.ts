import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runProgram } from '../runProgram.ts';
import type { WebgpuBackend } from '../webgpuBackend.ts';

/**
 * Part of the lines of a grid that is given or wanted; outside it the grid holds zeros, or is not
 * looked at.
 */
export interface LinePart {
  /** First place on the line; places wrap around at its end. */
  readonly place: number;
  readonly length: number;
}

/** A discrete Fourier transform along one axis of values seen as [outer, length, inner]. */
interface LineTransform {
  readonly outer: number;
  readonly inner: number;
  /** Length of the transform, with no prime factor above 7. */
  readonly length: number;
  readonly given: LinePart;
  readonly wanted: LinePart;
  readonly inverse: boolean;
  /** Values of the input and the result are real, or pairs of a real and an imaginary part. */
  readonly isInputReal: boolean;
  readonly isResultReal: boolean;
}

const WORKGROUP_SIZE = 64;
/** Lines side by side that a workgroup transforms at once, where shared memory allows. */
const MOST_LINES = 16;
const BYTES_PER_VALUE = 8;

/** Longest line that fits the shared memory of the device twice. */
export function longestLine(gpu: WebgpuBackend): number {
  return Math.floor(gpu.device.limits.maxComputeWorkgroupStorageSize / (2 * BYTES_PER_VALUE));
}

/**
 * Transforms all lines; the inverse one is scaled by 1 / length.
 *
 * A line goes through one stage per factor of its length (Stockham's order, which needs no reversal
 * of digits): with s the product of the factors before and r the factor, out[(j / s) s r + j % s +
 * p s] = sum over q < r of in[j + q length / r] w^(q (j % s + p s) length / (s r)), w = exp(-+2 pi
 * i / length). The powers of w come from a table in double precision: the sines of a GPU may be as
 * wrong as 2^-11.
 */
export function transformLines(
  gpu: WebgpuBackend,
  x: TensorInfo,
  transform: LineTransform,
): TensorInfo {
  const { outer, inner, length, given, wanted, inverse, isInputReal, isResultReal } = transform;
  const lines = Math.max(1, Math.min(MOST_LINES, inner, Math.floor(longestLine(gpu) / length)));
  const groups = Math.ceil(inner / lines);
  const roots = rootsOfUnity(gpu, length);
  const result = runProgram(gpu, {
    name: `transformLines/${length}/${lines}/${String([isInputReal, isResultReal, inverse])}`,
    inputs: { x, roots },
    outputShape: [outer, wanted.length, inner, isResultReal ? 1 : 2],
    components: { x: isInputReal ? 1 : 2, roots: 2, result: isResultReal ? 1 : 2 },
    workgroupSize: WORKGROUP_SIZE,
    workgroups: [groups, Math.min(outer, 32_768), Math.ceil(outer / 32_768)],
    integers: {
      lineSides: [outer, inner],
      parts: [given.place, given.length, wanted.place, wanted.length],
    },
    code: `
      var<workgroup> even : array<vec2<f32>, ${length * lines}>;
      var<workgroup> odd : array<vec2<f32>, ${length * lines}>;

      fn times(a : vec2<f32>, b : vec2<f32>) -> vec2<f32> {
        return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
      }

      fn root(power : i32) -> vec2<f32> {
        return ${inverse ? 'vec2<f32>(1.0, -1.0) * ' : ''}roots[power % ${length}];
      }

      fn main() {
        let outer = i32(workgroupId.y + workgroupId.z * numWorkgroups.y);
        let firstInner = i32(workgroupId.x) * ${lines};
        let isThere = outer < uniforms.lineSides.x;
        for (var at = i32(localIndex); at < ${length * lines}; at += ${WORKGROUP_SIZE}) {
          let place = (at / ${lines} - uniforms.parts.x + ${length}) % ${length};
          let inner = firstInner + at % ${lines};
          even[at] = vec2<f32>(0.0);
          if (isThere && inner < uniforms.lineSides.y && place < uniforms.parts.y) {
            let value = x[(outer * uniforms.parts.y + place) * uniforms.lineSides.y + inner];
            even[at] = ${isInputReal ? 'vec2<f32>(value, 0.0)' : 'value'};
          }
        }
        workgroupBarrier();
        ${stages(length, lines).join('')}
        for (var at = i32(localIndex); at < uniforms.parts.w * ${lines}; at += ${WORKGROUP_SIZE}) {
          let place = (at / ${lines} + uniforms.parts.z) % ${length};
          let inner = firstInner + at % ${lines};
          if (isThere && inner < uniforms.lineSides.y) {
            let value = ${resultOf(length)}[place * ${lines} + at % ${lines}]${inverse ? ` * ${1 / length}` : ''};
            result[(outer * uniforms.parts.w + at / ${lines}) * uniforms.lineSides.y + inner] = value${isResultReal ? '.x' : ''};
          }
        }
      }`,
  });
  gpu.disposeData(roots.dataId);
  return result;
}

/** WGSL of the stages, which alternate between the two arrays. */
function stages(length: number, lines: number): string[] {
  let done = 1;
  return factorsOf(length).map((radix, stage) => {
    const before = done;
    done *= radix;
    const [source, target] = stage % 2 === 0 ? ['even', 'odd'] : ['odd', 'even'];
    return `
        for (var at = i32(localIndex); at < ${length * lines}; at += ${WORKGROUP_SIZE}) {
          let place = at / ${lines};
          let within = place % ${done};
          let first = place / ${done} * ${before} + within % ${before};
          var sum = ${source}[first * ${lines} + at % ${lines}];
          for (var q = 1; q < ${radix}; q++) {
            let other = ${source}[(first + q * ${length / radix}) * ${lines} + at % ${lines}];
            sum += times(other, root(q * within * ${length / done}));
          }
          ${target}[at] = sum;
        }
        workgroupBarrier();`;
  });
}

function resultOf(length: number): string {
  return factorsOf(length).length % 2 === 0 ? 'even' : 'odd';
}

/** The factors of a length, fours before twos: half as many passes through shared memory. */
function factorsOf(length: number): number[] {
  if (length === 1) return [1];
  const factors: number[] = [];
  let rest = length;
  for (const radix of [7, 5, 4, 3, 2]) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  return factors;
}

/** exp(-2 pi i k / length) for k from 0. */
function rootsOfUnity(gpu: WebgpuBackend, length: number): TensorInfo {
  const values = new Float32Array(2 * length);
  for (let k = 0; k < length; k++) {
    values[2 * k] = Math.cos((2 * Math.PI * k) / length);
    values[2 * k + 1] = -Math.sin((2 * Math.PI * k) / length);
  }
  return gpu.makeTensorInfo([length, 2], 'float32', values);
}
