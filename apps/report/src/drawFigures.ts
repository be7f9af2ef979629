import type { Chart } from './charts/chart.ts';
import { methodStyles } from './charts/methodColors.ts';
import { renderChart, type RenderedChart } from './charts/renderChart.ts';
import { scoreChart } from './charts/scoreChart.ts';
import { trainingCharts } from './charts/trainingCharts.ts';
import type { ReportInputs } from './inputs/readResults.ts';
import type { ReportFigures } from './renderReport.ts';

/** Charts of a report, and where each of them belongs below the directory of the profile. */
export interface DrawnFigures {
  readonly figures: ReportFigures;
  readonly byDirectory: ReadonlyMap<string, readonly RenderedChart[]>;
}

/** Draws every chart: the scores of each experiment, and the curves of all runs once. */
export async function drawFigures({ experiments, runs }: ReportInputs): Promise<DrawnFigures> {
  const styles = methodStyles([
    ...experiments.flatMap(({ table }) => table.rows.map(({ method }) => method)),
    ...runs.map(({ record }) => record.method),
  ]);
  const scores = new Map<string, readonly RenderedChart[]>();
  for (const { id, table } of experiments) {
    const charts = (['psnr', 'ssim'] as const).flatMap((metric) => scoreChart(table, metric, styles) ?? []);
    scores.set(id, await drawAll(charts, id));
  }
  const charts = trainingCharts(runs, styles);
  const validation = await drawAll(charts.validation, 'training');
  const losses = await drawAll(charts.losses, 'training');
  return {
    figures: { scores, training: { validation, losses } },
    byDirectory: new Map([...scores, ['training', [...validation, ...losses]]]),
  };
}

async function drawAll(charts: readonly Chart[], scope: string): Promise<RenderedChart[]> {
  const drawn: RenderedChart[] = [];
  for (const chart of charts) drawn.push(await renderChart(chart, scope));
  return drawn;
}
