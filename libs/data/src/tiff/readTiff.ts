import type { Volume } from '@blurcycle/core';
import { type Acquisition, chooseStack, type ReadTiffOptions } from '../acquisition.ts';
import type { ByteFile } from './byteFile.ts';
import { explained } from './openTiff.ts';
import { openDimensions, openTiffAcquisition, type OpenSibling, WHERE } from './tiffAcquisition.ts';

/** A stack and the metadata of its file. */
export interface TiffStack extends Pick<
  Acquisition,
  'sampleType' | 'statedVoxelSizeUm' | 'channels' | 'timePoints'
> {
  readonly volume: Volume;
}

/**
 * Reads a z stack from a TIFF file: multi-page, ImageJ, OME-TIFF, MetaMorph, Zeiss LSM
 * or BigTIFF.
 *
 * Integers of 8 to 32 bits and floating point of 32 and 64 bits, either byte order, strips and
 * tiles, uncompressed, deflate, LZW and PackBits. Values are not rescaled; those beyond 24 bits are
 * rounded to 32-bit floating point.
 *
 * Memory: the stack and one block; a damaged file cannot demand more than its size justifies.
 *
 * @throws {InputError} One line that names the file, what is wrong, and what to do: for damaged or
 * unsupported files, RGB, several channels or time points without a choice, an unknown voxel size.
 * @example
 * const { volume } = await readTiff(blobFile(dropped, dropped.name));
 */
export async function readTiff(
  file: ByteFile,
  options: ReadTiffOptions = {},
  sibling?: OpenSibling,
): Promise<TiffStack> {
  const acquisition = await openTiffAcquisition(file, { ...options, single: true }, sibling);
  const { sampleType, statedVoxelSizeUm, channels, timePoints } = acquisition;
  const { channel, timePoint } = chooseStack(file.name, acquisition, options);
  const volume = await acquisition.read(channel, timePoint);
  return { volume, sampleType, statedVoxelSizeUm, channels, timePoints };
}

/** What a file holds, before any of its values is read. */
export interface TiffContents extends Pick<TiffStack, 'sampleType' | 'statedVoxelSizeUm'> {
  readonly channels: number;
  readonly slices: number;
  readonly timePoints: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Channels, slices and time points of a file by its metadata.
 *
 * @throws {InputError} As `readTiff`, for files that are damaged or not supported.
 */
export async function describeTiff(file: ByteFile): Promise<TiffContents> {
  return explained(file.name, WHERE, async () => {
    const { dimensions, first } = await openDimensions(file);
    const { channels, slices, timePoints, voxelSizeUm: statedVoxelSizeUm } = dimensions;
    const { height, width, sampleType } = first;
    return { channels, slices, timePoints, height, width, sampleType, statedVoxelSizeUm };
  });
}
