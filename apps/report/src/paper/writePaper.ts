import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { makeFolders, readIfThere, writeFileAtomically } from '@blurcycle/files';
import { readResults, type ReportSources } from '../inputs/readResults.ts';
import { recordNumbers } from './numbers.ts';
import { checkPaper, FORMATS, type PaperFormat, paperSkeleton } from './skeleton.ts';

/** A paper that was written or checked. */
interface Paper {
  readonly path: string;
  readonly isNew: boolean;
  /** Numbers with a key in it. */
  readonly count: number;
}

/** Deviations that an error names. */
const NAMED = 5;

/**
 * Writes `results/<profile>/paper/paper.md` and `paper.tex` where there are none; checks the
 * numbers of those that are there, and leaves them as they are.
 *
 * @throws {InputError} If a number of a paper is not that of the records any more.
 */
export async function writePapers(sources: ReportSources): Promise<readonly Paper[]> {
  const inputs = await readResults(sources);
  const numbers = recordNumbers(inputs);
  const directory = join(sources.resultsDir, sources.profile, 'paper');
  makeFolders(directory, 'report', '--results-dir');
  const papers: Paper[] = [];
  for (const format of Object.keys(FORMATS) as PaperFormat[]) {
    const path = join(directory, `paper.${format}`);
    const there = readIfThere(path);
    const text = there ?? paperSkeleton(inputs, numbers, FORMATS[format]);
    const { count, deviations } = checkPaper(text, format, numbers);
    if (deviations.length > 0) {
      const named = deviations
        .slice(0, NAMED)
        .map(
          ({ key, written, recorded }) =>
            `${key} is ${recorded ?? 'no longer there'}, not ${written}`,
        );
      const more = deviations.length > NAMED ? `; and ${deviations.length - NAMED} more` : '';
      throw new InputError(
        `report: ${path} must hold the numbers of the records, got others: ${named.join('; ')}${more} (correct them, or move the file away for a new one)`,
      );
    }
    if (there === null) await writeFileAtomically(path, 'report', text);
    papers.push({ path, isNew: there === null, count });
  }
  return papers;
}
