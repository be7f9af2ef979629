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
  return [
    {
      name: 'tensorflow',
      available: false,
      detail: 'TensorFlow on a GPU: not part of this version',
      remedy: 'use native',
    },
    { name: 'webgpu', available: false, detail: 'WebGPU: not part of this version', remedy: 'use native' },
    {
      name: 'native',
      available: false,
      detail: 'C++ kernels: the add-on is not built',
      remedy: 'npm rebuild',
    },
    { name: 'js', available: true, detail: 'plain tfjs in JavaScript' },
  ];
}
