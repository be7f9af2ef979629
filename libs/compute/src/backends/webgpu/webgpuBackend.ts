import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { backend_util } from '@tensorflow/tfjs-core';

/**
 * The WebGPU back-end of tfjs, with two additions: it reports what went wrong on the device, and it carries our options.
 *
 * A program that does not compile and memory that is not there are no exceptions in WebGPU; results would silently be zero.
 */
export class WebgpuBackend extends WebGPUBackend {
  /** Rounds the factors of convolutions to half precision; sums stay in float32. */
  roundsConvolutionsToHalf = false;
  private failure: string | undefined;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    device.onuncapturederror = ({ error }) => {
      this.failure ??= error.message;
    };
    void device.lost.then(({ message, reason }) => {
      if (reason !== 'destroyed') this.failure ??= `the device was lost: ${message}`;
    });
  }

  /** @throws {Error} If anything failed on the device since the last call. */
  override async read(dataId: object): Promise<backend_util.BackendValues> {
    const values = await super.read(dataId);
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw new Error(`webgpu: ${failure.trim().split('\n')[0]}`);
    return values;
  }
}
