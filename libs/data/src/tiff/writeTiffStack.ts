import type { FileHandle } from 'node:fs/promises';
import { assertRange, type Volume, voxelCount } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/files';
import {
  type EncodedTiff,
  encodeHead,
  encodeTiff,
  type HeadOptions,
  type ImageHead,
  littleEndian,
  type WriteTiffOptions,
} from './encodeTiff.ts';

/**
 * Writes `encodeTiff` of a volume to a file, atomically.
 *
 * Memory: 16 MiB for float32, and a copy of the values for uint16.
 *
 * @returns The linear map from stored values to those of the volume: stored * scale + offset.
 * @throws {InputError} If the values do not fit the type, or if the file system fails.
 * @example
 * await writeTiffStack('deconvolved.tif', estimate, { sampleType: 'float32' });
 */
export async function writeTiffStack(
  path: string,
  volume: Volume,
  options: WriteTiffOptions = {},
): Promise<Pick<EncodedTiff, 'scale' | 'offset'>> {
  const { head, values, scale, offset } = encodeTiff(volume, options);
  await writeFileAtomically(path, 'writeTiffStack', async (file) => {
    await file.writeFile(head);
    for (const chunk of values()) await file.writeFile(chunk);
  });
  return { scale, offset };
}

/**
 * Writes z stacks of channels and time points as one TIFF file, in ImageJ's order c, z, t.
 *
 * Memory: one stack and 16 MiB. The file is written atomically.
 *
 * @param samplesOf - Values of the stack of a channel and a time point, from 1, in the type that is
 *   written.
 * @throws {InputError} If the file system fails.
 */
export async function writeTiffHyperstack(
  path: string,
  image: ImageHead,
  options: HeadOptions,
  samplesOf: (channel: number, timePoint: number) => Promise<Float32Array | Uint16Array>,
): Promise<void> {
  const { shape, channels, timePoints } = image;
  const [depth, height, width] = shape;
  const head = encodeHead(image, options);
  await writeFileAtomically(path, 'writeTiffStack', async (file) => {
    await file.write(head);
    for (let t = 0; t < timePoints; t++) {
      for (let c = 0; c < channels; c++) {
        const samples = await samplesOf(c + 1, t + 1);
        const count = voxelCount(shape);
        const rule = `equal ${count}`;
        assertRange(
          samples.length === count,
          'writeTiffStack',
          'data.length',
          rule,
          samples.length,
        );
        const planeBytes = height * width * samples.BYTES_PER_ELEMENT;
        // The planes of one channel follow one another; those of several take turns.
        const planes = channels === 1 ? 1 : depth;
        for (let z = 0; z < planes; z++) {
          const plane = samples.subarray((z * count) / planes, ((z + 1) * count) / planes);
          const index = (t * depth + z) * channels + c;
          await writeSamples(file, plane, head.length + index * planeBytes);
        }
      }
    }
  });
}

/** Writes values to a place in a file. */
async function writeSamples(
  file: FileHandle,
  samples: Float32Array | Uint16Array,
  position: number,
): Promise<void> {
  let at = position;
  for (const chunk of littleEndian(samples)) {
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }
}
