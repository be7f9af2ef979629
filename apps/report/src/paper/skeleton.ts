import { capitalize } from '@blurcycle/core';
import type { ExperimentInput, ReportInputs } from '../inputs/readResults.ts';
import { variantOf } from '../model/groups.ts';
import { shownMetric } from '../model/metrics.ts';
import { type RecordNumbers, rowKey } from './numbers.ts';

/** How a format writes what a skeleton is made of. */
interface Format {
  /** A number of the records with its key. */
  readonly number: (words: string, key: string) => string;
  readonly title: (text: string) => string;
  readonly section: (text: string) => string;
  readonly table: (caption: string, heads: readonly string[], rows: readonly string[][]) => string;
  readonly list: (items: readonly string[]) => string;
  readonly text: (text: string) => string;
  readonly todo: (text: string) => string;
  readonly document: (parts: readonly string[]) => string;
}

/** The formats of a skeleton, by the ending of its file. */
export const FORMATS = {
  md: {
    number: (words, key) => `${words}<!-- ${key} -->`,
    title: (text) => `# ${text}`,
    section: (text) => `## ${text}`,
    table: (caption, heads, rows) =>
      [
        `${caption}`,
        '',
        ...[heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
      ].join('\n'),
    list: (items) => items.map((item) => `- ${item}`).join('\n'),
    text: (text) => text.replaceAll('<', '&lt;'),
    todo: (text) => `_${text}_`,
    document: (parts) => `${parts.join('\n\n')}\n`,
  },
  tex: {
    number: (words, key) => `\\num${'{'}${words}}{${key}}`,
    title: (text) => `\\title{${text}}\n\\maketitle`,
    section: (text) => `\\section{${text}}`,
    table: (caption, heads, rows) =>
      [
        '\\begin{table}',
        `\\caption{${caption}}`,
        `\\begin{tabular}{l${'r'.repeat(heads.length - 1)}}`,
        ...[heads, ...rows].map((cells) => `${cells.join(' & ')} \\\\`),
        '\\end{tabular}',
        '\\end{table}',
      ].join('\n'),
    list: (items) =>
      ['\\begin{itemize}', ...items.map((item) => `\\item ${item}`), '\\end{itemize}'].join('\n'),
    text: (text) => text.replace(/[\\{}$&#_%~^<>]/g, (sign) => LATEX_SIGNS[sign] ?? `\\${sign}`),
    todo: (text) => `\\emph{${text}}`,
    document: (parts) =>
      [
        '\\documentclass{article}',
        '% A number of the records and its key, which blurcycle checks.',
        '\\newcommand{\\num}[2]{#1}',
        '\\begin{document}',
        ...parts,
        '\\end{document}',
        '',
      ].join('\n\n'),
  },
} as const satisfies Record<string, Format>;

/** Signs of LaTeX that a backslash alone does not escape. */
const LATEX_SIGNS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '$<$',
  '>': '$>$',
};

/** Ending of the file of a format. */
export type PaperFormat = keyof typeof FORMATS;

/** The metrics of the tables. */
const METRICS = ['psnr', 'ssim'] as const;

/**
 * A paper to be written on: methods, a table and the claims of every experiment. Every number in it
 * stands beside its key in the records.
 */
export function paperSkeleton(
  { experiments, runs, profile }: Pick<ReportInputs, 'experiments' | 'runs' | 'profile'>,
  numbers: RecordNumbers,
  format: Format,
): string {
  const number = (key: string): string | undefined => {
    const words = numbers.get(key);
    return words === undefined ? undefined : format.number(words, key);
  };
  const shown = experiments.filter(({ table }) => table.rows.length > 0);
  const done = runs.filter(({ record }) => record.status === 'done');
  const main = done.find(({ record }) => variantOf(record) === 'proposed') ?? done[0];
  return format.document([
    format.title('A reproduction of CycleGAN with a blur kernel'),
    format.todo(`What was asked, and what came out. Profile ${profile}.`),
    format.section('Methods'),
    ...(main === undefined ? [] : [methods(main.record.id, number)]),
    format.section('Results'),
    ...shown.flatMap((experiment) => results(experiment, number, format)),
    format.section('Discussion'),
    format.todo('What follows from it.'),
  ]);
}

type NumberOf = (key: string) => string | undefined;

function methods(run: string, number: NumberOf): string {
  const of = (name: string): string => number(`${run}#settings.${name}`) ?? '?';
  const sides = (name: string): string =>
    [0, 1, 2].map((axis) => of(`${name}.${axis}`)).join(' by ');
  return (
    `The U-Net starts with ${of('network.width')} channels. It was trained for ${of('training.updates')} updates ` +
    `on patches of ${sides('training.patch')} voxels, with learning rates of ${of('training.optimizer.learningRate')} ` +
    `for the U-Net, ${of('training.optimizer.blurKernelLearningRate')} for the blur kernel and ` +
    `${of('training.optimizer.discriminatorLearningRate')} for the discriminators; the cycle loss weighs ` +
    `${of('training.lossWeights.cycle')}, the adversarial loss ${of('training.lossWeights.adversarial')}.`
  );
}

function results(
  { id, table }: ExperimentInput,
  number: NumberOf,
  format: Format,
): readonly string[] {
  const heads = ['method', ...METRICS.flatMap((metric) => heading(metric)), 'n'];
  const rows = table.rows.map((row) => {
    const key = rowKey(id, row);
    const condition = table.conditions?.find((one) => one.id === row.condition)?.label;
    const name = condition === undefined ? row.label : `${row.label}, ${condition}`;
    const cells = METRICS.flatMap((metric) => {
      const [mean, low, high] = ['mean', 'low', 'high'].map((part) =>
        number(`${key}.${metric}.${part}`),
      );
      const interval = low === undefined || high === undefined ? '' : ` [${low}, ${high}]`;
      return [number(`${key}.${metric}.paper`) ?? '', mean === undefined ? '' : mean + interval];
    });
    return [format.text(name), ...cells, number(`${key}.psnr.n`) ?? ''];
  });
  const claims = table.claims.map((claim) => {
    const key = `${id}#claim.${claim.id}`;
    const [value, low, high, verdict] = ['value', 'low', 'high', 'verdict'].map((part) =>
      number(`${key}.${part}`),
    );
    const interval = low === undefined || high === undefined ? '' : ` [${low}, ${high}]`;
    const measured = value === undefined ? '' : ` (${value}${interval})`;
    return `${format.text(capitalize(claim.text))}: ${verdict ?? '?'}${measured}.`;
  });
  return [
    format.table(format.text(`${table.place}: ${table.title}`), heads, rows),
    ...(claims.length === 0 ? [] : [format.list(claims)]),
  ];
}

function heading(metric: (typeof METRICS)[number]): readonly string[] {
  const { label, unit } = shownMetric(metric);
  return [`${label}, paper`, unit === null ? `${label}, ours` : `${label}, ours (${unit})`];
}

/** A number in a paper that the records do not say. */
interface Deviation {
  readonly key: string;
  readonly written: string;
  /** undefined where the records have no such key any more. */
  readonly recorded: string | undefined;
}

/** Numbers with their keys, in Markdown and in LaTeX. */
const WRITTEN = {
  md: /(not reproduced|[^\s|([<>,]+)<!-- ([^\s]+#[^\s]+) -->/g,
  tex: /\\num\{([^}]*)\}\{([^}]+)\}/g,
} as const;

/** The numbers of a paper that are no longer those of the records; how many it holds in all. */
export function checkPaper(
  text: string,
  format: PaperFormat,
  numbers: RecordNumbers,
): { readonly count: number; readonly deviations: readonly Deviation[] } {
  const written = [...text.matchAll(WRITTEN[format])].map(([, words, key]) => ({
    ...{ key, written: words.trim() },
    recorded: numbers.get(key),
  }));
  return {
    count: written.length,
    deviations: written.filter((one) => one.written !== one.recorded),
  };
}
