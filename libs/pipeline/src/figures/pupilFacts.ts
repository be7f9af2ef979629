import type { FactsBlock } from '@blurcycle/experiment';
import type { KernelFigures } from '../scores/describeKernel.ts';
import type { KernelEntry } from './kernelFacts.ts';

/** Least size in rad RMS of a coefficient that has a column of its own. */
const LEAST_SHOWN = 0.02;

/**
 * Learned pupils in numbers, one row for each, below the true one; no block where no kernel has a
 * pupil.
 *
 * A coefficient has a column where that of any row, or the true one, is 0.02 rad or more.
 */
export function pupilFacts(id: string, entries: readonly KernelEntry[]): readonly FactsBlock[] {
  const learned = entries.flatMap(({ label, figures }) =>
    figures !== null && 'numericalAperture' in figures ? [{ label, figures }] : [],
  );
  if (learned.length === 0) return [];
  const names = [...new Set(learned.flatMap(({ figures }) => Object.keys(figures)))];
  const shown = names
    .filter((name) => /^zernike\d+$/.test(name))
    .filter((name) =>
      learned.some(({ figures }) =>
        [name, trueName(name)].some((one) => Math.abs(figures[one] ?? 0) >= LEAST_SHOWN),
      ),
    );
  const columns = [
    { name: 'numericalAperture', label: 'NA', unit: null },
    { name: 'immersionIndex', label: 'index', unit: null },
    { name: 'emissionWavelengthUm', label: 'wavelength', unit: 'µm' },
    ...shown.map((name) => ({ name, label: name.replace('zernike', 'Z'), unit: 'rad' })),
    { name: 'zernikeRms', label: 'aberration', unit: 'rad RMS' },
    { name: 'zernikeErrorRms', label: 'error', unit: 'rad RMS' },
  ];
  const row = (label: string, find: (name: string) => number | undefined) => [
    label,
    ...columns.map(({ name }) => find(name) ?? null),
  ];
  const [{ figures: first }] = learned;
  const truth =
    'trueNumericalAperture' in first ? [row('Truth', (name) => find(first, trueName(name)))] : [];
  return [
    {
      ...{ kind: 'facts', id, title: 'The pupils in numbers' },
      columns: [
        { label: 'kernel', unit: null },
        ...columns.map(({ label, unit }) => ({ label, unit })),
      ],
      rows: [
        ...truth,
        ...learned.map(({ label, figures }) => row(label, (name) => find(figures, name))),
      ],
      note: NOTE,
    },
  ];
}

const NOTE =
  "Z: Zernike coefficient with Noll's index. Each disk ends at the NA of its own row, and that of the truth where the sample lets light through, " +
  'so coefficients compare only roughly where the NA differ. Optics that were not learned are as they were stated. Index and NA of Born & Wolf enter a paraxial defocus, so a pupil with exact defocus fits it with others.';

function find(figures: KernelFigures, name: string): number | undefined {
  return figures[name];
}

function trueName(name: string): string {
  return `true${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
