import { DataStorage, type DataMover, type KernelBackend } from '@tensorflow/tfjs-core';

const ENTRY = Symbol('entry');

interface Holder<T> {
  [ENTRY]?: T | undefined;
}

/**
 * What a back-end keeps of its tensors, kept on the data id itself: a look-up is a property, not a
 * search in a WeakMap.
 */
export class EntryStorage<T> extends DataStorage<T> {
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
