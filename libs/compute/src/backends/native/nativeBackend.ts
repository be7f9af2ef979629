import {
  DataStorage,
  engine,
  type backend_util,
  type DataMover,
  type DataType,
  type KernelBackend,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Kernels } from '../../../native/addon.ts';
import { QuietCpuBackend } from '../quietCpuBackend.ts';

/** Inputs of a kernel, by name. */
export type Inputs = Readonly<Record<string, TensorInfo>>;
/** Attributes of a kernel, by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Is told of every kernel that ran. */
export interface KernelRecorder {
  record(
    kernelName: string,
    inputs: Inputs,
    result: TensorInfo | TensorInfo[],
    attributes: Attributes,
  ): void;
}

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
 * and views of inputs that kernels of tfjs return are copied. So an array can be used again as soon
 * as its last tensor is gone, and parameters can be changed in place.
 */
export class NativeBackend extends QuietCpuBackend {
  /** Where kernels are recorded while gradients are wanted. */
  tape: KernelRecorder | null = null;

  constructor(
    readonly addon: Kernels,
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

/**
 * Arrays for reuse: a training step asks for the same lengths every time, so after the first step
 * the operating system is asked for no more memory.
 */
export class BufferPool {
  private readonly free = new Map<number, Float32Array[]>();
  private freeFloats = 0;

  /**
   * @param limitFloats - Most floats that are kept unused; beyond them the lengths unused for
   *   longest are dropped.
   */
  constructor(private readonly limitFloats: number) {}

  /** An array of exactly that length; its content is undefined. */
  take(length: number): Float32Array {
    const list = this.free.get(length);
    const unused = list?.pop();
    if (list !== undefined && unused !== undefined) {
      this.freeFloats -= length;
      // Kept in the order of use: the map's first entry is the one unused for longest.
      this.free.delete(length);
      if (list.length > 0) this.free.set(length, list);
    }
    return unused ?? new Float32Array(length);
  }

  /** Takes an array back. The caller must neither use it afterwards nor give it twice. */
  give(array: Float32Array): void {
    const list = this.free.get(array.length);
    if (list === undefined) this.free.set(array.length, [array]);
    else list.push(array);
    this.freeFloats += array.length;
    while (this.freeFloats > this.limitFloats) this.dropOldest();
  }

  /** Floats that lie unused in the pool. */
  get unusedFloats(): number {
    return this.freeFloats;
  }

  private dropOldest(): void {
    const oldest = this.free.entries().next();
    if (oldest.done === true) return;
    const [length, list] = oldest.value;
    list.pop();
    this.freeFloats -= length;
    if (list.length === 0) this.free.delete(length);
  }
}

const ENTRY = Symbol('entry');

interface Holder<T> {
  [ENTRY]?: T | undefined;
}

/**
 * Stores what a back-end keeps of a tensor on the data id itself: a look-up reads a property
 * instead of searching a WeakMap.
 */
class EntryStorage<T> extends DataStorage<T> {
  private count = 0;

  constructor(backend: KernelBackend, mover: DataMover) {
    super(backend, mover);
  }

  override get(dataId: object): T {
    const entry = (dataId as Holder<T>)[ENTRY];
    if (entry !== undefined) return entry;
    super.get(dataId); // asks the back-end that has the tensor to hand it over
    return (dataId as Holder<T>)[ENTRY] as T;
  }

  override set(dataId: object, value: T): void {
    this.count += 1;
    (dataId as Holder<T>)[ENTRY] = value;
  }

  override has(dataId: object): boolean {
    return (dataId as Holder<T>)[ENTRY] !== undefined;
  }

  override delete(dataId: object): boolean {
    this.count -= 1;
    const had = this.has(dataId);
    (dataId as Holder<T>)[ENTRY] = undefined;
    return had;
  }

  override numDataIds(): number {
    return this.count;
  }
}
