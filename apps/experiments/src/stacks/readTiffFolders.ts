import { describeViolation, InputError, mean, type Volume } from '@blurcycle/core';
import type { TiffFoldersSettings } from '@blurcycle/experiment';
import { createDatasetPsf } from '../runs/createDatasetPsf.ts';
import type { DatasetContent } from '../runs/datasetFolder.ts';
import type { Observation } from '../runs/observation.ts';
import { chooseIntensities, scaleOfEqualLight, toTarget } from './chooseIntensities.ts';
import { cutMiddle } from './cutMiddle.ts';
import { toNetworkScale, type IntensityScale } from './intensityScale.ts';
import { listStacks, STACKS } from './listStacks.ts';
import { readStackSet, sameVoxels } from './stackSet.ts';

/**
 * Recordings as a data set: the middle of every stack, on the scale of the networks.
 *
 * Black and white are chosen from the training stacks and the sharp ones alone
 * (`chooseIntensities`), so that a unit-sum kernel joins the two domains. A truth may be in units
 * of its own: it gets the light of the stacks that it belongs to, as blur keeps the light.
 *
 * Memory: all stacks, cut to `shape`, twice.
 *
 * @throws {InputError} One line for the first stack that cannot be used.
 */
export async function readTiffFolders(settings: TiffFoldersSettings): Promise<DatasetContent> {
  const list = listStacks(settings);
  const read = async (files: readonly string[]): Promise<Volume[]> => {
    const volumes: Volume[] = [];
    for (const file of files) volumes.push(await readMiddle(file, settings));
    return volumes;
  };
  const [train, validation, test] = [
    await read(list.train),
    await read(list.validation),
    await read(list.test),
  ];
  const sharp = await read(list.sharp);
  const names = { where: STACKS, blurred: 'dataset.blurred', sharp: 'dataset.sharp' };
  const scales = chooseIntensities(train, sharp, names);
  const onScale = (volumes: readonly Volume[]): Volume[] =>
    volumes.map((volume) => toNetworkScale(volume, scales.blurred));

  const [watched, tested] = [onScale(validation), onScale(test)];
  const truth =
    list.truth === null ? null : withLightOf([...watched, ...tested], await read(list.truth));
  return {
    train: observations('train', onScale(train), null),
    validation: observations('validation', watched, truth),
    test: observations('test', tested, truth?.slice(watched.length) ?? null),
    unmatched: sharp.map((volume) => toTarget(volume, scales.sharp)),
    targets: [],
    kernel: createDatasetPsf(settings),
    facts: { gain: 1, readNoiseSigma: null, averageSnrDb: null, intensity: scales.blurred },
  };
}

function withLightOf(blurred: readonly Volume[], truth: readonly Volume[]): Volume[] {
  const light = mean(blurred.map(({ data }) => mean(data)));
  const scale: IntensityScale = scaleOfEqualLight(
    { where: STACKS, name: 'dataset.truth' },
    truth,
    light,
  );
  return truth.map((volume) => toNetworkScale(volume, scale));
}

function observations(
  split: string,
  blurred: readonly Volume[],
  truth: readonly Volume[] | null,
): Observation[] {
  return blurred.map((volume, i) => ({
    id: `${split}-${i}`,
    blurred: volume,
    sharp: truth?.[i] ?? null,
  }));
}

async function readMiddle(
  file: string,
  { shape, voxelSizeUm }: TiffFoldersSettings,
): Promise<Volume> {
  const [{ volume }] = await readStackSet([file], { defaultVoxelSizeUm: voxelSizeUm }, STACKS);
  if (!sameVoxels(volume.voxelSizeUm, voxelSizeUm)) {
    const rule = `be that of '${file}', [${volume.voxelSizeUm.join(', ')}] µm`;
    throw new InputError(describeViolation(STACKS, 'dataset.voxelSizeUm', rule, voxelSizeUm));
  }
  if (shape.some((side, axis) => side > volume.shape[axis])) {
    const rule = `fit into '${file}', [${volume.shape.join(', ')}]`;
    throw new InputError(
      describeViolation(STACKS, 'dataset.shape', rule, shape, 'state a smaller shape'),
    );
  }
  return cutMiddle({ ...volume, voxelSizeUm }, shape);
}
