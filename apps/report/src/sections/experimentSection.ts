import { capitalize } from '@blurcycle/core';
import { CLAIM_KINDS, type ClaimResult, describeTallies, type Table } from '@blurcycle/experiment';
import type { MethodStyle } from '../charts/methodColors.ts';
import type { RenderedChart } from '../charts/renderChart.ts';
import { dataLink, type ImageStore } from '../html/embed.ts';
import { formatNumber } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { ExperimentInput, RunInput } from '../inputs/readResults.ts';
import { claimAnchor, claimMetric, measured } from '../model/claims.ts';
import { hasOwnScores, withoutRepeats } from '../model/homes.ts';
import { blockFigures } from './blockFigures.ts';
import { chartFigure } from './chartFigure.ts';
import { provenanceLines, sectionHead, selfLink } from './frame.ts';
import { resultTable } from './resultTable.ts';

/** The drawn charts of an experiment. */
export interface ExperimentFigures {
  /** The scores of the table. */
  readonly scores: readonly RenderedChart[];
  /** Id of a block of curves to its chart. */
  readonly curves: ReadonlyMap<string, RenderedChart>;
}

/** What the section of a table or figure shows. */
interface ExperimentParts {
  readonly experiment: ExperimentInput;
  /** The training runs that it uses. */
  readonly runs: readonly RunInput[];
  readonly figures: ExperimentFigures;
  /** Image store of the page, for stacks. */
  readonly images: ImageStore;
  /** Id of a method to its style. */
  readonly styles: ReadonlyMap<string, MethodStyle>;
  /** What else the numbers say, computed from them. */
  readonly findings: readonly string[];
  /** Experiments whose figures stand inside the section. */
  readonly guests: readonly ExperimentParts[];
}

/**
 * A table or figure of the paper: verdicts, numbers, charts, volumes and how they were made. The
 * figures come first where the paper has no numbers; those of guests stand at the end.
 */
export function experimentSection(parts: ExperimentParts): Html {
  const { experiment, figures, guests } = parts;
  const { id, table, csv } = experiment;
  const hasPaper = table.rows.some(({ paper }) => paper !== null);
  const frame = { reference: table.place, made: null };
  const scores =
    figures.scores.length === 0
      ? null
      : html`<h3>Scores</h3>
          <p class="key">
            Large dot: our mean with its 95 % interval; small dots: single
            seeds.${hasPaper ? html` <span aria-hidden="true">◇</span> Hollow: the paper.` : null}
          </p>
          <div class="charts">${figures.scores.map((chart) => chartFigure(chart, frame))}</div>`;
  const numbers = html`${table.rows.length === 0 ? null : resultTable(table)}
    <p class="tools">
      ${dataLink('table.json', `${id}.json`, 'application/json', `${JSON.stringify(table, null, 2)}\n`)}${
        csv === null ? null : dataLink('table.csv', `${id}.csv`, 'text/csv', csv)
      }
    </p>
    ${scores}`;
  const blocks = blocksOf(
    parts,
    withoutRepeats(
      experiment,
      guests.map((one) => one.experiment),
    ),
  );
  return html`<section id="${id}" aria-labelledby="${id}-title">
    ${sectionHead(id, table.place, table.title)}
    <p class="lede">${verdictSentence(table)}</p>
    ${findingsList(parts)} ${hasPaper ? null : blocks} ${claimList(id, table.claims)} ${numbers}
    ${hasPaper ? blocks : null} ${guests.map((guest) => guestSection(guest, experiment))}
    ${made([parts, ...guests])}
  </section>`;
}

/**
 * The figures of an experiment whose numbers stand in the table of its host; scores of its own,
 * from fewer runs or of another time, are to unfold.
 */
function guestSection(parts: ExperimentParts, host: ExperimentInput): Html {
  const { id, table, blocks } = parts.experiment;
  const seeds = new Set(parts.runs.map(({ record }) => record.seed)).size;
  return html`<section id="${id}" class="guest" aria-label="${table.place}: ${table.title}">
    <p class="eyebrow">${table.place}</p>
    <h3 id="${id}-title">${table.title}</h3>
    ${blocksOf(parts, blocks)}
    ${
      hasOwnScores(host, parts.experiment)
        ? html`<details class="fold">
            <summary>
              These volumes are not of the runs of the table above: their scores, over
              ${seeds === 1 ? '1 seed' : `${seeds} seeds`}
            </summary>
            ${resultTable(table)}
          </details>`
        : null
    }
  </section>`;
}

function blocksOf(
  { experiment: { id, table }, figures, images, styles }: ExperimentParts,
  blocks: ExperimentInput['blocks'],
): Html | null {
  if (blocks.length === 0) return null;
  const methodOf = (row: string): string | undefined =>
    table.rows.find((one) => one.id === row)?.method ?? (styles.has(row) ? row : undefined);
  const styleOf = (row: string): MethodStyle | undefined =>
    styles.get(row) ?? styles.get(methodOf(row) ?? row);
  const frame = { reference: table.place, made: null };
  const isTurning = id === 'table1';
  return html`<div class="blocks">
    ${blockFigures(blocks, { experiment: id, curves: figures.curves, images, styleOf, methodOf, isTurning, frame })}
  </div>`;
}

/** How the numbers and figures of a section were made, once: those of its guests, too. */
function made(all: readonly ExperimentParts[]): Html {
  const entries = all.map(({ experiment: { table }, runs }) => ({
    place: table.place,
    provenance: table.provenance,
    seeds: [...new Set(runs.map(({ record }) => record.seed))].sort((a, b) => a - b),
    trainingSeconds: runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0),
  }));
  return provenanceLines(entries, `${all[0].experiment.id}-made`);
}

function findingsList({ findings }: ExperimentParts): Html | null {
  return findings.length === 0
    ? null
    : html`<ul class="findings">
        ${findings.map((finding) => html`<li>${finding}</li>`)}
      </ul>`;
}

function verdictSentence({ claims }: Table): string {
  if (claims.length === 0) return 'No claim of the paper is judged here.';
  return describeTallies(claims).join(' ');
}

const CLASSES = { reproduced: 'yes', 'not reproduced': 'no', undecided: 'open' } as const;
const MARKS = { reproduced: '✓', 'not reproduced': '✗', undecided: '?' } as const;

/** The verdict on each claim, with the rule that was fixed in advance and the measured value. */
function claimList(experiment: string, claims: readonly ClaimResult[]): Html | null {
  if (claims.length === 0) return null;
  return html`<ul class="claims">
    ${claims.map((claim) => claimItem(experiment, claim, claims))}
  </ul>`;
}

function claimItem(experiment: string, claim: ClaimResult, all: readonly ClaimResult[]): Html {
  return html`<li id="${claimAnchor(experiment, claim.id)}" class="${CLASSES[claim.verdict]}">
    <span class="verdict"
      ><span aria-hidden="true">${MARKS[claim.verdict]}</span> ${claim.verdict}</span
    >
    <div>
      <p>
        ${sentence(claim.text)}.${standing(claim, all)}
        ${selfLink(claimAnchor(experiment, claim.id), `the claim ${claim.id}`)}
      </p>
      <p class="rule">
        Rule <code>${claim.rule}</code>:
        ${measuredValue(claim)}${claim.note === undefined ? null : `; ${claim.note}`}.
      </p>
    </div>
  </li>`;
}

/** What kind of claim it is, and how strictly it is judged; nothing in tables without kinds. */
function standing({ kind, family }: ClaimResult, all: readonly ClaimResult[]): Html | null {
  if (kind === undefined) return null;
  const { length } = all.filter((claim) => claim.family === family);
  const test =
    family === null || family === undefined
      ? 'judged alone'
      : `one of ${length} judged together, with corrected p`;
  return html` <span class="note standing">${CLAIM_KINDS[kind].word}, ${test}</span>`;
}

function measuredValue(claim: ClaimResult): string {
  const { value, low, high } = claim;
  if (value === null) return 'no value';
  const { digits, unit: bareUnit } = claimMetric(claim);
  const unit = bareUnit === null ? '' : ` ${bareUnit}`;
  const shown = measured(claim, value, digits);
  if (low === null || high === null) return `${shown}${unit}, no interval`;
  const interval = `${formatNumber(low, digits)} to ${formatNumber(high, digits)}${unit}`;
  return [`${shown}${unit}`, `95 % interval ${interval}${overWhat(claim)}`, ...tested(claim)].join(
    ', ',
  );
}

/** ` over 5 seeds`; nothing in tables that do not tell. */
function overWhat({ n, over, volumes }: ClaimResult): string {
  if (n === undefined || over === undefined) return '';
  const shared = volumes === undefined ? '' : ` and the ${volumes} volumes that they share`;
  return ` over ${n} ${n === 1 ? over.slice(0, -1) : over}${shared}`;
}

function tested({ p, pAdjusted, seedsNeeded }: ClaimResult): string[] {
  const known = (value: number | string | null | undefined): value is number | string =>
    value !== null && value !== undefined;
  return [
    ...(known(p) ? [`p ${formatProbability(p)}`] : []),
    ...(known(pAdjusted) ? [`corrected ${formatProbability(pAdjusted)}`] : []),
    ...(known(seedsNeeded) ? [`${seedsNeeded} seeds would decide it`] : []),
  ];
}

function formatProbability(p: number): string {
  return p < 0.001 ? 'below 0.001' : formatNumber(p, 3);
}

/** A claim as the beginning of a paragraph, which ends it itself. */
function sentence(text: string): string {
  return capitalize(text).replace(/\.$/, '');
}
