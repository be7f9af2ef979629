import type { FactsBlock } from '@blurcycle/experiment';
import type { NoiseCoefficients } from '@blurcycle/models';
import { noiseOfData } from '../run/knownMicroscope.ts';
import { readRuns } from '../table/readRuns.ts';
import type { FigureContext } from './figureContext.ts';

/** The noise that one run has learned. */
interface LearnedNoise {
  /** Row and seed. */
  readonly label: string;
  readonly learned: NoiseCoefficients;
  /** Of the images that it was trained on; null where nobody knows it in closed form. */
  readonly truth: NoiseCoefficients | null;
}

/** Learned noise beside the truth, one row for each run; no table where none was learned. */
export function noiseFacts(id: string, runs: readonly LearnedNoise[]): readonly FactsBlock[] {
  if (runs.length === 0) return [];
  const coefficient = (name: 'a' | 'b') =>
    [
      { label: name, unit: null },
      { label: `true ${name}`, unit: null },
      { label: `Δ ${name}`, unit: '%' },
    ] as const;
  return [
    {
      kind: 'facts',
      id: `${id}-noise`,
      title: 'The learned noise',
      columns: [{ label: 'run', unit: null }, ...coefficient('a'), ...coefficient('b')],
      rows: runs.map(({ label, learned, truth }) => [
        label,
        ...(['a', 'b'] as const).flatMap((name) => [
          learned[name],
          truth?.[name] ?? null,
          truth === null || truth[name] === 0 ? null : 100 * (learned[name] / truth[name] - 1),
        ]),
      ]),
      note:
        'The variance of a voxel of mean μ is a [μ]₊ + b, intensities being those of the network, 0 to 1. What G gets wrong counts ' +
        'as noise, so both should come out too large rather than too small. A dash stands where the truth has no such noise, or is not known.',
    },
  ];
}

/** What is tested on data like those of the training. */
const OWN = { id: null, label: '', test: {}, paper: {} } as const;

/**
 * The noise that finished runs have learned.
 *
 * @param shown - Ids of rows; undefined for all.
 */
export async function learnedNoise(
  id: string,
  shown: readonly string[] | undefined,
  { experiment, volumesOf, options: { resultsDir } }: FigureContext,
): Promise<readonly FactsBlock[]> {
  const found: LearnedNoise[] = [];
  for (const row of experiment.rows) {
    if (shown?.includes(row.id) === false) continue;
    for (const { run, record } of await readRuns(row.runs, resultsDir)) {
      if (record?.noise === undefined) continue;
      const { dataset } = record.settings;
      const { facts } = await volumesOf(dataset, OWN);
      const truth = noiseOfData(dataset, facts);
      found.push({ label: `${row.label}, seed ${run.seed}`, learned: record.noise, truth });
    }
  }
  return noiseFacts(id, found);
}
