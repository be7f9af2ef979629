/** Rows of one decoded block: values in a row (all samples of all pixels), and how many rows. */
export interface BlockRows {
  readonly valuesPerRow: number;
  readonly rows: number;
  /** Values from one pixel to the next: samples that are stored side by side. */
  readonly stride: number;
}

/**
 * Turns differences of neighbours back to values, in place (predictor 2).
 *
 * Source: TIFF 6.0, section 14. Overflow wraps, as the writer's subtraction did.
 *
 * @param bytes - Decoded block in this machine's byte order, aligned to its values.
 */
export function undoHorizontalDifferences(
  bytes: Uint8Array,
  size: 1 | 2 | 4 | 8,
  block: BlockRows,
): void {
  const count = Math.floor(bytes.length / size);
  const { valuesPerRow, rows, stride } = block;
  const accumulate = (values: Uint8Array | Uint16Array | Uint32Array) => {
    for (let row = 0; row < rows; row++) {
      const end = Math.min((row + 1) * valuesPerRow, values.length);
      for (let i = row * valuesPerRow + stride; i < end; i++) values[i] += values[i - stride];
    }
  };
  if (size === 1) accumulate(bytes);
  else if (size === 2) accumulate(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  else if (size === 4) accumulate(new Uint32Array(bytes.buffer, bytes.byteOffset, count));
  else {
    const values = new BigUint64Array(bytes.buffer, bytes.byteOffset, count);
    for (let row = 0; row < rows; row++) {
      const end = Math.min((row + 1) * valuesPerRow, values.length);
      for (let i = row * valuesPerRow + stride; i < end; i++) values[i] += values[i - stride];
    }
  }
}

/**
 * Puts floating-point values together again whose bytes were sorted by significance and differenced
 * (predictor 3).
 *
 * Source: Adobe Photoshop TIFF Technical Note 3. The most significant bytes stand first whatever
 * the byte order of the file; the result is in the byte order asked for.
 */
export function undoFloatingPointPredictor(
  bytes: Uint8Array,
  size: 1 | 2 | 4 | 8,
  block: BlockRows,
  littleEndian: boolean,
): void {
  const { valuesPerRow, rows, stride } = block;
  const rowBytes = valuesPerRow * size;
  for (let row = 0; row < rows; row++) {
    const line = bytes.subarray(row * rowBytes, (row + 1) * rowBytes);
    for (let i = stride; i < line.length; i++) line[i] += line[i - stride];
    const sorted = line.slice();
    for (let i = 0; i < valuesPerRow; i++) {
      for (let significance = 0; significance < size; significance++) {
        const place = littleEndian ? size - 1 - significance : significance;
        line[i * size + place] = sorted[significance * valuesPerRow + i];
      }
    }
  }
}
