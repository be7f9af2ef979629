/** The bytes of a file, wherever it lies: on a disk, or dropped into a page. */
export interface ByteFile {
  /** What messages call it. */
  readonly name: string;
  readonly size: number;
  /** So many bytes from `offset` on; fewer where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A `Blob` or `File` as a file; nothing is read before it is asked for. */
export function blobFile(blob: Blob, name: string): ByteFile {
  return {
    name,
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

/** Name of a file without its folders. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
