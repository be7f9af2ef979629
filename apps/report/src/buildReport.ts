import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CurvesBlock, type Table, writeReportRecord } from '@blurcycle/experiment';
import { fileHash, makeFolders, writeFileAtomically } from '@blurcycle/files';
import { blockChart } from './charts/blockChart.ts';
import type { Chart } from './charts/chart.ts';
import { methodStyles, type MethodStyle } from './charts/methodColors.ts';
import { renderChart, type RenderedChart } from './charts/renderChart.ts';
import { scoreChart } from './charts/scoreChart.ts';
import { trainingCharts } from './charts/trainingCharts.ts';
import type { ShownBlock } from './inputs/readBlock.ts';
import { readResults, type ReportInputs, type ReportSources } from './inputs/readResults.ts';
import { variantLabels } from './model/groups.ts';
import { readAssets } from './page/page.ts';
import { renderReport, type ReportFigures } from './renderReport.ts';
import type { ExperimentFigures } from './sections/experimentSection.ts';

/** The report that was written. */
interface BuiltReport {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Builds `results/<profile>/report.html` and the figures beside it. The same results give the same
 * bytes.
 *
 * Each chart is written twice to the `figures` directory of its experiment: as a Vega-Lite
 * specification and as the SVG drawn from it. The curves of the training runs, which several
 * experiments share, go to `training/figures`. `report.json` holds the hashes of all of them.
 *
 * @throws {InputError} If there are no results for the profile, or a file cannot be written.
 */
export async function buildReport(sources: ReportSources): Promise<BuiltReport> {
  const inputs = await readResults(sources);
  const { figures, byDirectory } = await drawFigures(inputs);
  const directory = join(sources.resultsDir, sources.profile);
  const written: [string, string][] = [];
  for (const [name, charts] of byDirectory) {
    const hashes = await writeFigures(charts, join(directory, name, 'figures'));
    written.push(
      ...hashes.map(([file, hash]) => [`${name}/figures/${file}`, hash] as [string, string]),
    );
  }
  const text = renderReport(inputs, figures, await readAssets());
  const path = join(directory, 'report.html');
  await writeText(path, text);
  await writeReportRecord(sources.resultsDir, {
    profile: sources.profile,
    ...(await describeTables(directory, inputs)),
    outputs: Object.fromEntries([['report.html', hashOf(text)], ...written]),
  });
  return { path, bytes: Buffer.byteLength(text) };
}

/** Returns the hashes of what it wrote by the names of the files. */
async function writeFigures(
  charts: readonly RenderedChart[],
  directory: string,
): Promise<[string, string][]> {
  if (charts.length > 0) makeFolders(directory, 'report', '--results-dir');
  const texts = charts.flatMap(({ name, spec, svg }): [string, string][] => [
    [`${name}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`],
    [`${name}.svg`, `${svg}\n`],
  ]);
  for (const [name, text] of texts) await writeText(join(directory, name), text);
  return texts.map(([name, text]) => [name, hashOf(text)]);
}

/** SHA-256 of the records of the tables, and when they were made, by the path beside the report. */
async function describeTables(
  directory: string,
  { experiments }: ReportInputs,
): Promise<{ inputs: Record<string, string>; madeAt: Record<string, string> }> {
  const inputs: Record<string, string> = {};
  const madeAt: Record<string, string> = {};
  for (const { id, table } of experiments) {
    const name = `${id}/record.json`;
    if (!existsSync(join(directory, name))) continue;
    inputs[name] = await fileHash(join(directory, name));
    if (table.provenance !== undefined) madeAt[name] = table.provenance.createdAt;
  }
  return { inputs, madeAt };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function writeText(path: string, text: string): Promise<void> {
  await writeFileAtomically(path, 'report', text);
}

/** The charts of a report, and those of each directory below that of the profile. */
interface DrawnFigures {
  readonly figures: ReportFigures;
  readonly byDirectory: ReadonlyMap<string, readonly RenderedChart[]>;
}

/** Draws all charts: the scores and curves of each experiment, and the curves of all runs once. */
export async function drawFigures({ experiments, runs }: ReportInputs): Promise<DrawnFigures> {
  const styles = methodStyles([
    ...experiments.flatMap(({ table }) => table.rows.map(({ method }) => method)),
    ...experiments.flatMap(({ table }) => variantsWithStyle(table)),
    ...runs.map(({ record }) => record.method),
  ]);
  const byDirectory = new Map<string, readonly RenderedChart[]>();
  const drawn = new Map<string, ExperimentFigures>();
  const opening = new Map<string, readonly RenderedChart[]>();
  for (const { id, table, blocks } of experiments) {
    const hasCurves = blocks.some(({ kind }) => kind === 'curves');
    // Curves show the scores already, but not the paper's values.
    const metrics =
      hasCurves && table.rows.every(({ paper }) => paper === null)
        ? []
        : (['psnr', 'ssim'] as const);
    const scores = metrics.flatMap((metric) => scoreChart(table, metric, styles) ?? []);
    const curves = blocks.flatMap((block) =>
      block.kind === 'curves' ? [blockChart(withMethods(block, table, styles), styles)] : [],
    );
    const figures = { scores: await drawAll(scores, id), curves: await drawAll(curves, id) };
    const first = blocks.flatMap((block) =>
      isForOpening(block) ? [blockChart(block, styles)] : [],
    );
    if (first.length > 0) opening.set(id, await drawAll(first, `opening-${id}`));
    byDirectory.set(id, [...figures.scores, ...figures.curves]);
    drawn.set(id, {
      ...figures,
      curves: new Map(figures.curves.map((chart) => [chart.name, chart])),
    });
  }
  const charts = trainingCharts(runs, styles, variantLabels(experiments, runs));
  const training = {
    validation: await drawAll(charts.validation, 'training'),
    losses: await drawAll(charts.losses, 'training'),
    furtherValidation: await drawAll(charts.furtherValidation, 'training'),
  };
  return {
    figures: { experiments: drawn, opening, training, styles },
    byDirectory: byDirectory.set('training', Object.values(training).flat()),
  };
}

/** Most variants of a method in one table with a style each; a curve over a setting has one. */
const MOST_STYLED = 6;

/** Rows that are drawn unlike the method that they are a variant of. */
function variantsWithStyle({ rows }: Table): readonly string[] {
  const variants = rows.filter(({ id, method }) => id !== method);
  const count = (method: string): number =>
    new Set(variants.filter((row) => row.method === method).map(({ id }) => id)).size;
  return variants.filter(({ method }) => count(method) <= MOST_STYLED).map(({ id }) => id);
}

/** Lines of older kernels do not name their method: `<row>-raw`, `<row>-smoothed`. */
function withMethods(
  block: CurvesBlock,
  { rows }: Table,
  styles: ReadonlyMap<string, MethodStyle>,
): CurvesBlock {
  const series = block.series.map((line) => {
    const id = line.id.replace(/-(raw|smoothed)$/, '');
    return line.method === null
      ? {
          ...line,
          method: styles.has(id) ? id : (rows.find((row) => row.id === id)?.method ?? null),
        }
      : line;
  });
  return { ...block, series };
}

/** Curves for the top of the page; they wait until something was trained. */
function isForOpening(block: ShownBlock): block is CurvesBlock {
  return (
    block.kind === 'curves' &&
    block.opening === true &&
    block.series.some(({ points }) => points.length > 0)
  );
}

async function drawAll(charts: readonly Chart[], scope: string): Promise<RenderedChart[]> {
  const drawn: RenderedChart[] = [];
  for (const chart of charts) drawn.push(await renderChart(chart, scope));
  return drawn;
}
