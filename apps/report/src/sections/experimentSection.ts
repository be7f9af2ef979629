import type { Table } from '@blurcycle/experiment';
import type { RenderedChart } from '../charts/renderChart.ts';
import { dataLink } from '../html/dataLink.ts';
import { formatList } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { ExperimentInput, RunInput } from '../inputs/readResults.ts';
import { chartFigure } from './chartFigure.ts';
import { claimList } from './claimList.ts';
import { provenanceLine } from './provenanceLine.ts';
import { resultTable } from './resultTable.ts';

/** What the section of one table or figure of the paper shows. */
export interface ExperimentParts {
  readonly experiment: ExperimentInput;
  /** The training runs behind it. */
  readonly runs: readonly RunInput[];
  readonly scoreCharts: readonly RenderedChart[];
  readonly volumes: readonly Html[];
}

/** One table or figure of the paper: verdicts, numbers, charts, volumes, and how all that was made. */
export function experimentSection({ experiment, runs, scoreCharts, volumes }: ExperimentParts): Html {
  const { id, table, csv } = experiment;
  const made = provenanceLine(table.provenance, {
    seeds: [...new Set(runs.map(({ record }) => record.seed))].sort((a, b) => a - b),
    trainingSeconds: runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0),
  });
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <p class="eyebrow">${table.place}</p>
    <h2 id="${id}-title">${table.title}</h2>
    <p class="lede">${verdictSentence(table)}</p>
    ${claimList(table.claims)} ${resultTable(table)} ${made}
    <p class="tools">
      ${dataLink('table.json', `${id}.json`, 'application/json', `${JSON.stringify(table, null, 2)}\n`)}${
        csv === null ? null : dataLink('table.csv', `${id}.csv`, 'text/csv', csv)
      }
    </p>
    ${
      scoreCharts.length === 0
        ? null
        : html`<h3>Scores</h3>
            <p class="key">
              Filled: ours, with the 95 % interval. <span class="diamond" aria-hidden="true">◇</span> Hollow:
              the paper.
            </p>
            <div class="charts">${scoreCharts.map(chartFigure)}</div>
            ${made}`
    }
    ${
      volumes.length === 0
        ? null
        : html`<h3>Volumes</h3>
            ${volumes.map((figure) => html`${figure}${made}`)}`
    }
  </section>`;
}

function verdictSentence({ claims }: Table): string {
  const count = (verdict: string): number => claims.filter((claim) => claim.verdict === verdict).length;
  if (claims.length === 0) return 'The paper makes no claim here that a rule could judge.';
  const parts = (['reproduced', 'not reproduced', 'undecided'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  return `Of ${claims.length} ${claims.length === 1 ? 'claim' : 'claims'}: ${formatList(parts)}.`;
}
