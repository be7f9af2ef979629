import { basename, extname, join } from 'node:path';
import { describeViolation, InputError, RuleError } from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import { makeFolders } from '@blurcycle/files';
import type { Progress } from '@blurcycle/pipeline';
import {
  chooseStacks,
  endsAsZarr,
  expandPatterns,
  hashInputs,
  isMade,
  openStack,
  type StackPlace,
} from '@blurcycle/stacks';
import type { DeconvolveArguments } from './deconvolveOptions.ts';
import { createProgress } from './progress.ts';
import { recordedCommand } from './recordedCommand.ts';

type BatchArguments = DeconvolveArguments & { readonly stacks: readonly string[] };

/** What a batch does with each file. */
interface BatchWork<Report extends BatchReport> {
  /** What the updates are of, for the display. */
  readonly label: string;
  /** Files that all results depend on. */
  readonly others: readonly string[];
  readonly deconvolve: (
    item: BatchItem,
    command: readonly string[],
    onUpdate: (done: number, most: number, place: StackPlace) => void,
  ) => Promise<Report>;
  readonly describe: (report: Report) => readonly string[];
}

/** What all reports have. */
interface BatchReport {
  readonly stacks: readonly object[];
  readonly warnings: readonly string[];
}

/**
 * Deconvolves the files of a command line, and prints a report on each.
 *
 * With `--out-dir` results that are there, made by the same command from the same files, are left
 * as they are: a batch that was killed goes on where it was. A file whose data are bad is told of,
 * and the others are done.
 *
 * @throws {InputError} At the end, if there was such a file.
 */
export async function runBatch<Report extends BatchReport>(
  args: BatchArguments,
  reading: ReadTiffOptions,
  { label, others, deconvolve, describe }: BatchWork<Report>,
): Promise<void> {
  const items = await planBatch(args, reading);
  const total = items.reduce((sum, { stacks }) => sum + stacks, 0);
  const reports: Report[] = [];
  let failed = 0;
  let before = 0;
  for (const [i, item] of items.entries()) {
    const command = recordedCommand(args, item.stack, item.out);
    let display: Progress | undefined;
    const place = `file ${i + 1} of ${items.length}`;
    const start = before;
    const onUpdate = (done: number, most: number, stack: StackPlace): void => {
      display ??= createProgress({
        label: items.length > 1 ? `${place}, ${label}` : label,
        total: total * most,
        start: start * most,
      });
      display.update((start + stack.done) * most + done);
    };
    before += item.stacks;
    try {
      if (args.outDir !== undefined) {
        const inputs = await hashInputs([item.stack, ...others]);
        if (await isMade(item.out, command, inputs)) {
          console.error(`${item.out}: up to date`);
          continue;
        }
      }
      const report = await deconvolve(item, command, onUpdate).finally(() => display?.stop());
      for (const warning of report.warnings) {
        if (!args.json)
          console.error(`warning: ${items.length > 1 ? `${item.stack}: ` : ''}${warning}`);
      }
      if (args.json) reports.push(report);
      else console.log(describe(report).join('\n'));
    } catch (error) {
      if (items.length === 1 || !(error instanceof InputError || error instanceof RuleError))
        throw error;
      console.error(`${item.stack}: ${error.message}`);
      failed++;
    }
  }
  if (args.json) {
    const answer = reports.map(flatten);
    console.log(JSON.stringify(args.outDir === undefined ? answer[0] : answer, null, 2));
  }
  if (failed > 0) {
    const remedy = 'each is named above; the others are done';
    throw new InputError(
      describeViolation(
        'deconvolve',
        'stacks',
        'all be sound',
        `${failed} of ${items.length} that are not`,
        remedy,
      ),
    );
  }
}

/** The report on a single stack as one object. */
function flatten<Report extends BatchReport>(report: Report): object {
  const { stacks, ...rest } = report;
  return stacks.length === 1 ? { ...stacks[0], ...rest } : report;
}

/** A file to deconvolve, its result, and the number of its z stacks. */
interface BatchItem {
  readonly stack: string;
  readonly out: string;
  readonly format: DeconvolveArguments['format'];
  readonly stacks: number;
}

/** Options that belong to one result. */
const SINGLE = ['stats', 'truth', 'psf-out', 'preview'] as const;

/**
 * The files of a command line and their results.
 *
 * All are opened before the work begins: one that cannot be read, or has no place for its result,
 * is told at once. Makes the folder of `--out-dir`.
 *
 * @throws {InputError} One line for the first that cannot.
 */
async function planBatch(
  args: BatchArguments,
  reading: ReadTiffOptions,
): Promise<readonly BatchItem[]> {
  const { out, outDir } = args;
  const files = expandPatterns('deconvolve', 'the stack', args.stacks);
  if ((out === undefined) === (outDir === undefined)) {
    const rule = out === undefined ? 'be given' : 'be left out with --out-dir';
    const remedy = 'or --out-dir, for results with the names of their stacks';
    throw new InputError(
      describeViolation('deconvolve', '--out', rule, out, out === undefined ? remedy : undefined),
    );
  }
  if (out !== undefined) {
    if (files.length > 1) {
      const rule = 'be --out-dir for several stacks';
      throw new InputError(
        describeViolation('deconvolve', '--out', rule, `${files.length} stacks`),
      );
    }
    const format = formatOf(out, args.format);
    return [{ stack: files[0], out, format, stacks: await countStacks(files[0], reading) }];
  }
  for (const option of SINGLE) {
    if (args[option] === undefined) continue;
    const rule = 'go with --out and one stack';
    throw new InputError(describeViolation('deconvolve', `--${option}`, rule, args[option]));
  }
  const folder = outDir ?? '.';
  const items: BatchItem[] = [];
  for (const stack of files) {
    const result = join(folder, resultName(stack, args.format));
    const other = items.find((item) => item.out === result);
    if (other !== undefined) {
      throw new InputError(
        describeViolation(
          'deconvolve',
          'stacks',
          `have names of their own, as their results go into one folder`,
          [other.stack, stack],
          'call it once for each folder',
        ),
      );
    }
    const { format } = args;
    items.push({ stack, out: result, format, stacks: await countStacks(stack, reading) });
  }
  makeFolders(folder, 'deconvolve', '--out-dir');
  return items;
}

/** The format of a result: its name says whether it is OME-Zarr. */
function formatOf(out: string, format: DeconvolveArguments['format']): typeof format {
  const isFolder = endsAsZarr(out);
  if (isFolder ? format !== 'ome' : format !== 'zarr') return isFolder ? 'zarr' : format;
  const rule = isFolder ? 'be left out with --out name.zarr' : 'go with --out name.zarr';
  throw new InputError(describeViolation('deconvolve', `--format ${format}`, rule, out));
}

async function countStacks(path: string, reading: ReadTiffOptions): Promise<number> {
  // What is missing is told by whoever needs it.
  const acquisition = await openStack(path, { defaultVoxelSizeUm: [1, 1, 1], ...reading });
  try {
    const { channels, timePoints } = chooseStacks(path, acquisition, reading);
    return channels.length * timePoints.length;
  } finally {
    await acquisition.close();
  }
}

function resultName(stack: string, format: DeconvolveArguments['format']): string {
  const name = basename(stack).replace(/(\.ome)?\.(tiff?|zarr|stk|lsm|ome)$/i, '');
  const stem = name === basename(stack) ? basename(stack, extname(stack)) : name;
  return `${stem}.${{ imagej: 'tif', ome: 'ome.tif', zarr: 'zarr' }[format]}`;
}
