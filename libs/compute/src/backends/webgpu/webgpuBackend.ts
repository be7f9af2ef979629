import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { backend_util } from '@tensorflow/tfjs-core';
import { GpuMemoryError } from '../gpuMemoryError.ts';

/**
 * The WebGPU back-end of tfjs, with two additions: it reports what went wrong on the device, and it carries our options.
 *
 * A program that does not compile and memory that is not there are no exceptions in WebGPU; results would silently be zero.
 */
export class WebgpuBackend extends WebGPUBackend {
  /** Rounds the factors of convolutions to half precision; sums stay in float32. */
  roundsConvolutionsToHalf = false;
  private failure: Error | undefined;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    device.onuncapturederror = ({ error }) => {
      this.failure ??= this.describe(error);
    };
    void device.lost.then(({ message, reason }) => {
      if (reason !== 'destroyed') this.failure ??= new Error(`webgpu: the device was lost: ${message}`);
    });
  }

  /**
   * @throws {GpuMemoryError} If the device ran out of memory since the last call.
   * @throws {Error} If anything else failed on the device.
   */
  override async read(dataId: object): Promise<backend_util.BackendValues> {
    const values = await super.read(dataId);
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    return values;
  }

  private describe(error: GPUError): Error {
    if (error instanceof GPUOutOfMemoryError) return new GpuMemoryError(this.memory().numBytesAllocatedInGPU);
    return new Error(`webgpu: ${error.message.trim().split('\n')[0]}`);
  }
}
