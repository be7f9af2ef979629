import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTextAtomically } from '@blurcycle/experiment';
import { methodStyles } from './charts/methodColors.ts';
import { renderChart, type RenderedChart } from './charts/renderChart.ts';
import { scoreChart } from './charts/scoreChart.ts';
import { trainingCharts } from './charts/trainingCharts.ts';
import type { Chart } from './charts/chart.ts';
import { readResults, type ReportSources } from './inputs/readResults.ts';
import { bundleScript } from './page/bundleScript.ts';
import { readStyle } from './page/readStyle.ts';
import { renderReport } from './renderReport.ts';

/** What was written. */
export interface BuiltReport {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Builds `results/<profile>/report.html` and the figures beside it. The same results give the same bytes.
 *
 * Every chart is kept twice in its `figures` directory: its Vega-Lite specification and the SVG drawn from it.
 *
 * @throws {InputError} When there are no results for the profile.
 */
export async function buildReport(sources: ReportSources): Promise<BuiltReport> {
  const inputs = await readResults(sources);
  const methods = [
    ...inputs.experiments.flatMap(({ table }) => table.rows.map(({ method }) => method)),
    ...inputs.runs.map(({ record }) => record.method),
  ];
  const styles = methodStyles(methods);
  const directory = join(sources.resultsDir, sources.profile);

  const scores = new Map<string, readonly RenderedChart[]>();
  for (const { id, table, directory: at } of inputs.experiments) {
    const charts = (['psnr', 'ssim'] as const).flatMap((metric) => scoreChart(table, metric, styles) ?? []);
    scores.set(id, await drawAll(charts, id, join(at, 'figures')));
  }
  const { validation, losses } = trainingCharts(inputs.runs, styles);
  const trainingAt = join(directory, 'training', 'figures');
  await rm(trainingAt, { recursive: true, force: true });
  const training = {
    validation: await drawAll(validation, 'training', trainingAt),
    losses: await drawAll(losses, 'training', trainingAt),
  };
  const text = renderReport(
    inputs,
    { scores, training },
    { style: await readStyle(), script: await bundleScript() },
  );
  const path = join(directory, 'report.html');
  writeTextAtomically(path, text);
  return { path, bytes: Buffer.byteLength(text) };
}

/** Draws charts and keeps each with its specification. */
async function drawAll(charts: readonly Chart[], scope: string, directory: string): Promise<RenderedChart[]> {
  if (charts.length > 0) await mkdir(directory, { recursive: true });
  const drawn: RenderedChart[] = [];
  for (const chart of charts) {
    const rendered = await renderChart(chart, scope);
    writeTextAtomically(join(directory, `${chart.name}.vl.json`), `${JSON.stringify(chart.spec, null, 2)}\n`);
    writeTextAtomically(join(directory, `${chart.name}.svg`), `${rendered.svg}\n`);
    drawn.push(rendered);
  }
  return drawn;
}
