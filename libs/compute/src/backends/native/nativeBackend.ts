import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeAddon } from '../../../native/addon.ts';
import { QuietCpuBackend } from '../quietCpuBackend.ts';
import type { BufferPool } from './bufferPool.ts';

/**
 * The CPU back-end of tfjs with its float32 tensors in pooled arrays of its own, for kernels in C++.
 *
 * Every float32 tensor owns its array: what is written is copied in, what is read is copied out, and kernels of tfjs that
 * return views of their inputs are copied when they hand them over. So an array can be used again as soon as its last
 * tensor is gone, and parameters can be changed in place.
 */
export class NativeBackend extends QuietCpuBackend {
  constructor(
    readonly addon: NativeAddon,
    readonly pool: BufferPool,
  ) {
    super();
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    return super.write(this.adopt(values, dtype), shape, dtype);
  }

  override move(
    dataId: object,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    super.move(dataId, this.adopt(values, dtype), shape, dtype, refCount);
  }

  override readSync(dataId: object): backend_util.BackendValues {
    const values = super.readSync(dataId);
    return values instanceof Float32Array ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && values instanceof Float32Array && !this.data.has(dataId)) this.pool.give(values);
    return gone;
  }

  /** A new float32 tensor whose elements are undefined until a kernel writes them. */
  allocate(shape: readonly number[], length: number): TensorInfo {
    const dataId = super.write(this.pool.take(length), [...shape], 'float32');
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  /** The array behind a float32 tensor. */
  floats(tensor: TensorInfo): Float32Array {
    const { values } = this.data.get(tensor.dataId);
    if (!(values instanceof Float32Array))
      throw new Error(`internal: a ${tensor.dtype} tensor has no floats`);
    return values;
  }

  private adopt(values: backend_util.BackendValues, dtype: DataType): backend_util.BackendValues {
    if (dtype !== 'float32' || !(values instanceof Float32Array)) return values;
    const own = this.pool.take(values.length);
    own.set(values);
    return own;
  }
}
