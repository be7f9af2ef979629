import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './webgpuBackend.ts';

/** One of our kernels on the GPU; where `run` returns undefined the kernel of tfjs runs. */
export interface GpuKernel {
  readonly kernelName: string;
  readonly run: (
    gpu: WebgpuBackend,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: Readonly<Record<string, unknown>>,
  ) => TensorInfo | TensorInfo[] | undefined;
}

/** One dispatch of a WGSL program over float32 tensors. */
export interface ProgramRun {
  /**
   * Stands for `code` and everything it was made from: programs of the same name are compiled once.
   */
  readonly name: string;
  /** Tensors that the program reads, by the names of their arrays in `code`. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputShape: readonly number[];
  /**
   * `fn main(index: i32)` for one invocation per element of the result, `fn main()` with
   * `workgroups`.
   */
  readonly code: string;
  /** Workgroups along x, y and z; without them there are enough for every element of the result. */
  readonly workgroups?: readonly [number, number, number];
  /** Invocations in a workgroup. @defaultValue 64 */
  readonly workgroupSize?: number;
  /** Whole numbers, and lists of two to four, that `code` finds in `uniforms`. */
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  /** Numbers that `code` finds in `uniforms`. */
  readonly floats?: Readonly<Record<string, number>>;
  /** Floats that make one element of the arrays: 2 for complex numbers. @defaultValue 1 */
  readonly components?: Readonly<Record<string, 1 | 2 | 4>>;
}

interface Uniform {
  readonly declaration: string;
  readonly type: 'int32' | 'float32';
  readonly data: number[];
}

/**
 * Runs a program and returns its result, the array `result` in its code.
 *
 * TensorFlow.js writes declarations for every axis of every tensor into the program; ours compute
 * their own indices, so the tensors are handed over as flat lists: programs stay short, and one
 * compilation serves all ranks.
 */
export function runProgram(gpu: WebGPUBackend, run: ProgramRun): TensorInfo {
  const { name, code, workgroups, workgroupSize = 64, components = {} } = run;
  const names = Object.keys(run.inputs);
  const uniforms = listUniforms(run);
  const size = util.sizeFromShape([...run.outputShape]);
  const each = workgroups === undefined;
  const program: WebGPUProgram = {
    shaderKey: `blurcycle/${name}/${names.map((input) => components[input] ?? 1).join()}`,
    variableNames: names,
    variableComponents: names.map((input) => components[input] ?? 1),
    outputComponent: components['result'] ?? 1,
    outputShape: [size],
    workgroupSize: [workgroupSize, 1, 1],
    dispatchLayout: each ? { x: [0] } : { x: [0], y: [1], z: [2] },
    dispatch: each ? [Math.ceil(size / workgroupSize), 1, 1] : [...workgroups],
    size: each,
    uniforms: uniforms.map(({ declaration }) => `${declaration}, `).join(''),
    getUserCode: () => code,
  };
  const flat = names.map((input) => flatten(run.inputs[input]));
  const values = uniforms.map(({ type, data }) => ({ type, data }));
  const result = gpu.runWebGPUProgram(program, flat, 'float32', values);
  return { dataId: result.dataId, shape: [...run.outputShape], dtype: 'float32' };
}

/** `expression` for every element of the result; `index` is its place in the flat list. */
export function runForEach(
  gpu: WebGPUBackend,
  run: Omit<ProgramRun, 'code' | 'workgroups'> & {
    readonly expression: string;
    readonly helpers?: string;
  },
): TensorInfo {
  const { expression, helpers = '', ...rest } = run;
  const code = `
    ${helpers}
    fn main(index : i32) {
      if (index < uniforms.size) {
        result[index] = ${expression};
      }
    }`;
  return runProgram(gpu, { ...rest, code });
}

/**
 * As a column: to a list of the result's length, or of one element, tfjs would give a program of
 * its own.
 */
function flatten({ dataId, shape, dtype }: TensorInfo): TensorInfo {
  return { dataId, shape: [util.sizeFromShape(shape), 1], dtype };
}

function listUniforms({ integers = {}, floats = {} }: ProgramRun): Uniform[] {
  const whole = Object.entries(integers).map(([name, value]): Uniform => {
    const data = typeof value === 'number' ? [value] : [...value];
    const type = data.length === 1 ? 'i32' : `vec${data.length}<i32>`;
    return { declaration: `${name} : ${type}`, type: 'int32', data };
  });
  const real = Object.entries(floats).map(([name, value]): Uniform => ({
    declaration: `${name} : f32`,
    type: 'float32',
    data: [value],
  }));
  return [...whole, ...real];
}
