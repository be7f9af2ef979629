import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { backend_util, DataType } from '@tensorflow/tfjs-core';
import { GpuLostError, GpuMemoryError } from '../gpuErrors.ts';

/** Private parts of the buffer manager of tfjs: buffers that wait for reuse. */
interface BufferStore {
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

/** Dawn's messages for a buffer, or a binding of one, that exceeds the limit of the device. */
const TOO_LARGE = /exceeds the max buffer size|larger than the max\w* \w+ buffer binding size/i;

/**
 * The WebGPU back-end of tfjs, with two additions: it reports what went wrong on the device, and it
 * carries our options.
 *
 * In WebGPU neither a program that fails to compile nor missing memory throws; results would
 * silently be zero.
 */
export class WebgpuBackend extends WebGPUBackend {
  /** Rounds the factors of convolutions to half precision; sums stay in float32. */
  roundsConvolutionsToHalf = false;
  private failure: Error | undefined;
  private loss: GpuLostError | undefined;
  /** Buffers requested when memory ran out are invalid, and tfjs would reuse them. */
  private mustDropBuffers = false;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    device.onuncapturederror = (event) => {
      // Otherwise Dawn prints the error and all that follow from it.
      event.preventDefault();
      this.failure ??= this.describe(event.error);
    };
    void device.lost.then(({ message }) => {
      this.loss = new GpuLostError(message);
    });
  }

  /**
   * @throws {GpuMemoryError} If the device ran out of memory since the last call.
   * @throws {GpuLostError} If the device is lost.
   * @throws {Error} If anything else failed on the device.
   */
  override async read(dataId: object): Promise<backend_util.BackendValues> {
    try {
      const values = await super.read(dataId);
      this.throwFailure();
      return values;
    } catch (error) {
      // A failed read does not say why; a lost device is reported with its next answer.
      await this.queue.onSubmittedWorkDone().catch(() => undefined);
      this.throwFailure();
      throw error;
    }
  }

  /** @throws {Error} If there is no memory for data from the CPU, which WebGPU reports at once. */
  override uploadToGPU(dataId: object): void {
    try {
      super.uploadToGPU(dataId);
    } catch (error) {
      this.mustDropBuffers = true;
      this.throwFailure();
      throw error;
    }
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    if (this.mustDropBuffers) this.dropFreeBuffers();
    return super.write(values, shape, dtype);
  }

  private throwFailure(): void {
    const failure = this.loss ?? this.failure;
    this.failure = undefined;
    if (failure === undefined) return;
    this.mustDropBuffers = true;
    throw failure;
  }

  private dropFreeBuffers(): void {
    this.mustDropBuffers = false;
    const store = this.bufferManager as unknown as BufferStore;
    for (const buffers of store.freeBuffers.values()) {
      for (const buffer of buffers.splice(0)) {
        store.numFreeBuffers -= 1;
        store.numBytesAllocated -= buffer.size;
        buffer.destroy();
      }
    }
  }

  private describe(error: GPUError): Error {
    if (error instanceof GPUOutOfMemoryError)
      return new GpuMemoryError(this.memory().numBytesAllocatedInGPU);
    if (TOO_LARGE.test(error.message)) return new GpuMemoryError(null);
    return new Error(`webgpu: ${error.message.trim().split('\n')[0]}`);
  }
}
