import type { RunInput } from '../inputs/readResults.ts';
import type { Chart } from './chart.ts';
import { curveChart, type Series } from './curveChart.ts';
import type { MethodStyle } from './methodColors.ts';

/** Axis titles of what validation measures; any other name is shown as it stands in the file. */
const VALIDATION_TITLES: Readonly<Record<string, readonly [title: string, axis: string]>> = {
  psnr: ['Validation PSNR', 'PSNR (dB)'],
  ssim: ['Validation SSIM', 'SSIM'],
  cycleResidual: ['Validation cycle residual', 'residual'],
};

/** The curves of a set of runs. */
export interface TrainingCharts {
  /** One chart for each thing measured on the validation volumes. */
  readonly validation: readonly Chart[];
  /** One chart for each loss term. */
  readonly losses: readonly Chart[];
}

/** Charts of everything that the given runs wrote down while they trained. */
export function trainingCharts(
  runs: readonly RunInput[],
  styles: ReadonlyMap<string, MethodStyle>,
): TrainingCharts {
  const draw = (kind: 'train' | 'validation'): Chart[] =>
    namesOf(runs, kind).map((name) => {
      const words = VALIDATION_TITLES[name];
      const isLoss = kind === 'train';
      const text = inWords(name);
      return curveChart({
        name: isLoss ? `loss-${kebab(name)}` : `validation-${kebab(name)}`,
        title: isLoss ? `Loss: ${text}` : (words?.[0] ?? `Validation ${text}`),
        axisTitle: isLoss ? 'loss' : (words?.[1] ?? text),
        series: seriesOf(runs, kind, name),
        styles,
        markers: !isLoss,
      });
    });
  return { validation: draw('validation'), losses: draw('train') };
}

/** `adversarialSharp` to `adversarial sharp`. */
function inWords(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

/** A name that is safe in a file name and an id. */
function kebab(name: string): string {
  return inWords(name).replace(/[^a-z0-9]+/g, '-');
}

/** Names in the order in which the runs first use them; what has no finite value has no curve. */
function namesOf(runs: readonly RunInput[], kind: 'train' | 'validation'): string[] {
  return [...new Set(runs.flatMap(({ metrics }) => [...(metrics?.[kind].keys() ?? [])]))];
}

function seriesOf(runs: readonly RunInput[], kind: 'train' | 'validation', name: string): Series[] {
  return runs.flatMap(({ record, metrics }) => {
    const points = metrics?.[kind].get(name) ?? [];
    if (points.length === 0) return [];
    return [{ method: record.method, label: record.settings.method.label, seed: record.seed, points }];
  });
}
