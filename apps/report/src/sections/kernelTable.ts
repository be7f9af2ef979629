import { formatSignificant } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';

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
