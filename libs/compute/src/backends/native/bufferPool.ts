/**
 * Arrays that are used again: a training step asks for the same lengths every time, so after the
 * first step the operating system is not asked for memory any more.
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

  /** Takes an array back. The giver must not use it any more, and must not give it twice. */
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
