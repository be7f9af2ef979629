import type { RunRecord } from '@blurcycle/experiment';
import type { RunInput } from '../inputs/readResults.ts';
import { splitRuns, variantOf } from '../model/groups.ts';
import type { Chart } from './chart.ts';
import { curveChart, type Series } from './curveChart.ts';
import { furtherStyle, type MethodStyle } from './methodColors.ts';

/** Axis titles of what validation measures; any other name is shown as it stands in the file. */
const VALIDATION_TITLES: Readonly<Record<string, readonly [title: string, axis: string]>> = {
  psnr: ['Validation PSNR', 'PSNR (dB)'],
  ssim: ['Validation SSIM', 'SSIM'],
  cycleResidual: ['Validation cycle residual', 'residual'],
};

/** The curves of a set of runs: one chart for each thing measured. */
export interface TrainingCharts {
  /** Of the main runs, on the validation volumes; see `splitRuns`. */
  readonly validation: readonly Chart[];
  /** Their losses. */
  readonly losses: readonly Chart[];
  /** Of the others. Their losses have scales of their own and are not drawn. */
  readonly furtherValidation: readonly Chart[];
}

/** Charts of what the given runs wrote down while they trained. */
export function trainingCharts(
  runs: readonly RunInput[],
  styles: ReadonlyMap<string, MethodStyle>,
): TrainingCharts {
  const { main, further } = splitRuns(runs);
  return {
    validation: draw(main, 'validation', styles),
    losses: draw(main, 'train', styles),
    furtherValidation: draw(further, 'validation', styles, 'further-'),
  };
}

function draw(
  runs: readonly RunInput[],
  kind: 'train' | 'validation',
  styles: ReadonlyMap<string, MethodStyle>,
  prefix = '',
): Chart[] {
  const variants = [...new Set(runs.map(({ record }) => variantOf(record)))];
  const byLabel = new Map(
    runs.map(({ record }) => {
      const variant = variantOf(record);
      return [
        labelOf(record),
        styles.get(variant) ?? furtherStyle(variants.indexOf(variant)),
      ] as const;
    }),
  );
  return namesOf(runs, kind).map((name) => {
    const words = VALIDATION_TITLES[name];
    const isLoss = kind === 'train';
    const text = inWords(name);
    return curveChart({
      name: `${prefix}${isLoss ? 'loss' : 'validation'}-${kebab(name)}`,
      title: isLoss ? `Loss: ${text}` : (words?.[0] ?? `Validation ${text}`),
      axisTitle: isLoss ? 'loss' : (words?.[1] ?? text),
      series: seriesOf(runs, kind, name),
      styles: byLabel,
      markers: !isLoss,
    });
  });
}

function labelOf(record: RunRecord): string {
  const variant = variantOf(record);
  return variant === record.method ? record.settings.method.label : variant;
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
    return points.length === 0 ? [] : [{ run: record.id, label: labelOf(record), points }];
  });
}
