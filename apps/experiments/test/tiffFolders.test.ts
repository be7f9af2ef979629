import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mean, type Volume } from '@blurcycle/core';
import { buildMicrotubuleDataset, writeTiffStack } from '@blurcycle/data';
import {
  loadExperiments,
  readRunRecord,
  readScores,
  readTable,
  resolveExperiment,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { prepareDataset } from '@blurcycle/pipeline';
import { createPsf, normalizePsf } from '@blurcycle/psf';
import { fromNetworkScale } from '@blurcycle/stacks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const VOXEL_UM = [0.25, 0.1, 0.1] as const;
const SHAPE = [20, 36, 36] as const;
const OPTICS = { numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.61 };

const root = mkdtempSync(join(tmpdir(), 'blurcycle-stacks-'));
const [experiments, results] = [join(root, 'experiments'), join(root, 'results')];
const places = ['--experiments-dir', experiments, '--results-dir', results, '--profile', 'smoke'];

/** An experiment over the stacks of the temporary folder. */
function declare(name: string, dataset = '', rows = 'proposed, non-blind, wiener'): void {
  const methods = ['input', ...rows.split(', ')].map((method) => `  - { method: ${method} }`);
  writeFileSync(
    join(experiments, `${name}.yaml`),
    `title: Own stacks
place: ours
settings:
  dataset:
    kind: tiff-folders
    blurred: ${join(root, 'raw')}
    sharp: '${join(root, 'sharp')}/*.tif'
    voxelSizeUm: [0.25, 0.1, 0.1]
    volumes: { train: 2, validation: 1, test: 1 }
    psf: { model: born-wolf, numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.61, size: [7, 7, 7] }
${dataset}rows:
${methods.join('\n')}
claims:
  - { id: sharper, kind: ours, text: the proposed method beats its input, rule: psnr(proposed) - psnr(input) > 0 }
`,
  );
}

function counts(volume: Volume, offset: number, scale: number): Volume {
  return {
    ...volume,
    data: volume.data.map((value) => Math.max(0, Math.round(offset + scale * value))),
  };
}

async function write(name: string, volume: Volume): Promise<void> {
  await writeTiffStack(join(root, name), volume, { sampleType: 'uint16' });
}

beforeAll(async () => {
  for (const folder of ['raw', 'sharp', 'truth']) mkdirSync(join(root, folder));
  cpSync(EXPERIMENTS_DIRECTORY, experiments, { recursive: true });
  const { train, test } = buildMicrotubuleDataset({
    ...{ shape: SHAPE, voxelSizeUm: VOXEL_UM, filamentRadiusUm: 0.3, filamentDensityPerUm2: 0.3 },
    ...{
      persistenceLengthUm: 15,
      curvatureLengthUm: 2,
      noise: { averageSnrDb: 20, poissonPeakCounts: 256 },
    },
    ...{ volumes: { train: 4, validation: 0, test: 3 }, seed: 3 },
    psf: normalizePsf(
      createPsf({ model: 'born-wolf', ...OPTICS, voxelSizeUm: VOXEL_UM, shape: [7, 7, 7] }),
    ),
  });
  for (const [i, { blurred, sharp }] of train.entries()) {
    // Counts of a camera with an offset, and a truth in units of its own.
    await write(`raw/cell-${i}.tif`, counts(blurred, 100, 2000));
    await write(`truth/cell-${i}.tif`, counts(sharp, 0, 500));
  }
  for (const [i, { sharp }] of test.entries())
    await write(`sharp/other-${i}.tif`, counts(sharp, 5, 9000));
  declare('own');
  declare('known', `    truth: ${join(root, 'truth')}\n`, 'proposed');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a data set of the kind 'tiff-folders'", () => {
  const prepare = (name: string) => {
    const { settings } = resolveExperiment(loadExperiments(experiments), name, 'smoke');
    return prepareDataset(settings.dataset, {
      resultsDir: results,
      profile: 'smoke',
      say: () => undefined,
    });
  };

  it('is the middle of the stacks in the order of their names, on the scale of the networks', async () => {
    const { train, validation, test, unpaired, facts, kernel } = await prepare('own');
    expect([train, validation, test, unpaired].map(({ length }) => length)).toEqual([2, 1, 1, 3]);
    const [{ blurred }] = train;
    expect(blurred.shape).toEqual([16, 32, 32]);
    const raw = fromNetworkScale(blurred, facts.intensity);
    // Counts are whole; float32 near 2000 is exact to 1e-4.
    for (const value of raw.data) expect(Math.abs(value - Math.round(value))).toBeLessThan(1e-2);
    expect(Math.abs(facts.intensity.black - 100)).toBeLessThan(30);
    // Blur keeps the light: a unit-sum kernel joins the domains.
    const light = (volumes: readonly Volume[]): number =>
      mean(volumes.map(({ data }) => mean(data)));
    // The sharp set is cut where the sigmoid ends.
    expect(Math.abs(light(train.map((one) => one.blurred)) / light(unpaired) - 1)).toBeLessThan(
      0.1,
    );
    expect(kernel.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect([...train, ...validation, ...test].every(({ sharp }) => sharp === null)).toBe(true);
  });

  it('has the truth of the watched and the tested stacks where it is given, with the light of the images', async () => {
    const { train, validation, test } = await prepare('known');
    expect(train.every(({ sharp }) => sharp === null)).toBe(true);
    const light = (volumes: readonly (Volume | null)[]): number =>
      mean(volumes.map((one) => mean(one?.data ?? [])));
    const watched = [...validation, ...test];
    expect(light(watched.map(({ sharp }) => sharp))).toBeCloseTo(
      light(watched.map(({ blurred }) => blurred)),
      5,
    );
  });

  it('says in one line what is wrong with settings and stacks', async () => {
    declare('wrong', '    shape: [16, 64, 64]\n', 'proposed');
    const { code, error } = await blurcycle('dataset', 'wrong', ...places);
    expect(code).toBe(2);
    expect(error).toMatch(
      /^.*tiff-folders: dataset\.shape must fit into '.*raw\/cell-0\.tif', \[20, 36, 36\], got \[16, 64, 64\] \(state a smaller shape\)\n$/,
    );
    declare('wrong', `    truth: ${join(root, 'sharp')}\n`, 'proposed');
    expect((await blurcycle('dataset', 'wrong', ...places)).error).toContain(
      "dataset.truth must hold 'cell-2.tif', the truth of a stack of validation or test, got",
    );
    declare('wrong', `    truth: ${join(root, 'turth')}\n`, 'proposed');
    expect((await blurcycle('dataset', 'wrong', ...places)).error).toMatch(
      /^.*tiff-folders: dataset\.truth must name files that exist, got '.*\/turth' \(relative paths start from .*\)\n$/,
    );
    rmSync(join(experiments, 'wrong.yaml'));
  });
});

describe('an experiment over own stacks', () => {
  const scoresOf = (run: string) => {
    const at = join(results, 'smoke/runs', run);
    const record = readRunRecord(join(at, 'record.json'));
    if (record === undefined) throw new Error(`${run} has no record`);
    return readScores(at, record, record.settings.scoring);
  };

  it('trains, tests and shows what cannot be scored as such', async () => {
    for (const method of ['proposed-own', 'non-blind-own']) {
      expect((await blurcycle('train', method, '--seed', '0', ...places)).code).toBe(0);
    }
    expect(Object.keys(scoresOf('proposed-own-s0')?.scores[0].scores ?? {})).toEqual([
      'dataResidual',
    ]);
    expect(scoresOf('proposed-own-s0')?.kernel).not.toHaveProperty('correlation');
    const { code, out } = await blurcycle('table', 'own', '--no-report', ...places);
    expect(code).toBe(0);
    expect(out).toMatch(
      /\| Proposed, blind( †)? +\| +\| no truth +\| +\| no truth +\| \d\.\d{4} +\| 1 volumes/,
    );
    const table = readTable(join(results, 'smoke/own/table.json'));
    expect(table?.rows.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done']);
    expect(table?.claims[0]).toMatchObject({
      verdict: 'undecided',
      note: 'a score is missing or not finite',
    });
    const csv = readFileSync(join(results, 'smoke/own/table.csv'), 'utf8');
    expect(csv).toMatch(/^proposed,"?Proposed, blind"?,no truth,psnr,,,,,,$/m);
  }, 120_000);

  it('scores against a truth', async () => {
    expect((await blurcycle('train', 'proposed-known', '--seed', '0', ...places)).code).toBe(0);
    expect(scoresOf('proposed-known-s0')?.scores[0].scores).toHaveProperty('psnrAffine');
  }, 60_000);

  it('finds nothing changed, and then the stack that was', async () => {
    expect((await blurcycle('verify', 'own', ...places)).error).toBe('');
    const stateOf = async (name: string): Promise<string> => {
      const { out } = await blurcycle('plan', 'own', '--json', ...places);
      const { steps } = JSON.parse(out) as {
        steps: { name: string; state: string; reason: string }[];
      };
      const step = steps.find((one) => one.name === name);
      return `${step?.state} ${step?.reason}`.trim();
    };
    expect(await stateOf('proposed-own-s0')).toBe('done and proved');
    expect(await stateOf('own')).toBe('done and proved');
    const path = join(root, 'raw/cell-1.tif');
    const bytes = readFileSync(path);
    bytes[bytes.length - 2000] ^= 1;
    writeFileSync(path, bytes);
    expect(await stateOf('proposed-own-s0')).toMatch(
      /^stale its data changed: .*raw\/cell-1\.tif$/,
    );
    expect(await stateOf('wiener')).toMatch(/^stale its data changed: .*raw\/cell-1\.tif$/);
    const { code, out } = await blurcycle('verify', 'own', ...places);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^FAIL {2}run proposed-own-s0: input .*raw\/cell-1\.tif has other bytes than recorded/m,
    );
  }, 60_000);
});
