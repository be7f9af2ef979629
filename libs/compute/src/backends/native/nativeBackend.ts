import { engine, type backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeAddon } from '../../../native/addon.ts';
import { QuietCpuBackend } from '../quietCpuBackend.ts';
import type { BufferPool } from './bufferPool.ts';
import { EntryStorage } from './entryStorage.ts';
import type { KernelTape } from './kernelTape.ts';

/** What the back-end keeps of a tensor; `pooled` is the array that returns to the pool with it. */
interface PooledEntry {
  values?: backend_util.BackendValues;
  dtype: DataType;
  refCount: number;
  readonly pooled?: Float32Array;
}

/**
 * The CPU back-end of tfjs with its float32 tensors in pooled arrays of its own, for kernels in
 * C++.
 *
 * Every float32 tensor owns its array: what is written is copied in, what is read is copied out,
 * and kernels of tfjs that return views of their inputs are copied when they hand them over. So an
 * array can be used again as soon as its last tensor is gone, and parameters can be changed in
 * place.
 */
export class NativeBackend extends QuietCpuBackend {
  /** Where kernels are noted while gradients are wanted. */
  tape: KernelTape | null = null;

  constructor(
    readonly addon: NativeAddon,
    readonly pool: BufferPool,
  ) {
    super();
    this.data = new EntryStorage(this, engine());
  }

  override write(values: backend_util.BackendValues, _shape: number[], dtype: DataType): object {
    const dataId = {};
    this.record(dataId, this.adopt(values, dtype), dtype, 1);
    return dataId;
  }

  override move(
    dataId: object,
    values: backend_util.BackendValues,
    _shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    this.record(dataId, this.adopt(values, dtype), dtype, refCount);
  }

  override readSync(dataId: object): backend_util.BackendValues {
    const values = super.readSync(dataId);
    return values instanceof Float32Array ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry: PooledEntry | undefined = this.data.has(dataId)
      ? this.data.get(dataId)
      : undefined;
    const gone = super.disposeData(dataId, force);
    // Only the array that was taken for the tensor goes back, never one that a kernel put in its
    // place.
    if (gone && entry?.pooled !== undefined && !this.data.has(dataId)) this.pool.give(entry.pooled);
    return gone;
  }

  /** A new float32 tensor whose elements are undefined until a kernel writes them. */
  allocate(shape: readonly number[], length: number): TensorInfo {
    const dataId = {};
    this.record(dataId, this.pool.take(length), 'float32', 1);
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  /**
   * The array behind a float32 tensor; a copy where a cast left it the integers or booleans of its
   * source.
   */
  floats(tensor: TensorInfo): Float32Array {
    const { values } = this.data.get(tensor.dataId);
    if (values instanceof Float32Array) return values;
    if (values instanceof Int32Array || values instanceof Uint8Array)
      return Float32Array.from(values);
    throw new Error(`internal: a ${tensor.dtype} tensor has no floats`);
  }

  /**
   * The array that a tensor gets: a pooled copy for float32, the values themselves for other types.
   */
  private adopt(values: backend_util.BackendValues, dtype: DataType): backend_util.BackendValues {
    if (dtype !== 'float32' || !(values instanceof Float32Array)) return values;
    const own = this.pool.take(values.length);
    own.set(values);
    return own;
  }

  private record(
    dataId: object,
    values: backend_util.BackendValues,
    dtype: DataType,
    refCount: number,
  ): void {
    const isPooled = dtype === 'float32' && values instanceof Float32Array;
    const entry: PooledEntry = isPooled
      ? { values, dtype, refCount, pooled: values }
      : { values, dtype, refCount };
    this.data.set(dataId, entry);
  }
}
