import type { RunRecord } from '@blurcycle/experiment';
import { findMetric } from '@blurcycle/metrics';
import { axisTitle, inWords } from '../html/format.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { splitRuns, variantOf } from '../model/groups.ts';
import type { Chart } from './chart.ts';
import { curveChart, type Series } from './curveChart.ts';
import { furtherStyle, type MethodStyle } from './methodColors.ts';

/** Axis titles of what validation measures and the registry of metrics does not know. */
const VALIDATION_AXES: Readonly<Record<string, string>> = { cycleResidual: 'residual' };

/** The curves of a set of runs: one chart per measured quantity. */
interface TrainingCharts {
  /** Scores of the main runs on the validation volumes; see `splitRuns`. */
  readonly validation: readonly Chart[];
  /** Losses of the main runs. */
  readonly losses: readonly Chart[];
  /** Scores of the other runs. Their losses have different scales and are not drawn. */
  readonly furtherValidation: readonly Chart[];
}

/**
 * Charts of what the runs logged during training.
 *
 * @param labels - Variants of methods by their ids, as the tables call them.
 */
export function trainingCharts(
  runs: readonly RunInput[],
  styles: ReadonlyMap<string, MethodStyle>,
  labels: ReadonlyMap<string, string> = new Map(),
): TrainingCharts {
  const { main, further } = splitRuns(runs);
  const drawing = { styles, labels };
  return {
    validation: draw(main, 'validation', drawing),
    losses: draw(main, 'train', drawing),
    furtherValidation: draw(further, 'validation', drawing, 'further-'),
  };
}

/** How runs are drawn and called. */
interface Drawing {
  readonly styles: ReadonlyMap<string, MethodStyle>;
  readonly labels: ReadonlyMap<string, string>;
}

function draw(
  runs: readonly RunInput[],
  kind: 'train' | 'validation',
  { styles, labels }: Drawing,
  prefix = '',
): Chart[] {
  const variants = [...new Set(runs.map(({ record }) => variantOf(record)))];
  const byLabel = new Map(
    runs.map(({ record }) => {
      const variant = variantOf(record);
      return [
        labelOf(record, labels),
        styles.get(variant) ?? furtherStyle(variants.indexOf(variant)),
      ] as const;
    }),
  );
  return namesOf(runs, kind).map((name) => {
    const isLoss = kind === 'train';
    const words = inWords(name);
    const metric = findMetric(name);
    const axis = metric === undefined ? (VALIDATION_AXES[name] ?? words) : axisTitle(metric);
    return curveChart({
      name: `${prefix}${isLoss ? 'loss' : 'validation'}-${kebab(name)}`,
      title: isLoss ? `Loss: ${words}` : `Validation ${metric?.label ?? words}`,
      axisTitle: isLoss ? 'loss' : axis,
      series: seriesOf(runs, kind, name, labels),
      styles: byLabel,
      markers: !isLoss,
    });
  });
}

function labelOf(record: RunRecord, labels: Drawing['labels']): string {
  const variant = variantOf(record);
  return variant === record.method
    ? record.settings.method.label
    : (labels.get(variant) ?? variant);
}

/** A name that is valid in file names and ids. */
function kebab(name: string): string {
  return inWords(name).replace(/[^a-z0-9]+/g, '-');
}

/** What is drawn before all else. */
const FIRST: readonly string[] = ['psnr', 'ssim'];

/**
 * Names, PSNR and SSIM first, the rest in order of first use; a quantity without finite values has
 * no curve.
 */
function namesOf(runs: readonly RunInput[], kind: 'train' | 'validation'): string[] {
  const names = [...new Set(runs.flatMap(({ metrics }) => [...(metrics?.[kind].keys() ?? [])]))];
  return [
    ...FIRST.filter((name) => names.includes(name)),
    ...names.filter((name) => !FIRST.includes(name)),
  ];
}

function seriesOf(
  runs: readonly RunInput[],
  kind: 'train' | 'validation',
  name: string,
  labels: Drawing['labels'],
): Series[] {
  return runs.flatMap(({ record, metrics }) => {
    const points = metrics?.[kind].get(name) ?? [];
    return points.length === 0 ? [] : [{ run: record.id, label: labelOf(record, labels), points }];
  });
}
