import {
  assertRange,
  describeViolation,
  extent,
  InputError,
  voxelCount,
  type TiffFormat,
  type Volume,
  type WritableSampleType,
} from '@blurcycle/core';
import { formatImagejDescription } from './descriptions.ts';
import { encodeDirectories, planStackDirectories } from './encodeDirectories.ts';
import { formatOmeXml, type Hyperstack } from './omeXml.ts';
import { MACHINE_IS_LITTLE_ENDIAN, swapBytes } from './tags.ts';

/** Type, metadata format and quantization of a stack. */
export interface WriteTiffOptions {
  /** Type of the stored gray values. @defaultValue 'float32', which is lossless */
  readonly sampleType?: WritableSampleType;
  /**
   * Format of the metadata with the voxel size: ImageJ (Fiji opens it as a stack) or OME-XML.
   * @defaultValue 'imagej'
   */
  readonly format?: TiffFormat;
  /**
   * Conversion of fractions to uint16. @defaultValue 'exact', for which fractions are an error
   */
  readonly quantization?: Quantization;
}

/** A stack as the bytes of a file. */
export interface EncodedTiff {
  /** Header and directories; the gray values follow them. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** The gray values, little-endian, piece by piece. */
  readonly values: () => Generator<Uint8Array<ArrayBuffer>>;
  /** The linear map from stored values to those of the volume: stored * scale + offset. */
  readonly scale: number;
  readonly offset: number;
}

const CHUNK_BYTES = 2 ** 24;

/**
 * A volume as a TIFF stack that Fiji, Bio-Formats and tifffile open with its voxel size.
 *
 * One uncompressed page for each plane, little-endian, all values after all directories. Beyond 4
 * GiB the ImageJ form has a single directory, as ImageJ itself writes it, and OME-TIFF becomes
 * BigTIFF.
 *
 * Memory: the head for float32, and a copy of the values for uint16.
 *
 * @throws {InputError} If the values do not fit the type.
 * @example
 * const { head, values } = encodeTiff(estimate, { format: 'ome' });
 * const blob = new Blob([head, ...values()]);
 */
export function encodeTiff(volume: Volume, options: WriteTiffOptions = {}): EncodedTiff {
  const { sampleType = 'float32', format = 'imagej', quantization = 'exact' } = options;
  const { data, shape, voxelSizeUm } = volume;
  const count = voxelCount(shape);
  assertRange(
    data.length === count,
    'writeTiffStack',
    'data.length',
    `equal ${count}`,
    data.length,
  );
  const stored =
    sampleType === 'uint16' ? quantize(data, quantization) : { samples: data, scale: 1, offset: 0 };
  const range = extent(stored.samples);
  const image = { shape, voxelSizeUm, channels: 1, timePoints: 1, range };
  return {
    head: encodeHead(image, { sampleType, format }),
    values: () => littleEndian(stored.samples),
    scale: stored.scale,
    offset: stored.offset,
  };
}

/** What is known of an image before its values. */
export interface ImageHead extends Hyperstack {
  /** Smallest and largest stored value; without it ImageJ may show the image black. */
  readonly range: readonly [low: number, high: number];
}

/** How an image is stored, and what is told of it. */
export interface HeadOptions extends Omit<WriteTiffOptions, 'quantization'> {
  /** How the image was made, one line. */
  readonly note?: string;
  /** Stored values over those they stand for; ImageJ is told. @defaultValue 1 */
  readonly scale?: number;
}

/** Header and directories of an image, in the order c, z, t; the gray values follow them. */
export function encodeHead(
  image: ImageHead,
  { sampleType = 'float32', format = 'imagej', note, scale = 1 }: HeadOptions,
): Uint8Array<ArrayBuffer> {
  const [depth, height, width] = image.shape;
  const type = sampleType === 'uint16' ? 'uint16' : 'float';
  const description =
    format === 'ome'
      ? formatOmeXml(image, type, note === undefined ? {} : { note })
      : formatImagejDescription(image, image.range, { note, scale });
  const { directories, bigTiff } = planStackDirectories(
    [depth * image.channels * image.timePoints, height, width],
    image.voxelSizeUm ?? [1, 1, 1],
    sampleType,
    format,
    description,
  );
  return encodeDirectories(directories, bigTiff);
}

/** Values as little-endian bytes, piece by piece. */
export function* littleEndian(
  samples: Float32Array | Uint16Array,
): Generator<Uint8Array<ArrayBuffer>> {
  const size = samples.BYTES_PER_ELEMENT === 2 ? 2 : 4;
  for (let start = 0; start < samples.byteLength; start += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, samples.byteLength - start);
    const buffer = samples.buffer as ArrayBuffer;
    const chunk = new Uint8Array(buffer, samples.byteOffset + start, length);
    if (MACHINE_IS_LITTLE_ENDIAN) yield chunk;
    else {
      const swapped = chunk.slice();
      swapBytes(swapped, size);
      yield swapped;
    }
  }
}

/**
 * Conversion to integers: `exact` accepts only integers, `round` rounds, `scale` maps the range of
 * the data to the full range of the type.
 */
type Quantization = 'exact' | 'round' | 'scale';

/** Integers, and the linear map to the values: value = stored * scale + offset. */
interface QuantizedSamples {
  readonly samples: Uint16Array;
  readonly scale: number;
  readonly offset: number;
}

const LARGEST = 65535;

/**
 * Values as 16-bit integers; only `scale` rescales, nothing is clipped.
 *
 * @throws {InputError} For a value outside 0 to 65535, for fractions unless `round` or `scale`, and
 *   for NaN.
 */
function quantize(data: Float32Array, quantization: Quantization): QuantizedSamples {
  const [low, high] = quantization === 'scale' ? extent(data) : [0, LARGEST];
  const scale = high > low ? (high - low) / LARGEST : 1;
  const samples = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const stored = (data[i] - low) / scale;
    const whole = quantization === 'exact' ? stored : Math.round(stored);
    if (!(whole >= 0 && whole <= LARGEST) || whole % 1 !== 0) throw refuse(data[i], quantization);
    samples[i] = whole;
  }
  return { samples, scale, offset: low };
}

function refuse(value: number, quantization: Quantization): InputError {
  const rule =
    quantization === 'scale'
      ? 'be finite to be stored as uint16'
      : quantization === 'round'
        ? 'lie between 0 and 65535 to be stored as uint16'
        : 'be whole numbers from 0 to 65535 to be stored as uint16';
  const remedy =
    quantization === 'scale'
      ? 'remove NaN and infinite values first'
      : "use sampleType 'float32', or quantization 'round' or 'scale'";
  return new InputError(describeViolation('writeTiffStack', 'values', rule, value, remedy));
}
