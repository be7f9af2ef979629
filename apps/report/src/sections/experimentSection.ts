import type { ClaimResult, Table } from '@blurcycle/experiment';
import { METRIC_NAMES } from '@blurcycle/metrics';
import type { RenderedChart } from '../charts/renderChart.ts';
import { dataLink, type ImageStore } from '../html/embed.ts';
import { formatDifference, formatList, formatNumber } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import type { ExperimentInput, RunInput } from '../inputs/readResults.ts';
import { shownMetric } from '../model/metrics.ts';
import { blockFigures } from './blockFigures.ts';
import { chartFigure } from './chartFigure.ts';
import { madeBrief, provenanceLine, sectionHead } from './frame.ts';
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
}

/** A table or figure of the paper: verdicts, numbers, charts, volumes and provenance. */
export function experimentSection({ experiment, runs, figures, images }: ExperimentParts): Html {
  const { id, table, csv, blocks } = experiment;
  const hasPaper = table.rows.some(({ paper }) => paper !== null);
  const cost = {
    seeds: [...new Set(runs.map(({ record }) => record.seed))].sort((a, b) => a - b),
    trainingSeconds: runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0),
  };
  const frame = { reference: table.place, made: madeBrief(table.provenance, cost, `${id}-made`) };
  return html`<section id="${id}" aria-labelledby="${id}-title">
    ${sectionHead(id, table.place, table.title)}
    <p class="lede">${verdictSentence(table)}</p>
    ${claimList(table.claims)} ${table.rows.length === 0 ? null : resultTable(table)}
    ${provenanceLine(table.provenance, cost, `${id}-made`)}
    <p class="tools">
      ${dataLink('table.json', `${id}.json`, 'application/json', `${JSON.stringify(table, null, 2)}\n`)}${
        csv === null ? null : dataLink('table.csv', `${id}.csv`, 'text/csv', csv)
      }
    </p>
    ${
      figures.scores.length === 0
        ? null
        : html`<h3>Scores</h3>
            <p class="key">
              Filled: ours, with the 95 %
              interval.${hasPaper ? html` <span aria-hidden="true">◇</span> Hollow: the paper.` : null}
            </p>
            <div class="charts">${figures.scores.map((chart) => chartFigure(chart, frame))}</div>`
    }
    ${
      blocks.length === 0
        ? null
        : html`<h3>${blocks.length === 1 ? 'Figure' : 'Figures'}</h3>
            <div class="blocks">
              ${blockFigures(blocks, { experiment: id, curves: figures.curves, images, frame })}
            </div>`
    }
  </section>`;
}

function verdictSentence({ claims }: Table): string {
  const count = (verdict: string): number =>
    claims.filter((claim) => claim.verdict === verdict).length;
  if (claims.length === 0) return 'No claim of the paper is judged here.';
  const parts = (['reproduced', 'not reproduced', 'undecided'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  return `Of ${claims.length} ${claims.length === 1 ? 'claim' : 'claims'}: ${formatList(parts)}.`;
}

const CLASSES = { reproduced: 'yes', 'not reproduced': 'no', undecided: 'open' } as const;
const MARKS = { reproduced: '✓', 'not reproduced': '✗', undecided: '?' } as const;

/** The verdict on each claim, with the rule that was fixed in advance and the measured value. */
function claimList(claims: readonly ClaimResult[]): Html | null {
  if (claims.length === 0) return null;
  return html`<ul class="claims">
    ${claims.map(claimItem)}
  </ul>`;
}

function claimItem(claim: ClaimResult): Html {
  return html`<li class="${CLASSES[claim.verdict]}">
    <span class="verdict"
      ><span aria-hidden="true">${MARKS[claim.verdict]}</span> ${claim.verdict}</span
    >
    <div>
      <p>${capitalized(claim.text)}.</p>
      <p class="rule">
        Rule <code>${claim.rule}</code>:
        ${measuredValue(claim)}${claim.note === undefined ? null : `; ${claim.note}`}.
      </p>
    </div>
  </li>`;
}

function measuredValue({ rule, value, low, high }: ClaimResult): string {
  if (value === null) return 'no value';
  const metric = METRIC_NAMES.find((name) => rule.includes(`${name}(`));
  const { digits, unit: bareUnit } = shownMetric(metric ?? rule);
  const unit = bareUnit === null ? '' : ` ${bareUnit}`;
  const number = `${rule.includes('abs(') ? formatNumber(value, digits) : formatDifference(value, digits)}${unit}`;
  if (low === null || high === null) return `${number}, no interval`;
  return `${number}, 95 % interval ${formatNumber(low, digits)} to ${formatNumber(high, digits)}${unit}`;
}

function capitalized(text: string): string {
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(/\.$/, '');
}
