/** Tags that this library reads or writes (TIFF 6.0, section 8 and appendix A). */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
  /** MetaMorph's UIC1: settings of the stack. */
  metamorph: 33628,
  /** MetaMorph's UIC2: as many as planes, with their positions. */
  metamorphPlanes: 33629,
  /** Zeiss's CZ_LSMINFO. */
  lsmInfo: 34412,
} as const;

/** How one gray value is stored in a TIFF file. */
export const SAMPLE_TYPES = [
  'uint8',
  'uint16',
  'uint32',
  'int8',
  'int16',
  'int32',
  'float32',
  'float64',
] as const;
/** One of `SAMPLE_TYPES`. */
export type SampleType = (typeof SAMPLE_TYPES)[number];

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

/** The type of `bits` per value and the SampleFormat code, or undefined for an unknown one. */
export function findSampleType(bits: number, format: number): SampleType | undefined {
  return SAMPLE_TYPES.find(
    (name) => SAMPLE_LAYOUTS[name].bytes * 8 === bits && SAMPLE_LAYOUTS[name].format === format,
  );
}

/**
 * The values in the bytes of a file, in their order.
 *
 * Values are not rescaled. Memory: a view of `bytes` if they are aligned, otherwise a copy; values
 * of several bytes are swapped to the byte order of this machine in place.
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

export const MACHINE_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reverses the bytes of every value in place; bytes after the last complete value stay. */
export function swapBytes(bytes: Uint8Array, size: 1 | 2 | 4 | 8): void {
  if (size === 1) return;
  for (let start = 0; start + size <= bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
  }
}
