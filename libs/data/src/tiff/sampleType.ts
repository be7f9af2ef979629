/** How one grey value is stored in a TIFF file. */
export type SampleType =
  'uint8' | 'uint16' | 'uint32' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

interface SampleArray {
  readonly length: number;
  readonly [index: number]: number;
}

/** Bytes of one value of a type, its code in the tag SampleFormat, and the array that reads it. */
interface SampleLayout {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly format: 1 | 2 | 3;
  readonly view: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => SampleArray;
}

export const SAMPLE_LAYOUTS: Readonly<Record<SampleType, SampleLayout>> = {
  uint8: { bytes: 1, format: 1, view: Uint8Array },
  uint16: { bytes: 2, format: 1, view: Uint16Array },
  uint32: { bytes: 4, format: 1, view: Uint32Array },
  int8: { bytes: 1, format: 2, view: Int8Array },
  int16: { bytes: 2, format: 2, view: Int16Array },
  int32: { bytes: 4, format: 2, view: Int32Array },
  float32: { bytes: 4, format: 3, view: Float32Array },
  float64: { bytes: 8, format: 3, view: Float64Array },
};

/**
 * The type of `bits` per value and the SampleFormat code, or undefined when it is none of the known
 * ones.
 */
export function findSampleType(bits: number, format: number): SampleType | undefined {
  const names = Object.keys(SAMPLE_LAYOUTS) as SampleType[];
  return names.find(
    (name) => SAMPLE_LAYOUTS[name].bytes * 8 === bits && SAMPLE_LAYOUTS[name].format === format,
  );
}

/**
 * Bytes of a file as an array of their values, in the order they are stored.
 *
 * Values are not rescaled. Memory: a view of `bytes` where alignment allows it, otherwise a copy;
 * `bytes` of several bytes per value are turned to this machine's byte order in place.
 *
 * @param littleEndian - Byte order of `bytes`.
 */
export function viewSamples(
  bytes: Uint8Array,
  type: SampleType,
  littleEndian: boolean,
): SampleArray {
  const { bytes: size, view: View } = SAMPLE_LAYOUTS[type];
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  if (littleEndian !== MACHINE_IS_LITTLE_ENDIAN) swapBytes(aligned, size);
  return new View(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / size));
}

const MACHINE_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reverses the bytes of every value, in place; bytes after the last whole value stay. */
export function swapBytes(bytes: Uint8Array, size: 1 | 2 | 4 | 8): void {
  if (size === 1) return;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % size));
  if (size === 2) whole.swap16();
  else if (size === 4) whole.swap32();
  else whole.swap64();
}
