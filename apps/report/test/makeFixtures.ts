/**
 * @file Writes `fixtures/results/synthetic`, a results folder made of analytic shapes, for the
 *   tests of the report.
 *
 * Nothing in it was trained or measured: the stacks are helices with a Gaussian profile, the curves
 * are exponentials, the scores are round numbers. Run from the root of the repository, after a
 * change of the result schemas: `node --import tsx apps/report/test/makeFixtures.ts`, then update
 * the golden report.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandomStream, type RandomStream } from '@blurcycle/core';
import {
  loadExperiments,
  resolveRun,
  tableToCsv,
  writeFigures,
  writeRunRecord,
  writeTable,
  type Provenance,
  type ScoreSummary,
  type Table,
  type TableRow,
  type VolumesBlock,
} from '@blurcycle/experiment';
import { METRIC_NAMES } from '@blurcycle/metrics';
import { grayPng } from '../src/html/grayPng.ts';
import {
  SYNTHETIC_FACTS,
  syntheticCurves,
  syntheticImages,
  syntheticKernels,
} from './syntheticFigures.ts';

const PROFILE = 'synthetic';
const resultsDir = fileURLToPath(new URL('fixtures/results', import.meta.url));
const set = loadExperiments(fileURLToPath(new URL('../../../experiments', import.meta.url)));

const provenance: Provenance = {
  createdAt: '2020-01-01T12:00:00.000Z',
  gitCommit: '0123456789abcdef0123456789abcdef01234567',
  gitDirty: false,
  sourceHash: 'a'.repeat(64),
  versions: { node: '20.0.0', blurcycle: '0.0.0' },
  cpu: { model: 'Synthetic CPU', cores: 2 },
  gpu: null,
  backend: 'native',
  threads: 2,
  wallSeconds: 12,
  peakMemoryBytes: 123_000_000,
  command: 'node --import tsx apps/report/test/makeFixtures.ts',
};

/**
 * Methods of the finished runs and how good each shall look, from 0 (like the input) to 1 (like the
 * truth).
 */
const RUNS = [
  { method: 'supervised-mse', seeds: [0, 1], quality: 0.9 },
  { method: 'cyclegan', seeds: [0, 1], quality: 0.55 },
  { method: 'proposed', seeds: [0, 1], quality: 0.7 },
] as const;

rmSync(resultsDir, { recursive: true, force: true });
for (const run of RUNS) for (const seed of run.seeds) await writeRun(run.method, seed, run.quality);
await writeFailedRun();
await writeExperiment();
await writeFigureExperiment();
await writeConditionExperiment();

async function writeRun(method: string, seed: number, quality: number): Promise<void> {
  const { settings, origins, key, id } = resolveRun(set, { method, profile: 'smoke', seed });
  const directory = join(resultsDir, PROFILE, 'runs', id);
  await writeRunRecord(join(directory, 'record.json'), {
    ...{ id, profile: PROFILE, method, seed, status: 'done', error: null, key, settings, origins },
    selectedUpdate: 1000,
    choices: {
      last: { update: 1000, validation: { psnr: 22 + 7.9 * quality, cycleResidual: 0.012 } },
      'best-validation-psnr': {
        update: 900,
        validation: { psnr: 22 + 8 * quality, cycleResidual: 0.013 },
      },
    },
    scores: [{ volume: 'test-0', scores: { psnr: 22 + 8 * quality, ssim: 0.7 + 0.25 * quality } }],
    parameterCounts: { generator: 1000, ...(method === 'proposed' ? { blurKernel: 343 } : {}) },
    kernel: method === 'proposed' ? { sum: 0.98, correlation: 0.9 } : null,
    trainingSeconds: 90 + 10 * seed,
    inferenceSeconds: 2.5,
    inputs: {},
    outputs: {},
    provenance: { ...provenance, gitDirty: method === 'cyclegan' && seed === 1 },
  });
  const stream = createRandomStream(seed, `curves of ${method}`);
  writeFileSync(
    join(directory, 'metrics.jsonl'),
    `${metricsLines(method, quality, stream).join('\n')}\n`,
  );
}

function metricsLines(method: string, quality: number, stream: RandomStream): string[] {
  const lines: string[] = [];
  const cycle = method !== 'supervised-mse';
  const wobble = (scale: number): number =>
    Number((scale * (1 + 0.08 * stream.normal())).toPrecision(4));
  for (let step = 25; step <= 1000; step += 25) {
    const decay = Math.exp(-step / 250);
    const values = cycle
      ? {
          generatorTotal: wobble(1 + 4 * decay),
          adversarialSharp: wobble(0.5 - 0.2 * decay),
          cycleBlurred: wobble(0.2 * decay + 0.02),
          discriminatorSharp: wobble(0.2 + 0.1 * decay),
        }
      : { generatorTotal: wobble(0.02 + decay), pixel: wobble(0.002 + 0.1 * decay) };
    lines.push(JSON.stringify({ step, kind: 'train', values }));
    if (step % 100 !== 0) continue;
    const gain = quality * (1 - decay);
    const scores = { psnr: 22 + 8 * gain + 0.2 * stream.normal(), ssim: 0.7 + 0.25 * gain };
    const residual = cycle ? { cycleResidual: wobble(0.1 * decay + 0.01) } : {};
    lines.push(JSON.stringify({ step, kind: 'validation', values: { ...scores, ...residual } }));
  }
  return lines;
}

async function writeFailedRun(): Promise<void> {
  const method = 'supervised-gan';
  const { settings, origins, key, id } = resolveRun(set, { method, profile: 'smoke', seed: 0 });
  await writeRunRecord(join(resultsDir, PROFILE, 'runs', id, 'record.json'), {
    ...{ id, profile: PROFILE, method, seed: 0, status: 'failed', key, settings, origins },
    error: 'the generator loss became NaN at update 40 <b>synthetic</b>',
    ...{ selectedUpdate: null, choices: {}, scores: [], parameterCounts: {}, kernel: null },
    ...{ trainingSeconds: 4, inferenceSeconds: 0, inputs: {}, outputs: {}, provenance },
  });
}

function summary(center: number, spread: number, over: 'seeds' | 'volumes'): ScoreSummary {
  const values = [center - spread, center + spread];
  return { mean: center, low: center - 2 * spread, high: center + 2 * spread, n: 2, over, values };
}

function done(
  id: string,
  label: string,
  runs: string[],
  paper: readonly [psnr: number, ssim: number],
  psnr: number,
): TableRow {
  const over = runs.length === 0 ? 'volumes' : 'seeds';
  const ssim = 0.7 + (psnr - 22) / 32;
  const ours = Object.fromEntries(
    METRIC_NAMES.map((name) => {
      if (name.startsWith('psnr')) return [name, summary(psnr, 0.25, over)] as const;
      return [name, summary(name.startsWith('ssim') ? ssim : 1 - ssim, 0.0125, over)] as const;
    }),
  );
  return {
    id,
    label,
    method: id,
    paper: { psnr: paper[0], ssim: paper[1] },
    status: 'done',
    runs,
    ours,
  };
}

function absent(
  id: string,
  label: string,
  status: 'failed' | 'missing',
  note: string,
  paper: readonly [psnr: number, ssim: number],
): TableRow {
  const printed = { psnr: paper[0], ssim: paper[1] };
  return { id, label, method: id, paper: printed, status, note, runs: [`${id}-s0`], ours: null };
}

async function writeExperiment(): Promise<void> {
  const directory = join(resultsDir, PROFILE, 'table1');
  const bothSeeds = (method: string): string[] => [`${method}-s0`, `${method}-s1`];
  const table: Table = {
    experiment: 'table1',
    title: 'Synthetic fixture: not results of this project',
    place: 'Table I',
    profile: PROFILE,
    rows: [
      done('input', 'Input', [], [22.302, 0.7275], 22.25),
      done(
        'supervised-mse',
        'Supervised, MSE',
        bothSeeds('supervised-mse'),
        [30.232, 0.9826],
        29.5,
      ),
      absent(
        'supervised-gan',
        'Supervised, GAN',
        'failed',
        'run supervised-gan-s0 failed',
        [29.0766, 0.9774],
      ),
      done('cyclegan', 'Conventional cycleGAN', bothSeeds('cyclegan'), [26.2483, 0.9474], 26.5),
      done('proposed', 'Proposed, blind', bothSeeds('proposed'), [26.6249, 0.9573], 27.75),
      absent(
        'non-blind',
        'Non-blind <script>alert(1)</script>',
        'missing',
        'no run yet',
        [29.2925, 0.9746],
      ),
    ],
    claims: [
      {
        id: 'beats-conventional',
        text: 'the proposed cycleGAN beats the conventional one in PSNR',
        rule: 'psnr(proposed) - psnr(cyclegan) > 0',
        ...{
          kind: 'paper',
          family: 'order',
          verdict: 'reproduced',
          value: 1.25,
          low: 0.5,
          high: 2,
        },
        ...{ n: 2, over: 'seeds', volumes: 4, p: 0.0004, pAdjusted: 0.0012, seedsNeeded: null },
      },
      {
        id: 'close',
        text: 'the proposed cycleGAN comes within 1 dB of supervised training',
        rule: 'psnr(supervised-mse) - psnr(proposed) < 1',
        ...{
          kind: 'ours',
          family: null,
          verdict: 'not reproduced',
          value: 1.75,
          low: 1.2,
          high: 2.3,
        },
        ...{ n: 2, over: 'seeds', p: 0.021, pAdjusted: null, seedsNeeded: null },
      },
      {
        id: 'input-psnr',
        text: "the simulated input is as degraded as the paper's, within 0.3 dB",
        rule: 'abs(psnr(input) - 22.3020) < 0.3',
        ...{ kind: 'calibration', family: null, verdict: 'undecided' },
        ...{ value: -0.052, low: -0.6, high: 0.5, n: 2, over: 'seeds', p: 0.3 },
        ...{ pAdjusted: null, seedsNeeded: 12 },
      },
      {
        id: 'psf-helps',
        ...{ kind: 'paper', family: null, p: null, pAdjusted: null, seedsNeeded: null },
        text: 'knowing the PSF helps',
        rule: 'psnr(non-blind) - psnr(proposed) > 0',
        ...{
          verdict: 'undecided',
          value: null,
          low: null,
          high: null,
          note: 'no run of non-blind is done',
        },
      },
    ],
    provenance: { ...provenance, createdAt: '2020-01-01T13:00:00.000Z' },
  };
  await writeTable(join(directory, 'table.json'), table);
  writeFileSync(join(directory, 'table.csv'), await tableToCsv(table));
  await writeVolumes(directory, [{ id: 'helices', title: 'Synthetic helices' }]);
}

/**
 * A table of rows under two conditions, the second of which the paper does not have, and a volume
 * under one of them.
 */
async function writeConditionExperiment(): Promise<void> {
  const directory = join(resultsDir, PROFILE, 'table2');
  const rows = [
    done('input', 'Input', [], [22.302, 0.7275], 22.25),
    done(
      'cyclegan',
      'Conventional cycleGAN',
      ['cyclegan-s0', 'cyclegan-s1'],
      [26.2483, 0.9474],
      26.5,
    ),
    done('proposed', 'Proposed, blind', ['proposed-s0', 'proposed-s1'], [26.6249, 0.9573], 27.75),
  ];
  await writeTable(join(directory, 'table.json'), {
    experiment: 'table2',
    title: 'Synthetic conditions: not results of this project',
    place: 'Table II',
    profile: PROFILE,
    conditions: [
      { id: 'same', label: 'Synthetic kernel of the training', test: {} },
      { id: 'other', label: 'Another synthetic <i>kernel</i>', test: { 'psf.model': 'gaussian' } },
    ],
    rows: [
      ...rows.map((row) => ({ ...row, condition: 'same' })),
      ...rows.map((row) => ({ ...row, condition: 'other', paper: null })),
    ],
    claims: [
      {
        id: 'synthetic-hypothesis',
        ...{ kind: 'ours', family: null, verdict: 'reproduced' },
        text: 'the proposed method is above the conventional one under another kernel',
        rule: 'psnr(proposed@other) - psnr(cyclegan@other) > 0',
        ...{ value: 1.25, low: 0.4, high: 2.1, n: 2, over: 'seeds', p: 0.01 },
        ...{ pAdjusted: null, seedsNeeded: null },
      },
    ],
    provenance: { ...provenance, createdAt: '2020-01-01T13:00:00.000Z' },
  });
  await writeVolumes(directory, [{ id: 'helices', title: 'Synthetic helices' }]);
  await writeGridExperiment(rows);
}

/** Volumes of some rows of the table above under both of its conditions. */
async function writeGridExperiment(rows: readonly TableRow[]): Promise<void> {
  const directory = join(resultsDir, PROFILE, 'fig9');
  await writeTable(join(directory, 'table.json'), {
    experiment: 'fig9',
    title: 'Synthetic volumes under two conditions',
    place: 'Fig. 9',
    profile: PROFILE,
    conditions: [
      { id: 'same', label: 'Synthetic kernel of the training', test: {} },
      { id: 'other', label: 'Another synthetic <i>kernel</i>', test: { 'psf.model': 'gaussian' } },
    ],
    rows: ['same', 'other'].flatMap((condition) =>
      rows.slice(1).map((row) => ({ ...row, condition, paper: null })),
    ),
    claims: [],
    provenance: { ...provenance, createdAt: '2020-01-01T13:00:00.000Z' },
  });
  await writeVolumes(directory, [
    { id: 'volumes-same', title: 'Synthetic helices: same kernel', blur: 0.2 },
    { id: 'volumes-other', title: 'Synthetic helices: another <i>kernel</i>', blur: 0.8 },
  ]);
}

/** A figure of the paper without a table: every kind of block. */
async function writeFigureExperiment(): Promise<void> {
  const directory = join(resultsDir, PROFILE, 'fig5');
  await writeTable(join(directory, 'table.json'), {
    experiment: 'fig5',
    title: 'Synthetic kernels: not results of this project',
    place: 'Figure 5',
    profile: PROFILE,
    rows: [],
    claims: [],
    provenance: { ...provenance, createdAt: '2020-01-01T13:00:00.000Z' },
  });
  const { block, files } = syntheticImages();
  mkdirSync(join(directory, 'figures'), { recursive: true });
  for (const [name, png] of files) writeFileSync(join(directory, name), png);
  await writeFigures(join(directory, 'figures.json'), {
    blocks: [syntheticKernels(), block, ...syntheticCurves(), SYNTHETIC_FACTS],
  });
}

/** A set of volumes, and by how much its estimates are wider than those of the first. */
interface WrittenSet {
  readonly id: string;
  readonly title: string;
  readonly blur?: number;
}

async function writeVolumes(directory: string, sets: readonly WrittenSet[]): Promise<void> {
  const blocks: VolumesBlock[] = [];
  for (const set of sets) blocks.push(writeSet(directory, set));
  await writeFigures(join(directory, 'figures.json'), { blocks });
}

function writeSet(directory: string, { id: name, title, blur = 0 }: WrittenSet): VolumesBlock {
  const shape = [12, 40, 40] as const;
  const items = [
    { id: 'input', label: 'Input', role: 'input', sigma: 3, noise: 0.04 },
    { id: 'truth', label: 'Ground truth', role: 'truth', sigma: 1.1, noise: 0 },
    { id: 'supervised-mse', label: 'Supervised, MSE', role: 'estimate', sigma: 1.3, noise: 0 },
    { id: 'cyclegan', label: 'Conventional cycleGAN', role: 'estimate', sigma: 2, noise: 0.01 },
    { id: 'proposed', label: 'Proposed, blind', role: 'estimate', sigma: 1.6, noise: 0.01 },
  ] as const;
  mkdirSync(join(directory, 'figures'), { recursive: true });
  for (const { id, sigma, noise } of items) {
    const wide = id === 'truth' ? sigma : sigma + blur;
    const gray = helix(shape, wide, noise, createRandomStream(0, `noise of ${id}`));
    const png = grayPng(gray, shape[2], shape[0] * shape[1]);
    writeFileSync(join(directory, 'figures', `${name}-${id}.png`), png);
  }
  return {
    ...{ kind: 'volumes', id: name, title },
    shape,
    voxelSizeUm: [0.25, 0.1, 0.1],
    window: [0, 1],
    items: items.map(({ id, label, role }) => ({
      id,
      label,
      role,
      file: `figures/${name}-${id}.png`,
    })),
  };
}

/** Two widening turns around the z axis with a Gaussian profile, as gray values. */
function helix(
  [depth, height, width]: readonly [number, number, number],
  sigma: number,
  noise: number,
  stream: RandomStream,
): Uint8Array {
  const gray = new Uint8Array(depth * height * width);
  const points = Array.from({ length: 160 }, (_, i) => {
    const turn = (i / 80) * 2 * Math.PI;
    const radius = 6 + 8 * (i / 160);
    const z = depth * ((i % 80) / 80);
    return [z, height / 2 + radius * Math.sin(turn), width / 2 + radius * Math.cos(turn)] as const;
  });
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const distances = points.map(
          ([pz, py, px]) => (1.5 * (z - pz)) ** 2 + (y - py) ** 2 + (x - px) ** 2,
        );
        const profile = Math.exp(-Math.min(...distances) / (2 * sigma ** 2)) / Math.sqrt(sigma);
        const value = profile + noise * Math.abs(stream.normal());
        gray[(z * height + y) * width + x] = Math.min(255, Math.round(255 * value));
      }
    }
  }
  return gray;
}
