import type { FileHandle } from 'node:fs/promises';

/** A part of a file: where it begins and how long it is, in bytes. */
interface Slice {
  readonly offset: number;
  readonly length: number;
}

/**
 * The bytes of an open file for `geotiff`, never more than there are.
 *
 * A slice that reaches past the end comes back shorter, so that no request allocates more than the file holds.
 */
export class FileSource {
  private readonly file: FileHandle;
  readonly fileSize: number;

  constructor(file: FileHandle, fileSize: number) {
    this.file = file;
    this.fileSize = fileSize;
  }

  async fetch(slices: readonly Slice[]): Promise<ArrayBuffer[]> {
    const parts: ArrayBuffer[] = [];
    for (const slice of slices) parts.push((await this.fetchSlice(slice)).data);
    return parts;
  }

  async fetchSlice({ offset, length }: Slice): Promise<Slice & { data: ArrayBuffer }> {
    const available = Math.max(0, Math.min(length, this.fileSize - offset));
    const bytes = new Uint8Array(available);
    let filled = 0;
    while (filled < available) {
      const { bytesRead } = await this.file.read(bytes, filled, available - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return {
      offset,
      length: filled,
      data: filled === available ? bytes.buffer : bytes.buffer.slice(0, filled),
    };
  }

  /** The file is closed by the one who opened it. */
  async close(): Promise<void> {}
}
