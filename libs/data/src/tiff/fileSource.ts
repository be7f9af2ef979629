import type { FileHandle } from 'node:fs/promises';

/** A part of a file: where it begins and how long it is, in bytes. */
interface Slice {
  readonly offset: number;
  readonly length: number;
}

/**
 * Directories are read in many small pieces that lie close together: so much is fetched at once.
 */
const WINDOW_BYTES = 32768;

/**
 * The bytes of an open file for `geotiff`, never more than there are.
 *
 * A slice that reaches past the end comes back shorter, so that no request allocates more than the
 * file holds.
 */
export class FileSource {
  private readonly file: FileHandle;
  readonly fileSize: number;
  private windowOffset = 0;
  private window = new Uint8Array(0);

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
    const data =
      length > WINDOW_BYTES / 2
        ? await this.read(offset, length)
        : await this.readSmall(offset, length);
    return { offset, length: data.byteLength, data: data.buffer };
  }

  /** The file is closed by the one who opened it. */
  async close(): Promise<void> {}

  private async readSmall(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const from = offset - this.windowOffset;
    const end = Math.min(offset + length, this.fileSize);
    if (from >= 0 && end - this.windowOffset <= this.window.length)
      return this.window.slice(from, from + length);
    const window = await this.read(offset, WINDOW_BYTES);
    this.windowOffset = offset;
    this.window = window;
    return window.slice(0, length);
  }

  private async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const available = Math.max(0, Math.min(length, this.fileSize - offset));
    const bytes = new Uint8Array(available);
    let filled = 0;
    while (filled < available) {
      const { bytesRead } = await this.file.read(
        bytes,
        filled,
        available - filled,
        offset + filled,
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === available ? bytes : bytes.slice(0, filled);
  }
}
