import { html, type Html } from '../html/html.ts';
import { formatCount, formatList } from '../html/format.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { splitRuns, variantOf } from '../model/groups.ts';

type Settings = RunInput['record']['settings'];

/** Settings that tell apart what the tables below name anyway. */
const IDENTITY: readonly string[] = ['method.id', 'method.label', 'dataset.seed'];

/** Every setting by its path: `training.optimizer.decayFrom` to `0.5`. */
function flatSettings(settings: Settings): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const visit = (path: string, value: unknown): void => {
    if (IDENTITY.includes(path)) return;
    if (value === null) flat.set(path, 'none');
    else if (typeof value !== 'object') flat.set(path, `${value as string | number | boolean}`);
    else if (Array.isArray(value)) flat.set(path, value.length === 0 ? 'none' : value.join(', '));
    else
      for (const [name, part] of Object.entries(value)) {
        visit(path === '' ? name : `${path}.${name}`, part);
      }
  };
  visit('', settings);
  return flat;
}

/** Runs that differ in their seeds alone. */
interface Variant {
  readonly id: string;
  readonly label: string;
  readonly method: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly seeds: string;
  readonly dataSeeds: string;
}

function variantsOf(runs: readonly RunInput[]): readonly Variant[] {
  const groups = new Map<string, RunInput['record'][]>();
  for (const { record } of runs) {
    groups.set(variantOf(record), [...(groups.get(variantOf(record)) ?? []), record]);
  }
  return [...groups].map(([id, records]) => {
    const [{ settings, method }] = records;
    const dataSeeds = records.map(({ settings: { dataset } }) =>
      'seed' in dataset ? dataset.seed : null,
    );
    return {
      ...{ id, method, label: settings.method.label, settings: flatSettings(settings) },
      seeds: seedList(records.map(({ seed }) => seed)),
      dataSeeds: seedList(dataSeeds.filter((seed) => typeof seed === 'number')),
    };
  });
}

/** `0 to 4` for consecutive seeds, `0, 2 and 5` for others. */
function seedList(seeds: readonly number[]): string {
  const sorted = [...new Set(seeds)].sort((a, b) => a - b);
  if (sorted.length === 0) return '–';
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  const isWhole = sorted.length > 2 && last - first === sorted.length - 1;
  return isWhole ? `${first} to ${last}` : formatList(sorted.map(String));
}

/**
 * All settings of all runs, read from their records: what differs between the methods, what is the
 * same for all of them, and what each variant changes.
 */
export function settingsTables(runs: readonly RunInput[]): Html {
  const { main, further } = splitRuns(runs);
  const methods = variantsOf(main);
  const variants = variantsOf(further);
  const names = [...new Set(methods.flatMap(({ settings }) => [...settings.keys()]))].filter(
    (name) => !repeatsFirstStage(name, methods),
  );
  const valueOf = ({ settings }: Variant, name: string): string => settings.get(name) ?? '–';
  const isSame = (name: string): boolean =>
    methods.every((one) => valueOf(one, name) === valueOf(methods[0], name));
  const differing = names.filter((name) => !isSame(name));
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['seeds', methods.map(({ seeds }) => seeds)],
    ['seeds of the data', methods.map(({ dataSeeds }) => dataSeeds)],
    ...differing.map((name) => [name, methods.map((one) => valueOf(one, name))] as const),
  ];
  return html`<h3>What differs between the methods</h3>
    ${table(
      'What differs between the methods',
      ['Setting', ...methods.map(({ label }) => label)],
      rows.map(([name, values]) => [name, ...values]),
    )}
    <details class="data">
      <summary>
        What is the same for all of them (${names.length - differing.length} settings)
      </summary>
      ${table(
        'Settings of all methods',
        ['Setting', 'Value'],
        names.filter(isSame).map((name) => [name, valueOf(methods[0], name)]),
      )}
    </details>
    ${
      variants.length === 0
        ? null
        : html`<details class="data">
            <summary>What each of ${formatCount(variants.length)} variants changes</summary>
            ${table(
              'What each variant changes',
              ['Variant', 'Seeds', 'Settings unlike those of its method'],
              variants.map((one) => [one.id, one.seeds, changes(one, methods)]),
            )}
          </details>`
    }`;
}

/** What the first run of a method of two stages has in common with the method that it is of. */
const FIRST_STAGE = 'first.';

/** Whether a setting of first stages is, wherever there is one, that of the method it trains. */
function repeatsFirstStage(name: string, methods: readonly Variant[]): boolean {
  if (!name.startsWith(FIRST_STAGE)) return false;
  const own = name.slice(FIRST_STAGE.length);
  if (IDENTITY.includes(own)) return true;
  return methods.every(({ settings }) => {
    const base = methods.find(({ id }) => id === settings.get('method.kernelFrom'));
    return !settings.has(name) || base?.settings.get(own) === settings.get(name);
  });
}

function changes({ method, settings }: Variant, methods: readonly Variant[]): string {
  const base = methods.find(({ id }) => id === method) ?? methods[0];
  const found = [...settings].filter(([name, value]) => base.settings.get(name) !== value);
  const whose = base.id === method ? '' : `compared with ${base.label}: `;
  return found.length === 0
    ? 'none'
    : whose + found.map(([name, value]) => `${name} ${value}`).join('; ');
}

function table(name: string, heads: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
    <table class="plain settings">
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col" class="words">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...cells]) =>
            html`<tr>
              <th scope="row"><code>${first}</code></th>
              ${cells.map((cell) => html`<td class="words">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
