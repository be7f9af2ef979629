import type { Provenance } from '@blurcycle/experiment';
import { formatBytes, formatDuration, formatList } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';

/** The commit as a reader needs it: short, and whether the sources were those of the commit. */
export function describeCommit({ gitCommit, gitDirty }: Provenance): string {
  if (gitCommit === null) return 'no commit (not a git checkout)';
  return `${gitCommit.slice(0, 9)}, ${gitDirty === true ? 'with uncommitted changes' : 'clean'}`;
}

/** Processor, graphics card if there is one, back-end and threads. */
export function describeMachine({ cpu, gpu, backend, threads }: Provenance): string {
  const cores = `${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}`;
  const device = gpu === null ? '' : `, ${gpu}`;
  return `${cpu.model} (${cores})${device}, back-end ${backend}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** How something was made: the line below a table or figure, with the whole record to unfold. */
export function provenanceLine(
  provenance: Provenance,
  { seeds, trainingSeconds }: { readonly seeds: readonly number[]; readonly trainingSeconds: number },
): Html {
  const { command, createdAt, versions, sourceHash, peakMemoryBytes, wallSeconds } = provenance;
  const list = formatList(seeds.map(String));
  const entries: readonly (readonly [string, string])[] = [
    ['command', command],
    ['commit', describeCommit(provenance)],
    ['made', createdAt],
    ['seeds', list === '' ? 'none (nothing trained)' : list],
    ['training', formatDuration(trainingSeconds)],
    ['evaluation', formatDuration(wallSeconds)],
    ['peak memory', formatBytes(peakMemoryBytes)],
    ['machine', describeMachine(provenance)],
    ['versions', formatList(Object.entries(versions).map(([name, version]) => `${name} ${version}`))],
    ['hash of the sources', sourceHash],
  ];
  return html`<details class="made">
    <summary>
      <span class="made-label">How it was made</span> <code>${command}</code>, commit
      ${describeCommit(provenance)},
      ${list === '' ? 'no seed' : `${seeds.length === 1 ? 'seed' : 'seeds'} ${list}`},
      ${formatDuration(trainingSeconds + wallSeconds)}, ${provenance.cpu.model}
    </summary>
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
