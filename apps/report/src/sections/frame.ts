import { formatSeconds } from '@blurcycle/core';
import type { Provenance } from '@blurcycle/experiment';
import { formatBytes, formatList } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';

/** The head of a section: its reference (`Table I`), a link to the contents, its heading. */
export function sectionHead(id: string, reference: string, title: string): Html {
  return html`<p class="eyebrow">${reference} <a class="back" href="#contents">Contents</a></p>
    <h2 id="${id}-title">${title}</h2>`;
}

/** A link to a figure or claim itself, to copy; the script copies it on a click. */
export function selfLink(id: string, what: string): Html {
  return html`<a class="self" href="#${id}" aria-label="Link to ${what}">#</a>`;
}

/** What the figures of a section have in common. */
export interface FigureFrame {
  /** `Table I`, say: together with the title it names a figure uniquely. */
  readonly reference: string;
  /** A line below the figure; null where the section says how all of its figures were made. */
  readonly made: Html | null;
}

/** A duration: `4.2 s`, `42 s`, `9 min 30 s`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  return formatSeconds(seconds, 1);
}

/** The commit, abbreviated, and whether the sources had uncommitted changes. */
export function describeCommit({
  gitCommit,
  gitDirty,
}: Pick<Provenance, 'gitCommit' | 'gitDirty'>): string {
  if (gitCommit === null) return 'no commit (not a git checkout)';
  return `${gitCommit.slice(0, 9)} (${gitDirty === true ? 'with uncommitted changes' : 'clean'})`;
}

/** Processor, graphics card if any, back-end and threads. */
export function describeMachine({ cpu, gpu, backend, threads }: Provenance): string {
  const cores = `${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}`;
  const device = gpu === null ? '' : `, ${gpu}`;
  return `${cpu.model} (${cores})${device}, back-end ${backend}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** How a table was made, and what the training runs behind it took. */
interface Making {
  readonly place: string;
  readonly provenance: Provenance;
  readonly seeds: readonly number[];
  readonly trainingSeconds: number;
}

/**
 * How the tables of a section were made: one line that unfolds to their records.
 *
 * @param id - Id of the element.
 */
export function provenanceLines(tables: readonly Making[], id: string): Html {
  const [first] = tables;
  const isOne = tables.every((one) => describeSource(one) === describeSource(first));
  const commands = formatList(tables.map(({ provenance }) => provenance.command));
  return html`<details class="made" id="${id}">
    <summary>
      <span class="made-label">How it was made</span>
      ${
        isOne
          ? html`<code>${commands}</code>, ${describeSource(first)}`
          : tables.map(
              (one, i) =>
                html`${i === 0 ? '' : '; '}<code>${one.provenance.command}</code>,
                ${describeSource(one)}`,
            )
      }
    </summary>
    ${tables.map(
      (one) =>
        html`${tables.length === 1 ? null : html`<p class="made-place">${one.place}</p>`}
          <dl>
            ${entriesOf(one).map(
              ([term, value]) =>
                html`<div>
                  <dt>${term}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>`,
    )}
  </details>`;
}

function entriesOf({
  provenance,
  seeds,
  trainingSeconds,
}: Making): readonly (readonly [string, string])[] {
  const { command, createdAt, versions, sourceHash, peakMemoryBytes, wallSeconds } = provenance;
  return [
    ['command', command],
    ['commit', describeCommit(provenance)],
    ['made', createdAt],
    ['seeds', seeds.length === 0 ? 'none (nothing trained)' : formatList(seeds.map(String))],
    ['training', formatDuration(trainingSeconds)],
    ['evaluation', formatDuration(wallSeconds)],
    ['peak memory', formatBytes(peakMemoryBytes)],
    ['machine', describeMachine(provenance)],
    [
      'versions',
      formatList(Object.entries(versions).map(([name, version]) => `${name} ${version}`)),
    ],
    ...(sourceHash === undefined ? [] : [['hash of the sources', sourceHash] as const]),
  ];
}

/** What tables of one section mostly have in common: commit, seeds, machine. */
function describeSource({ provenance, seeds }: Making): string {
  const { cpu } = provenance;
  const words =
    seeds.length === 0
      ? 'no seed'
      : `${seeds.length === 1 ? 'seed' : 'seeds'} ${formatList(seeds.map(String))}`;
  const machine = `${cpu.model} (${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'})`;
  return `commit ${describeCommit(provenance)}, ${words}, ${machine}`;
}
