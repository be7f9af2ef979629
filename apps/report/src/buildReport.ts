import { join } from 'node:path';
import { writeTextAtomically } from '@blurcycle/experiment';
import type { RenderedChart } from './charts/renderChart.ts';
import { drawFigures } from './drawFigures.ts';
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
 * Builds `results/<profile>/report.html` and the figures beside it. The same results give the same
 * bytes.
 *
 * Every chart is kept twice in the `figures` directory of its experiment: its Vega-Lite
 * specification and the SVG drawn from it. The curves of the training runs, which several
 * experiments share, are in `training/figures`.
 *
 * @throws {InputError} When there are no results for the profile.
 */
export async function buildReport(sources: ReportSources): Promise<BuiltReport> {
  const inputs = await readResults(sources);
  const { figures, byDirectory } = await drawFigures(inputs);
  const directory = join(sources.resultsDir, sources.profile);
  for (const [name, charts] of byDirectory) keepFigures(charts, join(directory, name, 'figures'));
  const assets = { style: await readStyle(), script: await bundleScript() };
  const text = renderReport(inputs, figures, assets);
  const path = join(directory, 'report.html');
  writeTextAtomically(path, text);
  return { path, bytes: Buffer.byteLength(text) };
}

function keepFigures(charts: readonly RenderedChart[], directory: string): void {
  for (const { name, spec, svg } of charts) {
    writeTextAtomically(join(directory, `${name}.vl.json`), `${JSON.stringify(spec, null, 2)}\n`);
    writeTextAtomically(join(directory, `${name}.svg`), `${svg}\n`);
  }
}
