import type { Table } from '@blurcycle/experiment';
import type { RenderedChart } from '../charts/renderChart.ts';
import { dataLink } from '../html/dataLink.ts';
import { formatList } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { ExperimentInput, RunInput } from '../inputs/readResults.ts';
import type { ImageStore } from '../model/imageStore.ts';
import { blockFigures } from './blockFigures.ts';
import { chartFigure } from './chartFigure.ts';
import { claimList } from './claimList.ts';
import { madeBrief, provenanceLine } from './provenanceLine.ts';
import { resultTable } from './resultTable.ts';
import { sectionHead } from './sectionHead.ts';

/** Charts of one experiment, drawn. */
export interface ExperimentFigures {
  /** The scores of the table. */
  readonly scores: readonly RenderedChart[];
  /** Id of a block of curves to its chart. */
  readonly curves: ReadonlyMap<string, RenderedChart>;
}

/** What the section of one table or figure of the paper shows. */
export interface ExperimentParts {
  readonly experiment: ExperimentInput;
  /** The training runs behind it. */
  readonly runs: readonly RunInput[];
  readonly figures: ExperimentFigures;
  /** Store of the page for stacks of images. */
  readonly images: ImageStore;
}

/**
 * One table or figure of the paper: verdicts, numbers, charts, volumes, and how all that was made.
 */
export function experimentSection({ experiment, runs, figures, images }: ExperimentParts): Html {
  const { id, table, csv, blocks } = experiment;
  const hasPaper = table.rows.some(({ paper }) => paper !== null);
  const cost = {
    seeds: [...new Set(runs.map(({ record }) => record.seed))].sort((a, b) => a - b),
    trainingSeconds: runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0),
  };
  const frame = { place: table.place, made: madeBrief(table.provenance, cost, `${id}-made`) };
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
