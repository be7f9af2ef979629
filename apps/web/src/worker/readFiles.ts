import { createVolume, describeViolation, InputError } from '@blurcycle/core';
import {
  blobFile,
  describeTiff,
  readTiff,
  type TiffContents,
  type TiffStack,
} from '@blurcycle/data';
import { assertUsable } from '@blurcycle/stacks';
import type { StackChoice, StackFiles } from './protocol.ts';

const WHERE = 'open';
/** Voxel size while that of the planes is not known; it is replaced. */
const UNKNOWN = [1, 1, 1] as const;

/** What the files hold: one file a stack, several files a plane each. */
export async function describeFiles(files: StackFiles): Promise<TiffContents> {
  const first = await describeTiff(blobFile(files[0], files[0].name));
  if (files.length === 1) return first;
  assertPlane(files[0].name, first);
  return { ...first, slices: files.length, channels: 1, timePoints: 1 };
}

/**
 * Reads the chosen stack and refuses what no deconvolution can work with.
 *
 * Planes are stacked in the order of the files.
 */
export async function readFiles(files: StackFiles, choice: StackChoice): Promise<TiffStack> {
  const stack =
    files.length === 1
      ? await readTiff(blobFile(files[0], files[0].name), choice)
      : await readPlanes(files, choice);
  assertUsable(stack.volume, files[0].name);
  return stack;
}

async function readPlanes(files: StackFiles, { voxelSizeUm }: StackChoice): Promise<TiffStack> {
  const contents = await describeFiles(files);
  const { height, width } = contents;
  if (voxelSizeUm === undefined) {
    const remedy = 'give it in µm: single planes do not know their distance';
    throw new InputError(describeViolation(WHERE, 'the voxel size', 'be given', 'none', remedy));
  }
  const volume = createVolume([files.length, height, width], voxelSizeUm);
  for (const [z, file] of files.entries()) {
    const described = await describeTiff(blobFile(file, file.name));
    assertPlane(file.name, described);
    if (described.height !== height || described.width !== width) {
      throw new InputError(
        describeViolation(
          WHERE,
          `'${file.name}'`,
          `have the sides of the first plane, ${height} x ${width}`,
          `${described.height} x ${described.width}`,
        ),
      );
    }
    const plane = await readTiff(blobFile(file, file.name), { voxelSizeUm: UNKNOWN });
    volume.data.set(plane.volume.data, z * height * width);
  }
  return { ...contents, volume };
}

function assertPlane(name: string, { slices, channels, timePoints }: TiffContents): void {
  const planes = slices * channels * timePoints;
  if (planes === 1) return;
  const remedy = 'drop one stack, or a folder of planes';
  throw new InputError(
    describeViolation(WHERE, `'${name}'`, 'be a single plane among several files', planes, remedy),
  );
}
