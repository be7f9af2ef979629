import { existsSync, statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { describeViolation, formatValue, InputError, mean, type Volume } from '@blurcycle/core';
import { contentHash, type Hashes, type TiffFoldersSettings } from '@blurcycle/experiment';
import { fileHash, PROJECT_ROOT } from '@blurcycle/files';
import {
  chooseIntensities,
  cutMiddle,
  expandPatterns,
  type IntensityScale,
  readStackSet,
  sameVoxels,
  scaleOfEqualLight,
  toNetworkScale,
  toTarget,
} from '@blurcycle/stacks';
import { createDatasetPsf } from './createDatasetPsf.ts';
import type { DatasetContent, Observation } from './datasetFolder.ts';

/** Files of a data set that is read from stacks. */
interface StackList {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
  readonly sharp: readonly string[];
  /** One for each of `validation`, then of `test`; null where no truth is known. */
  readonly truth: readonly string[] | null;
}

/** Start of messages about stacks. */
const STACKS = 'tiff-folders';

/**
 * The stacks that settings name, as paths; relative ones start from the project root.
 *
 * Blurred stacks in the order of their names: the first are for training, the last for the test,
 * those before them for validation. Stacks in the middle that are not needed are left out.
 *
 * @throws {InputError} If one does not exist, there are fewer than the settings ask for, or a stack
 *   has no truth where others have.
 */
export function listStacks({ blurred, sharp, truth, volumes }: TiffFoldersSettings): StackList {
  const expand = (name: string, patterns: string | readonly string[]): string[] =>
    expandPatterns(STACKS, `dataset.${name}`, [patterns].flat(), PROJECT_ROOT).map((file) =>
      existingFile(`dataset.${name}`, file),
    );
  const all = expand('blurred', blurred);
  const { train, validation, test } = volumes;
  if (all.length < train + validation + test) {
    const rule = `name no more stacks than dataset.blurred holds, ${all.length}`;
    throw new InputError(
      describeViolation(
        STACKS,
        'dataset.volumes',
        rule,
        train + validation + test,
        'train + validation + test',
      ),
    );
  }
  const watched = all.slice(-test - validation, -test);
  const tested = all.slice(-test);
  const known = truth === undefined ? null : expand('truth', truth);
  return {
    ...{
      train: all.slice(0, train),
      validation: watched,
      test: tested,
      sharp: expand('sharp', sharp),
    },
    truth: known === null ? null : [...watched, ...tested].map((file) => truthOf(file, known)),
  };
}

function existingFile(parameter: string, file: string): string {
  if (existsSync(file)) return file;
  const remedy = `relative paths start from ${PROJECT_ROOT}`;
  throw new InputError(describeViolation(STACKS, parameter, 'name files that exist', file, remedy));
}

function truthOf(blurred: string, known: readonly string[]): string {
  const name = basename(blurred);
  const found = known.find((file) => basename(file) === name);
  if (found !== undefined) return found;
  const rule = `hold '${name}', the truth of a stack of validation or test`;
  throw new InputError(
    describeViolation(
      STACKS,
      'dataset.truth',
      rule,
      known.map((file) => basename(file)),
    ),
  );
}

/**
 * SHA-256 of every stack of a list by its path from the project root, and under `stacks` that of
 * the list itself, so that a stack which comes or goes is a change too.
 */
export async function hashStacks(list: StackList): Promise<Hashes> {
  const { truth, ...others } = list;
  const files = [...new Set([...Object.values(others).flat(), ...(truth ?? [])])].sort();
  const nameOf = (file: string): string => relative(PROJECT_ROOT, file);
  const named = Object.entries(list).map(([part, paths]: [string, readonly string[] | null]) => [
    part,
    paths?.map(nameOf),
  ]);
  const hashes: Record<string, string> = { stacks: contentHash(Object.fromEntries(named)) };
  for (const file of files) hashes[nameOf(file)] = await rememberedHash(file);
  return hashes;
}

/** Stacks are large, and the states of many runs need the hashes of the same. */
const known = new Map<string, { readonly version: string; readonly hash: string }>();

async function rememberedHash(file: string): Promise<string> {
  const { mtimeMs, size } = statSync(file);
  const version = `${mtimeMs}/${size}`;
  const earlier = known.get(file);
  if (earlier?.version === version) return earlier.hash;
  const hash = await fileHash(file);
  known.set(file, { version, hash });
  return hash;
}

/**
 * Recordings as a data set: the middle of every stack, on the scale of the networks.
 *
 * Black and white are chosen from the training stacks and the sharp ones alone
 * (`chooseIntensities`), so that a unit-sum kernel connects the two domains. A truth may be in
 * units of its own: it gets the light of the stacks that it belongs to, as blur keeps the light.
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
    unpaired: sharp.map((volume) => toTarget(volume, scales.sharp)),
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
    const rule = `be that of '${file}', ${formatValue(volume.voxelSizeUm)} µm`;
    throw new InputError(describeViolation(STACKS, 'dataset.voxelSizeUm', rule, voxelSizeUm));
  }
  if (shape.some((side, axis) => side > volume.shape[axis])) {
    const rule = `fit into '${file}', ${formatValue(volume.shape)}`;
    throw new InputError(
      describeViolation(STACKS, 'dataset.shape', rule, shape, 'state a smaller shape'),
    );
  }
  return cutMiddle({ ...volume, voxelSizeUm }, shape);
}
