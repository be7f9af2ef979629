import type { Provenance } from '@blurcycle/experiment';
import { formatBytes, formatDuration, formatList } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';

/** Where a section stands, its heading, and the way back to the contents. */
export function sectionHead(id: string, place: string, title: string): Html {
  return html`<p class="eyebrow">${place} <a class="back" href="#contents">Contents</a></p>
    <h2 id="${id}-title">${title}</h2>`;
}

/** What every figure of a section is set in. */
export interface FigureFrame {
  /** The section's place in the paper or on the page: with the title it tells figures apart. */
  readonly place: string;
  /** The line below: how the figure was made. */
  readonly made: Html;
}

/** The commit as a reader needs it: short, and whether the sources were those of the commit. */
export function describeCommit({ gitCommit, gitDirty }: Provenance): string {
  if (gitCommit === null) return 'no commit (not a git checkout)';
  return `${gitCommit.slice(0, 9)} (${gitDirty === true ? 'with uncommitted changes' : 'clean'})`;
}

/** Processor, graphics card if there is one, back-end and threads. */
export function describeMachine({ cpu, gpu, backend, threads }: Provenance): string {
  const cores = `${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}`;
  const device = gpu === null ? '' : `, ${gpu}`;
  return `${cpu.model} (${cores})${device}, back-end ${backend}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** What the training behind something took. */
export interface TrainingCost {
  readonly seeds: readonly number[];
  readonly trainingSeconds: number;
}

/**
 * How a table was made, in one line, with the whole record to unfold.
 *
 * @param id - Place that the lines below figures point to.
 */
export function provenanceLine(provenance: Provenance, cost: TrainingCost, id: string): Html {
  const { command, createdAt, versions, sourceHash, peakMemoryBytes, wallSeconds } = provenance;
  const entries: readonly (readonly [string, string])[] = [
    ['command', command],
    ['commit', describeCommit(provenance)],
    ['made', createdAt],
    [
      'seeds',
      cost.seeds.length === 0 ? 'none (nothing trained)' : formatList(cost.seeds.map(String)),
    ],
    ['training', formatDuration(cost.trainingSeconds)],
    ['evaluation', formatDuration(wallSeconds)],
    ['peak memory', formatBytes(peakMemoryBytes)],
    ['machine', describeMachine(provenance)],
    [
      'versions',
      formatList(Object.entries(versions).map(([name, version]) => `${name} ${version}`)),
    ],
    ['hash of the sources', sourceHash],
  ];
  return html`<details class="made" id="${id}">
    <summary><span class="made-label">How it was made</span> ${inShort(provenance, cost)}</summary>
    <dl>
      ${entries.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
}

/** The line below a figure: how it was made, and where the whole record stands. */
export function madeBrief(provenance: Provenance, cost: TrainingCost, recordId: string): Html {
  return html`<p class="made-brief">
    <a href="#${recordId}">How it was made</a> ${inShort(provenance, cost)}
  </p>`;
}

function inShort(provenance: Provenance, { seeds, trainingSeconds }: TrainingCost): Html {
  const words =
    seeds.length === 0
      ? 'no seed'
      : `${seeds.length === 1 ? 'seed' : 'seeds'} ${formatList(seeds.map(String))}`;
  const seconds = trainingSeconds + provenance.wallSeconds;
  return html`<code>${provenance.command}</code>, commit ${describeCommit(provenance)}, ${words},
    ${formatDuration(seconds)}, ${provenance.cpu.model} (${provenance.cpu.cores}
    ${provenance.cpu.cores === 1 ? 'core' : 'cores'})`;
}
