import { availableParallelism, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { BACKEND_NAMES, describeUnknown, InputError, type BackendName } from '@blurcycle/core';
import { native } from '../../native/addon.ts';
import { registerGradients } from '../gradients/registerGradients.ts';
import { assertThreads, setThreads } from '../setThreads.ts';
import { backendReport, preferredBackend, type BackendReport } from './backendReport.ts';
import { registerJavascriptBackend } from './javascriptBackend.ts';
import { registerKernels } from './native/registerKernels.ts';
import { loadWasm } from '../wasm/loadWasm.ts';
import { wasmKernels } from '../wasm/wasmKernels.ts';
import { registerWebgpuBackend } from './webgpu/registerWebgpuBackend.ts';

/** The back-end that was chosen. */
export interface BackendInfo {
  readonly name: BackendName;
  /** One line to show: what it is and, after `auto`, why a faster one was not taken. */
  readonly description: string;
  readonly threads: number;
  /** Name of the GPU, null where the arithmetic runs on the CPU. */
  readonly gpu: string | null;
  /** One line to show where the choice is for tests only, else null. */
  readonly warning: string | null;
}

/** Choices that not every back-end has. */
export interface SelectBackendOptions {
  /** Threads of `native`. @defaultValue the number of cores */
  readonly threads?: number;
  /**
   * `webgpu`: convolutions multiply factors that are rounded to half precision; sums stay in
   * float32.
   * @defaultValue true where the environment variable BLURCYCLE_WEBGPU_HALF is 1
   */
  readonly halfPrecision?: boolean;
}

/**
 * Makes TensorFlow.js run on the named back-end or, for `auto`, on the first that is available.
 *
 * Nothing is decided before this is called; call it before the first tensor is made.
 *
 * @param name - A back-end, or `auto`.
 * @throws {InputError} If the name is unknown or the back-end is not available here.
 */
export async function selectBackend(
  name: BackendName | 'auto',
  options: SelectBackendOptions = {},
): Promise<BackendInfo> {
  const known: readonly string[] = ['auto', ...BACKEND_NAMES];
  if (!known.includes(name))
    throw new InputError(describeUnknown('selectBackend', 'back-end', name, known));
  const {
    threads: wanted = availableParallelism(),
    halfPrecision = process.env['BLURCYCLE_WEBGPU_HALF'] === '1',
  } = options;
  assertThreads(wanted, 'selectBackend');
  // More threads than cores only wait for each other.
  const threads = Math.min(wanted, availableParallelism());
  setThreads(threads);
  const report = await backendReport();
  const chosen =
    name === 'auto' ? preferredBackend(report) : report.find((entry) => entry.name === name);
  if (chosen === undefined || !chosen.available) {
    throw new InputError(
      `selectBackend: back-end '${name}' is not available: ${chosen?.detail} (${chosen?.remedy ?? 'choose auto'})`,
    );
  }
  const rounds = chosen.name === 'webgpu' && halfPrecision;
  await register(chosen.name, rounds);
  registerGradients();
  await tf.setBackend(chosen.name);
  const software = chosen.software === true;
  const note = rounds ? ', convolutions in half precision' : '';
  return {
    name: chosen.name,
    description: `${name === 'auto' ? explain(chosen, report) : chosen.detail}${note}`,
    threads: chosen.name === 'native' ? threads : 1,
    // The record of a run holds the note, since half precision changes the numbers.
    gpu: software || chosen.device === undefined ? null : `${chosen.device}${note}`,
    warning: software
      ? `back-end ${chosen.name}: ${chosen.detail}; for tests, far slower than native`
      : null,
  };
}

/** Registers an available back-end with tfjs. */
async function register(name: BackendName, halfPrecision: boolean): Promise<void> {
  switch (name) {
    case 'tensorflow':
      // Its package registered it when the report loaded it.
      return;
    case 'webgpu':
      return registerWebgpuBackend(halfPrecision);
    case 'native':
      if (native === null) throw new Error('internal: the add-on is gone');
      registerKernels('native', native, totalmem());
      return;
    case 'wasm': {
      const module = loadWasm();
      if (module === null) throw new Error('internal: the WebAssembly module is gone');
      registerKernels('wasm', wasmKernels(module), totalmem());
      return;
    }
    case 'js':
      registerJavascriptBackend();
  }
}

/** What was chosen; where the C++ kernels are missing, why, since everything is then far slower. */
function explain(chosen: BackendReport, report: readonly BackendReport[]): string {
  const missing = report.find((entry) => entry.name === 'native' && !entry.available);
  return missing === undefined || (chosen.name !== 'js' && chosen.name !== 'wasm')
    ? chosen.detail
    : `${chosen.detail}; slow, because ${missing.detail} (${missing.remedy})`;
}
