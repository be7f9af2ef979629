import { correlation, extent } from '@blurcycle/core';
import type { Table, TableRow } from '@blurcycle/experiment';
import { formatList, formatNumber } from '../html/format.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { groupRows } from './groups.ts';

/** The parts of a run and of an experiment that findings are read from. */
type Measured = Pick<RunInput, 'kernel'> & { readonly record: Pick<RunInput['record'], 'id'> };
interface Shown {
  readonly table: Table;
}

/** An experiment, and the runs behind it. */
interface Told extends Shown {
  readonly id: string;
  readonly blocks: readonly { readonly kind: string }[];
  readonly runs: readonly Measured[];
}

/**
 * The findings of each experiment by its id, every sentence once: one on learned kernels stands
 * where kernels are shown, all others where they can be read first.
 */
export function placeFindings(
  experiments: readonly Told[],
): ReadonlyMap<string, readonly string[]> {
  const told = experiments.map((one) => ({ ...one, findings: findFindings(one, one.runs) }));
  const placeOf = (text: string): string | undefined => {
    const places = told.filter(({ findings }) => findings.includes(text));
    const withKernels = places.find(({ blocks }) => blocks.some(({ kind }) => kind === 'kernels'));
    return (text.startsWith(KERNEL_FINDING) ? (withKernels ?? places[0]) : places[0]).id;
  };
  return new Map(
    told.map(({ id, findings }) => [id, findings.filter((text) => placeOf(text) === id)]),
  );
}

/** How a sentence on learned kernels begins. */
const KERNEL_FINDING = 'The learned kernel';

/**
 * What the numbers of an experiment say beside its claims, in sentences whose numbers are computed
 * from them; none where there is nothing to say.
 */
export function findFindings({ table }: Shown, runs: readonly Measured[]): readonly string[] {
  const hasConditions = table.rows.some(({ condition }) => condition !== undefined);
  return hasConditions
    ? conditionFinding(table)
    : [
        ...bestFinding(table.rows),
        ...shiftFindings(table.rows, runs),
        ...registrationFinding(table.rows),
        ...kernelFindings(table.rows, runs),
      ];
}

interface Scored {
  readonly row: TableRow;
  readonly value: number;
}

function scored(rows: readonly TableRow[], metric: string): readonly Scored[] {
  return rows.flatMap((row) => {
    const value = row.ours?.[metric]?.mean;
    return value === undefined || !Number.isFinite(value) ? [] : [{ row, value }];
  });
}

function best(rows: readonly TableRow[], metric: string): Scored | undefined {
  return [...scored(rows, metric)].sort((a, b) => b.value - a.value)[0];
}

/** Fewest rows among which a best one is named. */
const FEWEST_COMPARED = 4;

/** The row with the best PSNR, where another has the best SSIM. */
function bestFinding(rows: readonly TableRow[]): string[] {
  const [psnr, ssim] = [best(rows, 'psnr'), best(rows, 'ssim')];
  if (psnr === undefined || ssim === undefined || rows.length < FEWEST_COMPARED) return [];
  const first = `${quoted(psnr.row)} has the best PSNR, ${formatNumber(psnr.value, 2)} dB`;
  if (psnr.row === ssim.row) return [`${first}, and the best SSIM.`];
  const its = psnr.row.ours?.ssim?.mean;
  const against = its === undefined ? '' : ` (the former ${formatNumber(its, 4)})`;
  return [
    `${first}; ${quoted(ssim.row)} has the best SSIM, ${formatNumber(ssim.value, 4)}${against}.`,
  ];
}

/** Fewest seeds over which a correlation is told, and the least size of one. */
const FEWEST_SEEDS = 4;
const LEAST_CORRELATION = 0.8;

/** Rows whose PSNR goes with the axial shift of their learned kernel. */
function shiftFindings(rows: readonly TableRow[], runs: readonly Measured[]): string[] {
  return rows.flatMap((row) => {
    const psnr = row.ours?.psnr;
    if (psnr?.over !== 'seeds') return [];
    const shifts = row.runs.map((id) => {
      const shift = kernelOf(runs, id)?.centroidUmZ;
      return shift === undefined ? NaN : Math.abs(shift);
    });
    if (psnr.values.length !== shifts.length || shifts.length < FEWEST_SEEDS) return [];
    const r = correlation(shifts, psnr.values);
    if (!(Math.abs(r) >= LEAST_CORRELATION)) return [];
    const way = r < 0 ? 'falls' : 'rises';
    return [
      `Over its ${shifts.length} seeds the PSNR of ${quoted(row)} ${way} with the axial shift of the learned kernel ` +
        `(correlation ${formatNumber(r, 2)}): much of the variation between seeds is a shift of image and kernel against each other.`,
    ];
  });
}

function kernelOf(
  runs: readonly Measured[],
  id: string,
): Readonly<Record<string, number | undefined>> | null {
  return runs.find(({ record }) => record.id === id)?.kernel ?? null;
}

/** Least gain by registration that is told, in dB. */
const LEAST_GAIN = 0.3;

/** The trained row that gains most when each estimate may be shifted onto the truth. */
function registrationFinding(rows: readonly TableRow[]): string[] {
  const [most] = rows
    .flatMap((row) => {
      const [plain, registered] = [row.ours?.psnr?.mean, row.ours?.psnrRegistered?.mean];
      if (plain === undefined || registered === undefined || row.runs.length === 0) return [];
      return [{ row, gain: registered - plain }];
    })
    .sort((a, b) => b.gain - a.gain);
  if (most === undefined || most.gain < LEAST_GAIN) return [];
  return [
    `When estimates are registered with the truth before they are scored, ${quoted(most.row)} gains most, ${formatNumber(most.gain, 2)} dB: so much of its error is a shift.`,
  ];
}

/** How near the learned kernels of each row are to the true one, and how near they began. */
function kernelFindings(rows: readonly TableRow[], runs: readonly Measured[]): string[] {
  return rows.flatMap((row) => {
    const kernels = row.runs.flatMap((id) => {
      const kernel = kernelOf(runs, id);
      return kernel === null ? [] : [kernel];
    });
    const range = (name: string, digits: number): string | undefined => {
      const values = kernels.flatMap((kernel) => kernel[name] ?? []);
      if (values.length === 0) return undefined;
      const ends = extent(values).map((value) => formatNumber(value, digits));
      return ends[0] === ends[1] ? ends[0] : `${ends[0]} to ${ends[1]}`;
    };
    const [learned, start] = [range('correlation', 3), range('startCorrelation', 3)];
    if (learned === undefined || start === undefined) return [];
    const [width, startWidth] = [
      range('fwhmDeviationPercentZ', 0),
      range('startFwhmDeviationPercentZ', 0),
    ];
    const widths =
      width === undefined || startWidth === undefined
        ? ''
        : `; the axial FWHM differs from the true one by ${width} % (start: ${startWidth} %)`;
    const whose = kernels.length === 1 ? KERNEL_FINDING : `${KERNEL_FINDING}s`;
    const does = kernels.length === 1 ? 'has' : 'have';
    return [
      `${whose} of ${quoted(row)} ${does} a correlation of ${learned} with the true one (start: ${start})${widths}.`,
    ];
  });
}

/** `“Proposed, blind”`: names hold commas. */
function quoted({ label }: Pick<TableRow, 'label'>): string {
  return `“${label}”`;
}

/** What each method loses between the conditions with its best and its worst PSNR. */
function conditionFinding(table: Table): string[] {
  const groups = groupRows(table);
  const ids = [...new Set(table.rows.map(({ id }) => id))];
  const lost = ids.flatMap((id) => {
    const values = groups.flatMap(({ condition, rows }) => {
      const row = rows.find((one) => one.id === id);
      const value = row?.ours?.psnr?.mean;
      return row === undefined || value === undefined ? [] : [{ row, value, condition }];
    });
    if (values.length < 2) return [];
    const sorted = [...values].sort((a, b) => b.value - a.value);
    const [high, low] = [sorted[0], sorted[sorted.length - 1]];
    const size = formatNumber(high.value - low.value, 2);
    return [
      `${quoted(high.row)} ${size} dB (best: ${high.condition?.label ?? ''}; worst: ${low.condition?.label ?? ''})`,
    ];
  });
  return lost.length < 2
    ? []
    : [`Difference in PSNR between the best and the worst condition: ${formatList(lost)}.`];
}
