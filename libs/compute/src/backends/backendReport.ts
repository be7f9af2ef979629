import { createRequire } from 'node:module';
import type { BackendName } from '@blurcycle/core';
import { type Bfloat16Unit, native, nativeBuildStatus, nativeFailure } from '../../native/addon.ts';
import { loadWasm } from '../wasm/loadWasm.ts';
import { findAdapter } from './webgpu/findAdapter.ts';

/** Limits of a GPU in bytes; a patch or tile that needs more fails. */
export interface GpuLimits {
  /** Largest array. */
  readonly bufferBytes: number;
  /** Largest part of an array that a program may be given. */
  readonly bindingBytes: number;
  /** Memory that the invocations of a workgroup share. */
  readonly workgroupBytes: number;
  /** True where programs may compute in half precision (`shader-f16`); ours only round to it. */
  readonly computesInHalf: boolean;
}

/** What one back-end needs and whether it is there. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** One line: what it is, or why it is not there. */
  readonly detail: string;
  /** Name of the GPU, or of the software that stands in for one. */
  readonly device?: string;
  /**
   * True where software stands in for the GPU: right numbers for tests, but slower than every other
   * back-end.
   */
  readonly software?: boolean;
  /** Only for `webgpu`; the other back-ends do not report them. */
  readonly limits?: GpuLimits;
  /** How to get it, where it is missing and can be installed. */
  readonly remedy?: string;
  /** Compiler that built the add-on. */
  readonly compiler?: string;
  /** Instruction set that the kernels use here. */
  readonly instructionSet?: string;
  /** What multiplies bfloat16 factors here: amx, avx512-bf16, or float32 on rounded factors. */
  readonly bfloat16?: Bfloat16Unit;
}

/**
 * Every back-end in the order in which `auto` tries them. Loads the GPU packages that are
 * installed.
 */
export async function backendReport(): Promise<BackendReport[]> {
  return [
    await tensorflowReport(),
    await webgpuReport(),
    nativeReport(),
    wasmReport(),
    { name: 'js', available: true, detail: 'plain TensorFlow.js in JavaScript, on one core' },
  ];
}

/** What `auto` takes: the first that is available, never one whose GPU is emulated in software. */
export function preferredBackend(report: readonly BackendReport[]): BackendReport | undefined {
  return report.find(({ available, software }) => available && software !== true);
}

async function tensorflowReport(): Promise<BackendReport> {
  const found = await findTensorflow();
  if ('missing' in found) {
    return {
      name: 'tensorflow',
      available: false,
      detail: `TensorFlow: ${found.missing}`,
      remedy: found.remedy,
    };
  }
  return found.usesGpu
    ? { name: 'tensorflow', available: true, detail: 'TensorFlow on CUDA', device: 'CUDA' }
    : { name: 'tensorflow', available: true, detail: 'TensorFlow without a GPU', software: true };
}

async function webgpuReport(): Promise<BackendReport> {
  const found = await findAdapter();
  if ('missing' in found) {
    return {
      name: 'webgpu',
      available: false,
      detail: `WebGPU: ${found.missing}`,
      remedy: found.remedy,
    };
  }
  const { name: device, software, adapter } = found;
  const detail = software
    ? `WebGPU on ${device}, a program in place of a GPU`
    : `WebGPU on ${device}`;
  return { name: 'webgpu', available: true, detail, device, software, limits: limitsOf(adapter) };
}

function limitsOf({ limits, features }: GPUAdapter): GpuLimits {
  return {
    bufferBytes: limits.maxBufferSize,
    bindingBytes: limits.maxStorageBufferBindingSize,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    computesInHalf: features.has('shader-f16'),
  };
}

function nativeReport(): BackendReport {
  if (native === null) {
    return {
      name: 'native',
      available: false,
      detail: `C++ kernels: ${nativeFailure ?? 'not loaded'}`,
      remedy:
        'install g++ or clang, then run: npm rebuild; until then everything runs in WebAssembly, on one core',
    };
  }
  const instructionSet = native.isa();
  const bfloat16 = native.bfloat16();
  const compiler = nativeBuildStatus()?.compiler ?? 'an unknown compiler';
  const detail = `C++ kernels (${instructionSet}, built by ${compiler})`;
  return { name: 'native', available: true, detail, compiler, instructionSet, bfloat16 };
}

function wasmReport(): BackendReport {
  return loadWasm() === null
    ? { name: 'wasm', available: false, detail: 'WebAssembly: Node refuses the module' }
    : { name: 'wasm', available: true, detail: 'the C++ kernels in WebAssembly, on one core' };
}

/** Outcome of loading TensorFlow. */
type TensorflowSearch =
  { readonly usesGpu: boolean } | { readonly missing: string; readonly remedy: string };

/** The part that we use of the back-end `tensorflow`. */
interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
}

const PACKAGE = '@tensorflow/tfjs-node-gpu';
const INSTALL = 'npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0';
/** Its last release calls functions of `util` that this version of Node removed. */
const NODE_WITHOUT_TENSORFLOW = 23;

let tensorflowSearch: Promise<TensorflowSearch> | undefined;

/**
 * Loads TensorFlow where it is installed, which registers the back-end `tensorflow` with tfjs; once
 * per process.
 */
function findTensorflow(): Promise<TensorflowSearch> {
  tensorflowSearch ??= loadTensorflow();
  return tensorflowSearch;
}

async function loadTensorflow(): Promise<TensorflowSearch> {
  // Another module with its interface may be named. A string, not a literal, so that the type
  // checker does not look for it: it is installed by hand, its types are never there.
  const module: string = process.env['BLURCYCLE_TENSORFLOW'] ?? PACKAGE;
  try {
    createRequire(import.meta.url).resolve(module);
  } catch {
    return {
      missing: `${module} is not installed`,
      remedy: `its last release, 4.22.0, is for Node 18 and 20 and CUDA 11: there run: ${INSTALL}; on other GPUs use webgpu`,
    };
  }
  if (module === PACKAGE && Number.parseInt(process.versions.node, 10) >= NODE_WITHOUT_TENSORFLOW) {
    return {
      missing: `${module} does not run on Node ${process.versions.node}, which removed functions that it calls`,
      remedy: 'use Node 20, or webgpu',
    };
  }
  // Without this TensorFlow prints a line for its build and for every library that it does not
  // find.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    const { backend } = (await import(module)) as { backend: () => object };
    return { usesGpu: (backend() as TensorflowBackend).isUsingGpuDevice };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return {
      missing: `${module} does not load: ${reason}`,
      remedy: `its libtensorflow may not have been downloaded; run again: ${INSTALL}`,
    };
  }
}
