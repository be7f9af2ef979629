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
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Training runs">
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
  return html`<p class="note">
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

/** Properties of a kernel as a record names them, and in words; of the true kernel: `true…`. */
const KERNEL_COLUMNS: readonly (readonly [name: string, words: string])[] = [
  ['correlation', 'Correlation'],
  ['startCorrelation', 'of the start'],
  ['psfSnrDb', 'PSF SNR (dB)'],
  ['sum', 'Sum'],
  ['negativeMass', 'Negative mass'],
  ['centroidUmZ', 'Centroid z (µm)'],
  ...(['Z', 'Y', 'X'] as const).map(
    (axis) => [`fwhmUm${axis}`, `FWHM ${axis.toLowerCase()} (µm)`] as const,
  ),
  ['startFwhmUmZ', 'FWHM z of the start (µm)'],
];

/** Properties of the learned blur kernels, each beside the true one: as they are, and smoothed. */
export function kernelTable(runs: readonly RunInput[]): Html | null {
  const learned = runs.flatMap(({ record: { id }, kernel }) =>
    kernel === null ? [] : [{ id, kernel }],
  );
  if (learned.length === 0) return null;
  const sigma = learned.flatMap(({ kernel }) => kernel.smoothingSigmaVoxels ?? []).at(0);
  return html`<p class="note">
      Correlation with the true kernel; below a sum, a width or a centroid, that of the true kernel
      of the run. The sum is the gain; negative mass is a part of the sum of absolute values.
    </p>
    ${kernelsTable('Kernels as they are', '', learned)}
    ${
      sigma === undefined
        ? null
        : kernelsTable(
            `Kernels after a Gaussian filter of ${formatSignificant(sigma)} voxels`,
            'smoothed',
            learned,
          )
    }`;
}

type Kernel = Readonly<Record<string, number>>;

function kernelsTable(
  caption: string,
  prefix: string,
  learned: readonly { readonly id: string; readonly kernel: Kernel }[],
): Html {
  const columns = KERNEL_COLUMNS.map(
    ([name, words]) =>
      [prefixed(prefix, name), prefixed(prefix, prefixed('true', name)), words] as const,
  ).filter(([name]) => learned.some(({ kernel }) => name in kernel));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table class="plain">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          ${columns.map(([, , words]) => html`<th scope="col">${words}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${learned.map(
          ({ id, kernel }) =>
            html`<tr>
              <th scope="row">${id}</th>
              ${columns.map(
                ([name, ofTruth]) =>
                  html`<td>
                    ${name in kernel ? formatSignificant(kernel[name], 3) : '–'}${
                      ofTruth in kernel
                        ? html`<span class="values">${formatSignificant(kernel[ofTruth], 3)}</span>`
                        : null
                    }
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function prefixed(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
