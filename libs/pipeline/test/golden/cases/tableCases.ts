import {
  judgeClaims,
  summarizeScores,
  tableToCsv,
  tableToMarkdown,
  type RowScores,
  type Table,
} from '@blurcycle/experiment';
import { psfFigure, type PsfRequest } from '@blurcycle/psf';
import { uniformNumbers, VOXEL_SIZE_UM } from '../inputs.ts';
import { portable, type GoldenCases } from './goldenCase.ts';

const ROWS: readonly RowScores[] = [
  row('input', [null], 20, 1),
  row('proposed', [0, 1, 2], 24, 2),
  row('cyclegan', [0, 1, 2, 3], 22, 3),
  row('single', [0], 23, 4),
  ownData(row('own', [0, 1, 2, 3], 24, 6)),
  ownData(row('own-input', [0, 1, 2, 3], 20, 7)),
];

function row(
  id: string,
  seeds: readonly (number | null)[],
  level: number,
  start: number,
): RowScores {
  const next = uniformNumbers(start);
  const scoresOf = (seed: number | null): RowScores['runs'][number] => ({
    seed,
    data: 'shared',
    kernel: seed === null ? null : { correlation: 0.9 + 0.01 * next() },
    volumes: ['test-0', 'test-1', 'test-2'].map((volume) => ({
      volume,
      scores: { psnr: level + next(), ssim: level / 40 + 0.1 * next(), nrmse: next() },
    })),
  });
  return { id, trained: seeds.some((seed) => seed !== null), runs: seeds.map(scoresOf) };
}

/** The row with specimens of its own for each seed. */
function ownData(scores: RowScores): RowScores {
  return { ...scores, runs: scores.runs.map((run) => ({ ...run, data: `data-${run.seed}` })) };
}

const kind = 'paper';

const CLAIMS = [
  { id: 'better', kind, text: 'better', rule: 'psnr(proposed) - psnr(cyclegan) > 0' },
  { id: 'ratio', kind, text: 'ratio', rule: 'ssim(proposed) >= 1.01 * ssim(input)' },
  { id: 'near', kind, text: 'near', rule: 'abs(psnr(own) - psnr(own-input) - 4) < 0.5' },
  { id: 'one-seed', kind, text: 'one seed', rule: 'psnr(single) > psnr(input)' },
  {
    id: 'these-models',
    kind,
    text: 'these models',
    rule: 'psnr(single) / psnr(input) > 1.1',
    about: 'trained-models',
  },
  { id: 'input', kind: 'calibration', text: 'input', rule: 'psnr(input) <= 20.5' },
  { id: 'own', kind, family: 'one', text: 'own', rule: 'psnr(own) - psnr(own-input) > 3.9' },
  { id: 'own-ssim', kind, family: 'one', text: 'own', rule: 'ssim(own) > ssim(own-input)' },
  { id: 'kernel', kind: 'ours', text: 'kernel', rule: 'kernel.correlation(proposed) > 0.9' },
  { id: 'missing', kind, text: 'missing', rule: 'psnr(nothing) > 0' },
] as const;

function table(): Table {
  return {
    experiment: 'golden',
    title: 'golden bits',
    place: 'Table 0',
    profile: 'tiny',
    rows: ROWS.map((scores, i) => ({
      id: scores.id,
      label: scores.id,
      method: scores.id,
      paper: i === 0 ? { psnr: 19.5, ssim: 0.51234 } : null,
      status: 'done',
      runs: scores.runs.map(({ seed }) => `${scores.id}-s${seed}`),
      ours: summarizeScores(scores),
    })),
    claims: judgeClaims(CLAIMS, ROWS),
    provenance: {
      createdAt: '2026-01-01T00:00:00.000Z',
      gitCommit: null,
      gitDirty: null,
      sourceHash: '',
      versions: {},
      cpu: { model: '', cores: 1 },
      gpu: null,
      backend: 'native',
      threads: 1,
      wallSeconds: 0,
      peakMemoryBytes: 0,
      command: '',
    },
  };
}

/** The rows of Markdown tables: the sentences around them may be worded anew. */
function tableLines(markdown: string): string[] {
  return markdown.split('\n').filter((line) => line.startsWith('|'));
}

const OPTICS = {
  numericalAperture: 1.4,
  immersionIndex: 1.5,
  emissionWavelengthUm: 0.61,
  voxelSizeUm: VOXEL_SIZE_UM,
  shape: [5, 7, 7],
} as const;
const FIGURES: readonly PsfRequest[] = [
  { model: 'born-wolf', ...OPTICS },
  { model: 'richards-wolf', ...OPTICS },
  { model: 'gaussian', ...OPTICS },
];

/** Means, intervals, verdicts and what is written of them. */
export const TABLE_CASES: GoldenCases = {
  summaries: portable(() => ROWS.map((scores) => summarizeScores(scores))),
  claims: portable(() =>
    judgeClaims(CLAIMS, ROWS).map(({ verdict, value, low, high, p, pAdjusted, seedsNeeded }) => [
      ...[verdict, value, low, high],
      ...[p, pAdjusted, seedsNeeded],
    ]),
  ),
  intervals: portable(() =>
    [2, 3, 11, 31].map((count) => {
      const seeds = Array.from({ length: count }, (_, seed) => seed);
      return summarizeScores(row('many', seeds, 21, 5));
    }),
  ),
  csv: portable(() => tableToCsv(table())),
  markdown: portable(async () => tableLines(await tableToMarkdown(table()))),
  'psf-figure': portable(() =>
    psfFigure(FIGURES).map(({ lateral, axial, profiles, fwhmUm, kernelMtf }) => [
      lateral.values,
      axial.values,
      profiles,
      fwhmUm,
      kernelMtf,
    ]),
  ),
  // Not of Richards & Wolf, which takes roots by Math.pow: Node 22 and 24 differ in its last bit.
  'psf-mtf': portable(() =>
    psfFigure([FIGURES[0], FIGURES[2]]).map(({ opticalMtf }) => opticalMtf),
  ),
};
