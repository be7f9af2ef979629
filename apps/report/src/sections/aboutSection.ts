import { formatList } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { ReportInputs } from '../inputs/readResults.ts';
import { describeCommit, describeMachine } from './frame.ts';

/** The last day on which a result was made, from the records; undefined without results. */
export function lastDay({
  experiments,
  runs,
}: Pick<ReportInputs, 'experiments' | 'runs'>): string | undefined {
  return daysOf({ experiments, runs }).at(-1);
}

/**
 * What built the page, and when and on which machines its results were made. All but the builder is
 * from the records: there is no date of the page itself, so the same results give the same bytes.
 */
export function aboutSection(inputs: ReportInputs): Html {
  const { profile, experiments, runs, builder } = inputs;
  const days = daysOf(inputs);
  const made = [...experiments.map(({ table }) => table), ...runs.map(({ record }) => record)].map(
    ({ provenance }) => provenance,
  );
  const counted = (names: readonly string[]): string =>
    formatList(
      [...new Set(names)].map(
        (name) => `${name} (${names.filter((other) => other === name).length})`,
      ),
    );
  const entries: readonly (readonly [string, string])[] = [
    ...(builder === undefined
      ? []
      : [
          [
            'page',
            `blurcycle ${builder.version}, commit ${describeCommit({ gitCommit: builder.git.commit, gitDirty: builder.git.dirty })}, Node ${builder.node}`,
          ] as const,
        ]),
    [
      'results',
      `profile ${profile}, made from ${days[0] ?? '–'} to ${days.at(-1) ?? '–'}, ${experiments.length} tables and figures, ${runs.length} training runs`,
    ],
    ['commits', counted(made.map(describeCommit))],
    [
      'machines of the runs',
      counted(runs.map(({ record: { provenance } }) => describeMachine(provenance))),
    ],
    ['Node of the runs', counted(runs.map(({ record }) => record.provenance.versions.node))],
  ];
  return html`<footer id="about" aria-labelledby="about-title">
    <h2 id="about-title">About this page</h2>
    <dl>
      ${entries
        .filter(([, value]) => value !== '')
        .map(
          ([term, value]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
    </dl>
    <p class="note">
      Numbers in parentheses count results. How each section was made stands at its end.
    </p>
    <p class="note">
      A stack of your own: where this report is published,
      <a href="web/index.html">a page</a> beside it deconvolves it in the browser and uploads
      nothing; <code>npx nx run web:build</code> makes that page.
    </p>
  </footer>`;
}

/** Days on which results were made, in order. */
function daysOf({ experiments, runs }: Pick<ReportInputs, 'experiments' | 'runs'>): string[] {
  return [...experiments.map(({ table }) => table), ...runs.map(({ record }) => record)]
    .map(({ provenance }) => provenance.createdAt.slice(0, 10))
    .sort();
}
