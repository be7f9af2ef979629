import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { backend_util, DataType } from '@tensorflow/tfjs-core';
import { GpuLostError, GpuMemoryError } from '../gpuErrors.ts';

/** What the keeper of buffers of tfjs does not show: buffers that wait to be used again. */
interface BufferStore {
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

/**
 * What Dawn says of a buffer, or of a part of one given to a program, that is larger than the
 * device allows.
 */
const TOO_LARGE = /exceeds the max buffer size|larger than the max\w* \w+ buffer binding size/i;

/**
 * The WebGPU back-end of tfjs, with two additions: it reports what went wrong on the device, and it
 * carries our options.
 *
 * A program that does not compile and memory that is not there are no exceptions in WebGPU; results
 * would silently be zero.
 */
export class WebgpuBackend extends WebGPUBackend {
  /** Rounds the factors of convolutions to half precision; sums stay in float32. */
  roundsConvolutionsToHalf = false;
  private failure: Error | undefined;
  private loss: GpuLostError | undefined;
  /** Buffers that were asked for when memory ended are none, and tfjs would use them again. */
  private mustDropBuffers = false;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    device.onuncapturederror = (event) => {
      // Else Dawn prints it, and all that follows from it.
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
      // A result that cannot be read does not say why; that the device is lost is told with its
      // next answer.
      await this.queue.onSubmittedWorkDone().catch(() => undefined);
      this.throwFailure();
      throw error;
    }
  }

  /** @throws {Error} Where there is no memory for what comes from the CPU: that is told at once. */
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
