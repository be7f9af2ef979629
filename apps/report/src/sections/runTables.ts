import { METRICS, type RunRecord } from '@blurcycle/experiment';
import { formatCount, formatSignificant } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';

/** Rules of `training.select` in words. */
const RULES: Readonly<Record<string, string>> = {
  last: 'last update',
  'best-validation-psnr': 'best PSNR',
  'best-cycle-residual': 'smallest cycle residual',
};

/**
 * Which weights each rule of selection would have taken, and what the validation volumes said of
 * them; the rule in force is marked. Nothing where no record tells.
 */
export function selectionTable(runs: readonly RunInput[]): Html | null {
  const told = runs
    .map(({ record }) => record)
    .filter(({ choices }) => Object.keys(choices).length > 0);
  if (told.length === 0) return null;
  const rules = [...new Set(told.flatMap(({ choices }) => Object.keys(choices)))];
  return html`<h3>Choice of weights</h3>
    <p class="note">
      Of the weights that were validated, those that each rule would have taken, with what the
      validation volumes said of them. The rule in force is set in bold; the test volumes have no
      part in it.
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
          ${told.map(
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
    <span class="values">${Object.entries(validation).map(measured).join(', ')}</span>
  </td>`;
}

function measured([name, value]: readonly [string, number]): string {
  const known = METRICS[name];
  if (known === undefined) {
    return `${name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()} ${formatSignificant(value, 3)}`;
  }
  const unit = known.unit === null ? '' : ` ${known.unit}`;
  return `${known.label} ${value.toFixed(known.digits)}${unit}`;
}

/**
 * What a record calls the figures of a kernel, in words; the true kernel's have `true` before their
 * name.
 */
const WORDS: readonly (readonly [name: string, words: string])[] = [
  ['sum', 'sum of the weights'],
  ['negativeMass', 'negative mass'],
  ['correlation', 'correlation with the true kernel'],
  ...(['Z', 'Y', 'X'] as const).flatMap((axis) => [
    [`centroidUm${axis}`, `centroid, ${axis.toLowerCase()} (µm)`] as const,
    [`fwhmUm${axis}`, `full width at half maximum, ${axis.toLowerCase()} (µm)`] as const,
  ]),
];

/**
 * What the learned blur kernels are like beside the true one, one column for each run that learned
 * one.
 */
export function kernelTable(runs: readonly RunInput[]): Html | null {
  const learned = runs.flatMap(({ record: { id, kernel } }) =>
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
                <th scope="row">${WORDS.find(([known]) => known === name)?.[1] ?? name}</th>
                <td>${told(trueName(name), ...learned.map(({ kernel }) => kernel))}</td>
                ${learned.map(({ kernel }) => html`<td>${told(name, kernel)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

type Kernel = Readonly<Record<string, number>>;

/**
 * Names of the properties, known ones first and in their order; those of the true kernel are its
 * column.
 */
function namesOf(kernels: readonly Kernel[]): readonly string[] {
  const found = new Set(kernels.flatMap((kernel) => Object.keys(kernel)));
  const known = WORDS.map(([name]) => name).filter(
    (name) => found.has(name) || found.has(trueName(name)),
  );
  const ofTruth = new Set(known.map(trueName));
  return [
    ...known,
    ...[...found].filter((name) => !known.includes(name) && !ofTruth.has(name)).sort(),
  ];
}

function trueName(name: string): string {
  return `true${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** The value of a property; of the true kernels of several runs all that differ. */
function told(name: string, ...kernels: readonly Kernel[]): string {
  const values = kernels
    .filter((kernel) => name in kernel)
    .map((kernel) => formatSignificant(kernel[name]));
  return values.length === 0 ? '–' : [...new Set(values)].join(' / ');
}
