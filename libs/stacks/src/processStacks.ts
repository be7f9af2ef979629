import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { extent, type Volume } from '@blurcycle/core';
import { type Acquisition, readTiffStack, writeTiffStack } from '@blurcycle/data';
import { lockFolder, writeFileAtomically } from '@blurcycle/files';
import { assertUsable } from './assertUsable.ts';
import { type ChosenStacks, nameStack } from './openStack.ts';

/** A stack of a file, from 1, and how many are done. */
export interface StackPlace {
  readonly channel: number;
  readonly timePoint: number;
  /** Stacks before it. */
  readonly done: number;
  readonly total: number;
}

/** What to do with each stack of a file. */
interface StackProcessing<Report> {
  readonly path: string;
  readonly acquisition: Acquisition;
  readonly chosen: ChosenStacks;
  /** File of the result; results of single stacks wait in a hidden folder beside it. */
  readonly out: string;
  /** All that the results depend on: only with the same are stacks of an earlier call used. */
  readonly key: unknown;
  readonly process: (
    volume: Volume,
    place: StackPlace,
  ) => Promise<{ readonly estimate: Volume; readonly report: Report }>;
}

/** The results, one in memory at a time. */
interface ProcessedStacks<Report> {
  /** In the order of the stacks: channels run faster than time points. */
  readonly reports: readonly Report[];
  readonly range: readonly [low: number, high: number];
  /** The result of the n-th chosen channel and time point, from 1. */
  readonly stackOf: (channel: number, timePoint: number) => Promise<Volume>;
  /** Removes what was kept for a next call. */
  readonly dispose: () => Promise<void>;
}

/** What is kept of a stack beside its values. */
interface Kept<Report> {
  readonly report: Report;
  readonly range: readonly [low: number, high: number];
}

/**
 * Processes the chosen stacks of a file, one at a time.
 *
 * Memory: one stack and its result. Results of several are kept on disk as they are made: a call
 * that was killed goes on where it was.
 *
 * @throws {InputError} One line for a stack that cannot be read or worked with.
 */
export async function processStacks<Report>(
  request: StackProcessing<Report>,
): Promise<ProcessedStacks<Report>> {
  const { acquisition, chosen } = request;
  const total = chosen.channels.length * chosen.timePoints.length;
  const run = async (place: StackPlace): Promise<Kept<Report> & { readonly estimate: Volume }> => {
    const { channel, timePoint } = place;
    const volume = await acquisition.read(channel, timePoint);
    assertUsable(volume, nameStack(request.path, chosen, channel, timePoint));
    const { estimate, report } = await request.process(volume, place);
    return { estimate, report, range: extent(estimate.data) };
  };
  if (total === 1) {
    const [channel, timePoint] = [chosen.channels[0], chosen.timePoints[0]];
    const { estimate, report, range } = await run({ channel, timePoint, done: 0, total });
    return {
      reports: [report],
      range,
      stackOf: () => Promise.resolve(estimate),
      dispose: () => Promise.resolve(),
    };
  }
  const shelf = await openShelf<Report>(request.out, request.key);
  try {
    const kept: Kept<Report>[] = [];
    for (const [t, timePoint] of chosen.timePoints.entries()) {
      for (const [c, channel] of chosen.channels.entries()) {
        const found = await shelf.find(c + 1, t + 1);
        if (found !== undefined) kept.push(found);
        else {
          const { estimate, ...rest } = await run({ channel, timePoint, done: kept.length, total });
          await shelf.keep(c + 1, t + 1, estimate, rest);
          kept.push(rest);
        }
      }
    }
    const { stackOf, dispose } = shelf;
    return { reports: kept.map(({ report }) => report), range: rangeOf(kept), stackOf, dispose };
  } catch (error) {
    shelf.release();
    // Only where nothing is kept in it.
    await rmdir(shelf.folder).catch(() => undefined);
    throw error;
  }
}

function rangeOf(kept: readonly Kept<unknown>[]): readonly [number, number] {
  const [lows, highs] = [0, 1].map((end) => kept.map(({ range }) => range[end]));
  return [extent(lows)[0], extent(highs)[1]];
}

/** Results of single stacks in a hidden folder beside the file that they become. */
async function openShelf<Report>(out: string, key: unknown) {
  const folder = join(dirname(out), `.${basename(out)}.partial`);
  await mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder, 'deconvolve');
  const place = (channel: number, timePoint: number, ending: string): string =>
    join(folder, `c${channel}-t${timePoint}.${ending}`);
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  return {
    folder,
    find: async (channel: number, timePoint: number): Promise<Kept<Report> | undefined> => {
      const text = await readFile(place(channel, timePoint, 'json'), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      try {
        const found = JSON.parse(text) as Kept<Report> & { readonly hash: string };
        return found.hash === hash ? found : undefined;
      } catch {
        // Damaged: it is made again.
        return undefined;
      }
    },
    keep: async (channel: number, timePoint: number, estimate: Volume, kept: Kept<Report>) => {
      await writeTiffStack(place(channel, timePoint, 'tif'), estimate);
      // Written last: with it the result counts as complete.
      const text = JSON.stringify({ hash, ...kept });
      await writeFileAtomically(place(channel, timePoint, 'json'), 'deconvolve', text);
    },
    stackOf: async (channel: number, timePoint: number): Promise<Volume> =>
      (await readTiffStack(place(channel, timePoint, 'tif'))).volume,
    release: lock.release,
    dispose: async () => {
      lock.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
