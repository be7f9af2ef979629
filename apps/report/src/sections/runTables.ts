import type { RunRecord } from '@blurcycle/experiment';
import { findMetric } from '@blurcycle/metrics';
import { formatBytes, formatCount, formatSignificant, inWords } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { describeCommit, formatDuration } from './frame.ts';

const RUN_COLUMNS = [
  ['Run', 'words'],
  ['Status', 'words'],
  ['Updates', 'number'],
  ['Weights of update', 'number'],
  ['Parameters', 'number'],
  ['Precision', 'words'],
  ['Training', 'number'],
  ['Memory', 'number'],
  ['Commit', 'words'],
] as const;

/** What became of each run: status, size, cost and commit. */
export function runTable(runs: readonly RunInput[]): Html {
  return html`<h3>Runs</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Training runs">
      <table class="plain">
        <thead>
          <tr>
            ${RUN_COLUMNS.map(([column, kind]) => html`<th scope="col" class="${kind}">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${runs.map(runRow)}
        </tbody>
      </table>
    </div>`;
}

function runRow({ record, metrics }: RunInput): Html {
  const { provenance, parameterCounts } = record;
  const parameters = Object.values(parameterCounts).reduce((sum, count) => sum + count, 0);
  const unreadable =
    metrics === null
      ? 'no metrics'
      : metrics.unreadable > 0
        ? `${metrics.unreadable} unreadable`
        : '';
  return html`<tr>
    <th scope="row">${record.id}</th>
    <td class="words">
      ${record.status}${[unreadable, record.error ?? ''].filter((note) => note !== '').map((note) => html`<span class="note">${note}</span>`)}
    </td>
    <td>${formatCount(record.settings.training.updates)}</td>
    <td>${record.selectedUpdate === null ? '–' : formatCount(record.selectedUpdate)}</td>
    <td>${formatCount(parameters)}</td>
    <td class="words">${describePrecision(record)}</td>
    <td>${formatDuration(record.trainingSeconds)}</td>
    <td>${formatBytes(provenance.peakMemoryBytes)}</td>
    <td class="words">${describeCommit(provenance)}</td>
  </tr>`;
}

/** Precision of the factors of convolutions; that of the predictions where it is another. */
function describePrecision({ settings, provenance }: RunRecord): string {
  const { training, inference } = settings;
  const unit = provenance.bfloat16 === undefined ? '' : ` (${provenance.bfloat16})`;
  return training.precision === inference.precision
    ? `${training.precision}${unit}`
    : `${training.precision}, predictions ${inference.precision}${unit}`;
}

/** Rules of `training.select` in words. */
const RULES: Readonly<Record<string, string>> = {
  last: 'last update',
  average: 'moving average',
  'best-validation-psnr': 'best PSNR',
  'best-cycle-residual': 'smallest cycle residual',
};

/**
 * The weights that each rule of selection would choose, with their scores on the validation
 * volumes; the rule in force is in bold. null if no record holds them.
 */
export function selectionTable(runs: readonly RunInput[]): Html | null {
  const records = runs
    .map(({ record }) => record)
    .filter(({ choices }) => Object.keys(choices).length > 0);
  if (records.length === 0) return null;
  const rules = [...new Set(records.flatMap(({ choices }) => Object.keys(choices)))];
  return html`<h3>Choice of weights</h3>
    <p class="note">
      The weights that each rule would choose among those that were validated, with their scores on
      the validation volumes. The rule in force is in bold; the test volumes have no part in it.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Choice of weights">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col" class="words">Run</th>
            ${rules.map((rule) => html`<th scope="col" class="words">${RULES[rule] ?? rule}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${records.map(
            (record) =>
              html`<tr>
                <th scope="row">${record.id}</th>
                ${rules.map((rule) => choiceCell(record, rule))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function choiceCell({ choices, settings }: RunRecord, rule: string): Html {
  if (!(rule in choices)) return html`<td class="words">–</td>`;
  const { update, validation } = choices[rule];
  const name = `update ${formatCount(update)}`;
  return html`<td class="words">
    ${settings.training.select === rule ? html`<b>${name}</b>` : name}
    <span class="values">${Object.entries(validation).map(nameAndValue).join(', ')}</span>
  </td>`;
}

function nameAndValue([name, value]: readonly [string, number]): string {
  const known = findMetric(name);
  if (known === undefined) return `${inWords(name)} ${formatSignificant(value, 3)}`;
  const unit = known.unit === null ? '' : ` ${known.unit}`;
  return `${known.label} ${value.toFixed(known.digits)}${unit}`;
}

/** Properties of a kernel as a record names them, in words; those of the true kernel: `true…`. */
const RAW_KERNEL_WORDS: readonly (readonly [name: string, words: string])[] = [
  ['sum', 'sum of the weights'],
  ['negativeMass', 'negative mass'],
  ['correlation', 'correlation with the true kernel'],
  ['startCorrelation', 'correlation of the start'],
  ['psfSnrDb', 'PSF SNR (dB)'],
  ['startPsfSnrDb', 'PSF SNR of the start (dB)'],
  ...(['Z', 'Y', 'X'] as const).flatMap((axis) => {
    const along = axis.toLowerCase();
    return [
      [`centroidUm${axis}`, `centroid, ${along} (µm)`] as const,
      [`fwhmUm${axis}`, `full width at half maximum, ${along} (µm)`] as const,
      [`startFwhmUm${axis}`, `full width of the start, ${along} (µm)`] as const,
      [`fwhmDeviationPercent${axis}`, `deviation of the width, ${along} (%)`] as const,
      [`startFwhmDeviationPercent${axis}`, `deviation of the start, ${along} (%)`] as const,
    ];
  }),
];

/** The properties of the kernel as it is, and after the filter. */
const KERNEL_WORDS: typeof RAW_KERNEL_WORDS = [
  ...RAW_KERNEL_WORDS,
  ['smoothingSigmaVoxels', 'filter of what follows: standard deviation (voxels)'],
  ...RAW_KERNEL_WORDS.map(
    ([name, words]) => [prefixed('smoothed', name), `smoothed: ${words}`] as const,
  ),
];

/** Properties of the learned blur kernels beside the true one, one column per run that has one. */
export function kernelTable(runs: readonly RunInput[]): Html | null {
  const learned = runs.flatMap(({ record: { id }, kernel }) =>
    kernel === null ? [] : [{ id, kernel }],
  );
  if (learned.length === 0) return null;
  const names = namesOf(learned.map(({ kernel }) => kernel));
  return html`<h3>Learned blur kernels</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Learned blur kernels">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Property</th>
            <th scope="col">true kernel</th>
            ${learned.map(({ id }) => html`<th scope="col">${id}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${names.map(
            (name) =>
              html`<tr>
                <th scope="row">${KERNEL_WORDS.find(([known]) => known === name)?.[1] ?? name}</th>
                <td>${valuesOf(trueName(name), ...learned.map(({ kernel }) => kernel))}</td>
                ${learned.map(({ kernel }) => html`<td>${valuesOf(name, kernel)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

type Kernel = Readonly<Record<string, number>>;

/** Names of the properties, known ones first; those of the true kernel are a column instead. */
function namesOf(kernels: readonly Kernel[]): readonly string[] {
  const found = new Set(kernels.flatMap((kernel) => Object.keys(kernel)));
  const known = KERNEL_WORDS.map(([name]) => name).filter(
    (name) => found.has(name) || found.has(trueName(name)),
  );
  const ofTruth = new Set(known.map(trueName));
  return [
    ...known,
    ...[...found].filter((name) => !known.includes(name) && !ofTruth.has(name)).sort(),
  ];
}

function trueName(name: string): string {
  const smoothed = /^smoothed(?=[A-Z])/.exec(name)?.[0] ?? '';
  const ofTruth = prefixed('true', name.slice(smoothed.length));
  return smoothed === '' ? ofTruth : prefixed(smoothed, ofTruth);
}

function prefixed(prefix: string, name: string): string {
  return `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** The distinct values of a property among kernels. */
function valuesOf(name: string, ...kernels: readonly Kernel[]): string {
  const values = kernels
    .filter((kernel) => name in kernel)
    .map((kernel) => formatSignificant(kernel[name]));
  return values.length === 0 ? '–' : [...new Set(values)].join(' / ');
}
