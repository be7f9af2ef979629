import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import { native } from '../../native/addon.ts';
import { registerGradients } from '../gradients/registerGradients.ts';
import { backendReport, type BackendReport } from './backendReport.ts';
import { registerJavascriptBackend } from './javascriptBackend.ts';
import { registerNativeBackend } from './native/registerNativeBackend.ts';

/** Where arithmetic can run. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** In the order in which `auto` tries them. */
export const BACKEND_NAMES = ['tensorflow', 'webgpu', 'native', 'js'] as const;

/** The place that was chosen. */
export interface BackendInfo {
  readonly name: BackendName;
  /** One line for a person: what it is and, after `auto`, why a faster one was not taken. */
  readonly description: string;
  readonly threads: number;
}

/** Choices that not every back-end has. */
export interface SelectBackendOptions {
  /** Threads of `native`. @defaultValue the number of cores */
  readonly threads?: number;
}

/**
 * Makes TensorFlow.js run on the named back-end, or on the first that is available.
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
  if (!known.includes(name)) throw new InputError(describeUnknown('selectBackend', 'back-end', name, known));
  const { threads = availableParallelism() } = options;
  if (!(Number.isSafeInteger(threads) && threads > 0)) {
    throw new InputError(describeViolation('selectBackend', 'threads', 'be a positive integer', threads));
  }
  const report = backendReport();
  const chosen = report.find((entry) => (name === 'auto' ? entry.available : entry.name === name));
  if (chosen === undefined || !chosen.available) {
    throw new InputError(
      `selectBackend: back-end '${name}' is not available: ${chosen?.detail} (${chosen?.remedy ?? 'choose auto'})`,
    );
  }
  registerGradients();
  if (chosen.name === 'native' && native !== null) {
    native.setThreads(threads);
    registerNativeBackend(native);
  } else {
    registerJavascriptBackend();
  }
  await tf.setBackend(chosen.name);
  return {
    name: chosen.name,
    description: name === 'auto' ? explain(chosen, report) : chosen.detail,
    threads: chosen.name === 'native' ? threads : 1,
  };
}

/** What was chosen; where the C++ kernels are missing, why, since everything is then far slower. */
function explain(chosen: BackendReport, report: readonly BackendReport[]): string {
  const missing = report.find((entry) => entry.name === 'native' && !entry.available);
  return missing === undefined
    ? chosen.detail
    : `${chosen.detail}; slow, because ${missing.detail} (${missing.remedy})`;
}
