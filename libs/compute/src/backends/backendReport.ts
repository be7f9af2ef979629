import { native, nativeBuildStatus, nativeFailure } from '../../native/addon.ts';
import type { BackendName } from './selectBackend.ts';

/** What one back-end needs and whether it is there. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** One line: what it is, or why it is not there. */
  readonly detail: string;
  /** What to do to get it; only where it is missing and something can be done. */
  readonly remedy?: string;
  /** Compiler that built the add-on. */
  readonly compiler?: string;
  /** Instruction set that the kernels use here. */
  readonly instructionSet?: string;
}

/** Every back-end in the order in which `auto` tries them, for `doctor`. */
export function backendReport(): BackendReport[] {
  const remedy = 'use native, or js';
  return [
    { name: 'tensorflow', available: false, detail: 'TensorFlow on a GPU: not part of this version', remedy },
    { name: 'webgpu', available: false, detail: 'WebGPU: not part of this version', remedy },
    nativeReport(),
    { name: 'js', available: true, detail: 'plain TensorFlow.js in JavaScript, on one core' },
  ];
}

function nativeReport(): BackendReport {
  if (native === null) {
    return {
      name: 'native',
      available: false,
      detail: `C++ kernels: ${nativeFailure ?? 'not loaded'}`,
      remedy: 'install g++ or clang, then run: npm rebuild',
    };
  }
  const instructionSet = native.isa();
  const compiler = nativeBuildStatus()?.compiler ?? 'an unknown compiler';
  const detail = `C++ kernels (${instructionSet}, built by ${compiler})`;
  return { name: 'native', available: true, detail, compiler, instructionSet };
}
