import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, type Shape3, type Volume } from '@blurcycle/core';
import {
  beads,
  hollowBars,
  microtubules,
  readTiffStack,
  recordPairs,
  writeTiffStack,
  type PatchSample,
} from '@blurcycle/data';
import type {
  DatasetSettings,
  MicrotubulesSettings,
  SimulatedMicroscopeSettings,
} from '@blurcycle/experiment';
import { unpairedPairs } from '@blurcycle/stacks';
import { createDatasetPsf } from '../../../src/dataset/createDatasetPsf.ts';
import { makeDataset } from '../../../src/dataset/makeDataset.ts';
import { withTruth } from '../../../src/dataset/datasetFolder.ts';
import { createPatchSource, type PatchSourceOptions } from '../../../src/run/patchSource.ts';
import { spots, VOXEL_SIZE_UM } from '../inputs.ts';
import { native, portable, type GoldenCases } from './goldenCase.ts';
import { PSF_CASES } from './psfCases.ts';

const SHAPE: Shape3 = [6, 20, 24];
const FILAMENTS = {
  shape: SHAPE,
  voxelSizeUm: VOXEL_SIZE_UM,
  filamentRadiusUm: 0.3,
  filamentDensityPerUm2: 0.6,
  persistenceLengthUm: 15,
  curvatureLengthUm: 2,
} as const;
const PSF = {
  model: 'born-wolf',
  numericalAperture: 1.4,
  immersionIndex: 1.5,
  emissionWavelengthUm: 0.61,
  size: [5, 7, 7],
} as const;
const NOISE_FREE = { averageSnrDb: null, poissonPeakCounts: null };
const MICROTUBULES: MicrotubulesSettings = {
  kind: 'microtubules',
  ...FILAMENTS,
  psf: PSF,
  noise: { averageSnrDb: 20, poissonPeakCounts: 256 },
  volumes: { train: 2, validation: 1, test: 1 },
  seed: 1,
};
const MICROSCOPE: SimulatedMicroscopeSettings = {
  kind: 'simulated-microscope',
  ...FILAMENTS,
  psf: { ...PSF, model: 'gibson-lanni', sampleIndex: 1.38, sourceDepthUm: 4 },
  camera: {
    peakPhotoelectrons: 60,
    multiplication: 300,
    readNoiseElectrons: 50,
    electronsPerCount: 12,
    offsetCounts: 100,
    bits: 16,
  },
  sharpSet: { rounds: 2, objectIterations: 3, psfIterations: 1 },
  volumes: { train: 1, validation: 1, test: 1 },
  seed: 2,
};

/** Volumes of every split, kernel and facts of a data set. */
async function contentBits(settings: DatasetSettings): Promise<unknown> {
  const made = await makeDataset(settings, () => undefined);
  const observations = [...made.train, ...made.validation, ...made.test];
  const { gain, readNoiseSigma, averageSnrDb, intensity } = made.facts;
  return {
    ids: observations.map(({ id }) => id),
    blurred: observations.map(({ blurred }) => blurred.data),
    sharp: observations.map(({ sharp }) => sharp?.data ?? null),
    kernel: made.kernel.data,
    unpaired: dataOf(made.unpaired),
    targets: dataOf(made.targets),
    facts: [gain, readNoiseSigma, averageSnrDb, intensity.black, intensity.white],
  };
}

function dataOf(volumes: readonly Volume[]): Float32Array[] {
  return volumes.map(({ data }) => data);
}

/** The test volumes of a data set, recorded again with another microscope or noise. */
async function recordedAgain(change: Partial<MicrotubulesSettings>): Promise<unknown> {
  const { test, facts } = await makeDataset(MICROTUBULES, () => undefined);
  const settings = { ...MICROTUBULES, ...change };
  const { pairs, readNoiseSigma, averageSnrDb, reachable } = recordPairs(withTruth(test), {
    ...settings,
    psf: createDatasetPsf(settings),
    gain: facts.gain,
  });
  return [pairs.map(({ blurred }) => blurred.data), readNoiseSigma, averageSnrDb, reachable];
}

/** A data set of stacks that are written into a folder of its own first. */
async function tiffFolders(withTruth: boolean): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'blurcycle-golden-'));
  try {
    const write = async (part: string, count: number, scale: number): Promise<string> => {
      mkdirSync(join(folder, part));
      for (let i = 0; i < count; i++) {
        const volume = spots([8, 22, 24], scale + i);
        const data = volume.data.map((value) => 100 + Math.round(scale * 1000 * value));
        const sampleType = i % 2 === 0 ? 'uint16' : 'float32';
        await writeTiffStack(join(folder, part, `${i}.tif`), { ...volume, data }, { sampleType });
      }
      return join(folder, part);
    };
    const stacks = { blurred: await write('blurred', 4, 2), sharp: await write('sharp', 3, 5) };
    return await contentBits({
      kind: 'tiff-folders',
      shape: SHAPE,
      voxelSizeUm: VOXEL_SIZE_UM,
      psf: PSF,
      volumes: { train: 2, validation: 1, test: 1 },
      ...stacks,
      ...(withTruth ? { truth: await write('truth', 4, 7) } : {}),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A stack written and read back in every way that the project writes one. */
async function tiffStacks(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'blurcycle-golden-'));
  try {
    const file = join(folder, 'stack.tif');
    const read: unknown[] = [];
    for (const format of ['imagej', 'ome'] as const) {
      for (const options of [
        { sampleType: 'float32' },
        { sampleType: 'uint16', quantization: 'scale' },
      ] as const) {
        const written = await writeTiffStack(file, spots([3, 5, 7], 11), { ...options, format });
        const { volume } = await readTiffStack(file);
        read.push([written.scale, written.offset, volume.data, [...volume.voxelSizeUm]]);
      }
    }
    return read;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Six patches in a row. */
function patches(
  options: Pick<PatchSourceOptions, 'sampling' | 'augment' | 'patch' | 'sharpMargin'>,
): unknown {
  const volumes = [3, 4, 5, 6].map((seed) => spots([12, 14, 16], seed));
  const pairs =
    options.sampling === 'paired'
      ? [0, 2].map((i) => ({ id: `${i}`, blurred: volumes[i], sharp: volumes[i + 1] }))
      : unpairedPairs(volumes.slice(0, 2), volumes.slice(1));
  const source = createPatchSource({ ...options, pairs, kernel: null, seed: 7 });
  const drawn: PatchSample[] = Array.from({ length: 6 }, () => source.next());
  return drawn.map(({ blurred, sharp }) => [blurred.data, sharp.data]);
}

const NO_MARGIN = [0, 0, 0] as const;

/** What data sets are made of. */
export const DATA_CASES: GoldenCases = {
  ...PSF_CASES,
  'random-stream': portable(() => {
    const stream = createRandomStream(3, 'golden');
    return Array.from({ length: 50 }, () => [
      stream.uniform(),
      stream.normal(),
      stream.integer(1000),
    ]);
  }),
  'phantom/microtubules': portable(
    () => microtubules(FILAMENTS, createRandomStream(1, 'golden')).volume.data,
  ),
  'phantom/beads': portable(
    () =>
      beads(
        { shape: SHAPE, voxelSizeUm: VOXEL_SIZE_UM, radiusUm: 0.3, count: 5 },
        createRandomStream(1, 'golden'),
      ).volume.data,
  ),
  'phantom/hollow-bars': portable(
    () =>
      hollowBars({ shape: SHAPE, voxelSizeUm: VOXEL_SIZE_UM, radiusUm: 0.3, count: 3 }).volume.data,
  ),
  'dataset/microtubules': native(() => contentBits(MICROTUBULES)),
  'dataset/microtubules-unpaired': native(() =>
    contentBits({ ...MICROTUBULES, unpairedFrom: 'other-specimens' }),
  ),
  'dataset/microtubules-noise-free': native(() =>
    contentBits({ ...MICROTUBULES, noise: NOISE_FREE }),
  ),
  'dataset/microtubules-gaussian-noise': native(() =>
    contentBits({ ...MICROTUBULES, noise: { averageSnrDb: 10, poissonPeakCounts: null } }),
  ),
  'dataset/microtubules-poisson-noise': native(() =>
    contentBits({ ...MICROTUBULES, noise: { averageSnrDb: null, poissonPeakCounts: 5 } }),
  ),
  'dataset/simulated-microscope': native(() => contentBits(MICROSCOPE)),
  'dataset/simulated-microscope-ccd': native(() =>
    contentBits({ ...MICROSCOPE, camera: { ...MICROSCOPE.camera, multiplication: 1 } }),
  ),
  'dataset/tiff-folders': native(() => tiffFolders(false)),
  'dataset/tiff-folders-truth': native(() => tiffFolders(true)),
  'condition/psf': native(() => recordedAgain({ psf: { ...PSF, model: 'richards-wolf' } })),
  'condition/noise': native(() =>
    recordedAgain({ noise: { averageSnrDb: 5, poissonPeakCounts: 256 } }),
  ),
  'condition/noise-free': native(() => recordedAgain({ noise: NOISE_FREE })),
  tiff: portable(tiffStacks),
  'patches/paired': portable(() =>
    patches({ sampling: 'paired', augment: 'none', patch: [8, 8, 8], sharpMargin: NO_MARGIN }),
  ),
  'patches/paired-augmented': portable(() =>
    patches({
      sampling: 'paired',
      augment: 'all-planes',
      patch: [8, 8, 8],
      sharpMargin: NO_MARGIN,
    }),
  ),
  'patches/paired-lateral': portable(() =>
    patches({ sampling: 'paired', augment: 'lateral', patch: [8, 8, 8], sharpMargin: NO_MARGIN }),
  ),
  'patches/unpaired-lateral': portable(() =>
    patches({ sampling: 'unpaired', augment: 'lateral', patch: [4, 8, 8], sharpMargin: [1, 2, 2] }),
  ),
  'patches/unpaired-augmented': portable(() =>
    patches({
      sampling: 'unpaired',
      augment: 'all-planes',
      patch: [4, 8, 8],
      sharpMargin: [1, 2, 2],
    }),
  ),
};
