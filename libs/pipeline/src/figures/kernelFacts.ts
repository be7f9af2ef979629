import type { FactsBlock } from '@blurcycle/experiment';
import type { KernelFigures } from '../scores/describeKernel.ts';

/** A row of the table. */
export interface KernelEntry {
  readonly label: string;
  /** Null where there is no kernel. */
  readonly figures: KernelFigures | null;
  /** Whether it was learned from a start, as the true kernel and the start itself were not. */
  readonly isLearned: boolean;
  /** Whether its images are lacking, because its file is not on this machine. */
  readonly isAway: boolean;
}

/** What the numbers are told of. */
interface KernelFactsOptions {
  readonly state: 'raw' | 'smoothed';
  /** Standard deviation in voxels of the filter of the smoothed kernels. */
  readonly sigmaVoxels: number;
  /** Distance of the planes in µm. */
  readonly planeUm: number;
}

/** Least distance of the start from the true width, in percent, of which a part is told. */
const LEAST_WAY_PERCENT = 5;

/** Kernels in numbers, one row for each: start, learned with every seed, true. */
export function kernelFacts(
  id: string,
  entries: readonly KernelEntry[],
  { state, sigmaVoxels, planeUm }: KernelFactsOptions,
): FactsBlock {
  const columns = columnsOf(state, planeUm);
  const away = entries.filter(({ isAway }) => isAway).map(({ label }) => label);
  return {
    kind: 'facts',
    id,
    title:
      state === 'raw'
        ? 'The kernels in numbers, as they are'
        : `The kernels in numbers, after a Gaussian filter of ${sigmaVoxels} voxels`,
    columns: [
      { label: 'kernel', unit: null },
      ...columns.map(({ label, unit }) => ({ label, unit })),
    ],
    rows: entries.map(({ label, figures, isLearned }) =>
      figures === null
        ? [`${label}: no finished run`, ...columns.map(() => null)]
        : [
            label,
            ...columns.map(({ ofLearned, value }) =>
              ofLearned && !isLearned ? null : (value(figures) ?? null),
            ),
          ],
    ),
    note: [
      state === 'raw' ? RAW_NOTE : SMOOTHED_NOTE,
      ...(away.length > 0 && state === 'raw'
        ? [
            `Numbers of the records, no images, as the files are not stored here: ${away.join('; ')}.`,
          ]
        : []),
    ].join(' '),
  };
}

const RAW_NOTE =
  'Correlations are with the true kernel, that of the start too. Δ: deviation of a width from the true one. Way: part of the distance ' +
  'from the width of the start to the true width that the learned kernel went; 0 % is the start. PSF SNR: -10 log10(1 - r²) of the correlation r. Negative mass: part of the absolute sum. The true sum ' +
  'is the gain. A dash stands where a window cuts off a width, or there is nothing to tell.';

const SMOOTHED_NOTE =
  'Start, learned and true kernel go through the same filter; it works in their windows, and what it moves beyond the edge is lost.';

interface Column {
  readonly label: string;
  readonly unit: string | null;
  /** Told of learned kernels alone. */
  readonly ofLearned: boolean;
  readonly value: (figures: KernelFigures) => number | undefined;
}

function columnsOf(state: KernelFactsOptions['state'], planeUm: number): readonly Column[] {
  const named = (name: string): string =>
    state === 'raw' ? name : `smoothed${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const column = (
    label: string,
    unit: string | null,
    value: string | Column['value'],
    ofLearned = false,
  ): Column => ({
    ...{ label, unit, ofLearned },
    value: typeof value === 'string' ? (figures) => figures[named(value)] : value,
  });
  const centroidZ = (figures: KernelFigures): number | undefined => {
    const centroidUm: number | undefined = figures[named('centroidUmZ')];
    // To a millionth: sums of float32 values leave 1e-13 of a symmetric kernel.
    return centroidUm === undefined ? undefined : Number((centroidUm / planeUm).toFixed(6));
  };
  const width = (axis: 'Z' | 'Y' | 'X'): readonly Column[] => [
    column(`FWHM ${axis.toLowerCase()}`, 'µm', `fwhmUm${axis}`),
    column(`Δ ${axis.toLowerCase()}`, '%', `fwhmDeviationPercent${axis}`),
  ];
  return [
    column('correlation', null, 'correlation'),
    ...(state === 'raw'
      ? [column('smoothed', null, (figures) => figures.smoothedCorrelation)]
      : []),
    column('of its start', null, 'startCorrelation', true),
    ...width('Z'),
    column('way z', '%', wayPercent(named), true),
    column('centroid z', 'voxels', centroidZ),
    ...width('Y'),
    ...width('X'),
    column('negative mass', null, 'negativeMass'),
    column('sum', null, 'sum'),
    column('true sum', null, 'trueSum', true),
    column('PSF SNR', 'dB', 'psfSnrDb'),
  ];
}

/** How much of the way from its start to the true axial width a kernel has gone, in percent. */
function wayPercent(named: (name: string) => string): Column['value'] {
  return (figures) => {
    const [learned, start] = ['fwhmDeviationPercentZ', 'startFwhmDeviationPercentZ'].map(
      (name): number | undefined => figures[named(name)],
    );
    if (learned === undefined || start === undefined) return undefined;
    return Math.abs(start) < LEAST_WAY_PERCENT ? undefined : 100 * (1 - learned / start);
  };
}
