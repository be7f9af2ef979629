import type { FileHandle } from 'node:fs/promises';
import {
  assertRange,
  extent,
  voxelCount,
  type TiffFormat,
  type Volume,
  type WritableSampleType,
} from '@blurcycle/core';
import { encodeDirectories } from './encodeDirectories.ts';
import { formatImagejDescription } from './imagejDescription.ts';
import { formatOmeXml } from './formatOmeXml.ts';
import { planStackDirectories } from './planStackDirectories.ts';
import { quantize, type Quantization } from './quantize.ts';
import { swapBytes } from './sampleType.ts';
import { writeFileAtomically } from './writeFileAtomically.ts';

export interface WriteTiffOptions {
  /** How a grey value is stored. @defaultValue 'float32', which changes nothing */
  readonly sampleType?: WritableSampleType;
  /**
   * Whose metadata carry the voxel size: ImageJ's (Fiji opens it as a stack) or OME-XML.
   * @defaultValue 'imagej'
   */
  readonly format?: TiffFormat;
  /**
   * What uint16 does with values that are no whole numbers. @defaultValue 'exact', which refuses
   * them
   */
  readonly quantization?: Quantization;
}

/** The straight line from stored values back to those of the volume: stored * scale + offset. */
export interface WrittenTiff {
  readonly scale: number;
  readonly offset: number;
}

const CHUNK_BYTES = 2 ** 24;

/**
 * Writes a volume as a TIFF stack that Fiji, Bio-Formats and tifffile open with its voxel size.
 *
 * One uncompressed page for each plane, little-endian, all values after all directories. Beyond 4
 * GiB the ImageJ form has the single directory that ImageJ itself writes there, and OME-TIFF
 * becomes BigTIFF. The file takes its name only when it is complete.
 *
 * Memory: 16 MiB for float32, besides a copy of the values for uint16.
 *
 * @throws {InputError} If the values do not fit the type, or one line about what the file system
 *   refuses.
 * @example
 * await writeTiffStack('deconvolved.tif', estimate, { sampleType: 'float32' });
 */
export async function writeTiffStack(
  path: string,
  volume: Volume,
  options: WriteTiffOptions = {},
): Promise<WrittenTiff> {
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
  const description =
    format === 'ome'
      ? formatOmeXml(volume, sampleType === 'uint16' ? 'uint16' : 'float')
      : formatImagejDescription(shape[0], voxelSizeUm[0], extent(stored.samples));
  const { directories, bigTiff } = planStackDirectories(
    shape,
    voxelSizeUm,
    sampleType,
    format,
    description,
  );
  await writeFileAtomically(path, 'writeTiffStack', async (file) => {
    await file.writeFile(encodeDirectories(directories, bigTiff));
    await writeSamples(file, stored.samples);
  });
  return { scale: stored.scale, offset: stored.offset };
}

/** Appends values to a file, little-endian, in pieces. */
async function writeSamples(file: FileHandle, samples: Float32Array | Uint16Array): Promise<void> {
  const size = samples.BYTES_PER_ELEMENT === 2 ? 2 : 4;
  const machineIsBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
  for (let start = 0; start < samples.byteLength; start += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, samples.byteLength - start);
    const chunk = new Uint8Array(samples.buffer, samples.byteOffset + start, length);
    if (machineIsBigEndian) {
      const turned = chunk.slice();
      swapBytes(turned, size);
      await file.writeFile(turned);
    } else {
      await file.writeFile(chunk);
    }
  }
}
