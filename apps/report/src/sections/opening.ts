import { CLAIM_KINDS, type Table, tallyClaims } from '@blurcycle/experiment';
import type { RenderedChart } from '../charts/renderChart.ts';
import type { MethodStyle } from '../charts/methodColors.ts';
import { jsonScript } from '../html/embed.ts';
import { html, type Html } from '../html/html.ts';
import type { ReportInputs } from '../inputs/readResults.ts';
import type { Problem } from '../model/findProblems.ts';
import { lastDay } from './aboutSection.ts';
import { chartFigure } from './chartFigure.ts';

/** Title of the paper that is reproduced. */
export const PAPER_TITLE = 'CycleGAN with a Blur Kernel for Deconvolution Microscopy';

/** What the report is about. */
export function headerSection({ profile, experiments, runs }: ReportInputs): Html {
  const day = lastDay({ experiments, runs });
  return html`<header>
    <p class="eyebrow">
      blurcycle, profile <b>${profile}</b>${day === undefined ? null : html`, results up to ${day}`}
      <a class="back" href="#about">About this page</a>
    </p>
    <h1>${PAPER_TITLE}</h1>
    <p class="lede">
      A reproduction of Lim et al., IEEE Transactions on Computational Imaging 6, 1127–1138 (2020):
      the paper’s values beside ours, and how each number was made.
    </p>
  </header>`;
}

const WORDS: Readonly<Record<Problem['kind'], string>> = {
  failed: 'Failed',
  missing: 'Missing',
  damaged: 'Unreadable',
  stale: 'Stale',
  dirty: 'Uncommitted',
};

/** Warnings at the top of the page; null if all is well. */
export function bannerSection(problems: readonly Problem[]): Html | null {
  if (problems.length === 0) return null;
  return html`<aside class="banner" aria-label="Warnings">
    <p>
      <strong>Read with care.</strong>
      ${problems.length === 1 ? 'There is 1 problem' : `There are ${problems.length} problems`}:
    </p>
    <ul>
      ${problems.map(({ kind, text }) => html`<li><span class="tag">${WORDS[kind]}</span> ${text}</li>`)}
    </ul>
  </aside>`;
}

/** The charts that a reader sees first, each with a link to its experiment; null without any. */
export function openingFigures(
  experiments: ReportInputs['experiments'],
  charts: ReadonlyMap<string, readonly RenderedChart[]>,
): Html | null {
  if (charts.size === 0) return null;
  return html`<section class="charts opening-charts" aria-label="First of all">
    ${experiments.map(({ id, table }) => {
      const made = html`<p class="made-brief">
        <a href="#${id}">${table.place}: claims, numbers and how it was made</a>
      </p>`;
      const reference = `First of all, ${table.place}`;
      return charts.get(id)?.map((chart) => chartFigure(chart, { reference, made }));
    })}
  </section>`;
}

/** An entry of the contents: a section of the page. */
export interface ContentsEntry {
  readonly id: string;
  readonly label: string;
  /** What it is about. */
  readonly title: string;
  readonly claims?: Table['claims'];
}

const TONES = { reproduced: 'yes', 'not reproduced': 'no', undecided: 'open' } as const;

/** Links to the sections, each with its title and the verdicts on its claims. */
export function contentsSection(entries: readonly ContentsEntry[]): Html {
  return html`<nav id="contents" aria-label="Contents">
    <ol>
      ${entries.map(
        ({ id, label, title, claims }) =>
          html`<li>
            <a href="#${id}">${label}</a>
            <span class="what"
              >${title}${claims === undefined ? null : html`<span class="tallies">${verdicts(claims)}</span>`}</span
            >
          </li>`,
      )}
    </ol>
  </nav>`;
}

/** The same links in short, beside a wide page; the script marks the current one. */
export function railSection(entries: readonly ContentsEntry[]): Html {
  return html`<nav class="rail" aria-label="Sections">
    <ol>
      ${entries.map(({ id, label }) => html`<li><a href="#${id}">${label}</a></li>`)}
    </ol>
  </nav>`;
}

function verdicts(claims: Table['claims']): readonly Html[] {
  return tallyClaims(claims).map(({ kind, verdicts: reached }) => {
    const word =
      kind === undefined ? null : html`<span class="tally-kind">${CLAIM_KINDS[kind].word}</span>`;
    return html` <span class="tally-group"
      >${word}${reached.map(
        ([verdict, count]) =>
          html` <span class="tally ${TONES[verdict]}">${count} ${verdict}</span>`,
      )}</span
    >`;
  });
}

/** Where the script puts a box for each method of the tables. */
export function filterSection(
  { experiments }: Pick<ReportInputs, 'experiments'>,
  styles: ReadonlyMap<string, MethodStyle>,
): Html | null {
  const labels = new Map<string, string>();
  for (const { table } of experiments) {
    for (const { id, label, method } of table.rows) {
      if (!labels.has(method) || id === method) labels.set(method, label);
    }
  }
  if (labels.size === 0) return null;
  const colorOf = (id: string): string[] => {
    const style = styles.get(id);
    return style === undefined ? [] : [style.light];
  };
  const ofMethods = [...labels.keys()].flatMap(colorOf);
  const rows = experiments.flatMap(({ table }) => table.rows);
  const methods = [...labels].map(([id, label]) => {
    const variants = rows.filter((row) => row.method === id).flatMap((row) => colorOf(row.id));
    const colors = [...colorOf(id), ...variants.filter((color) => !ofMethods.includes(color))];
    return { id, label: label.split(', known')[0], colors: [...new Set(colors)] };
  });
  return html`<div class="method-filter">${jsonScript('method-data', methods)}</div>`;
}
