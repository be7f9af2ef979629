import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { capitalize } from '@blurcycle/core';
import {
  CLAIM_KINDS,
  describeTallies,
  type ExperimentSet,
  readFigures,
  readRunRecord,
  readTable,
  type RunRecord,
  type Table,
  type TableRow,
} from '@blurcycle/experiment';
import { formatNumber } from '../html/format.ts';
import { readBlock } from '../inputs/readBlock.ts';
import { inOrderOfThePage } from '../inputs/readResults.ts';
import { answerQuestions } from '../model/answers.ts';
import { paperClaims, shortValue } from '../model/claims.ts';
import { inStatedWords } from '../model/statedWords.ts';
import { describeScale } from '../sections/firstScreen.ts';
import { claimsPicture } from './claimsPicture.ts';
import { curtainPicture } from './curtainPicture.ts';

/** Results that pages of the documentation are filled from. */
interface DocumentedResults {
  readonly experiments: readonly { readonly id: string; readonly table: Table }[];
  readonly runs: readonly { readonly record: RunRecord }[];
}

/**
 * Tables and records of a profile, in the words of the experiment files; claims that no file states
 * any more are left out.
 */
export function readDocumented(directory: string, stated: ExperimentSet): DocumentedResults {
  const tables = [...stated.experiments.keys()].sort(inOrderOfThePage).flatMap((id) => {
    const table = readTable(join(directory, id, 'table.json'));
    return table === undefined ? [] : [{ id, table }];
  });
  const experiments = tables.map(({ id, table }) => {
    const content = stated.experiments.get(id)?.content;
    const known = new Set(content?.claims.map((claim) => claim.id));
    const claims = table.claims.filter((claim) => known.has(claim.id));
    return { id, table: inStatedWords({ ...table, claims }, content) };
  });
  const folder = join(directory, 'runs');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const runs = names.flatMap((name) => {
    const record = readRunRecord(join(folder, name, 'record.json'));
    return record === undefined ? [] : [{ record }];
  });
  return { experiments, runs };
}

/** A page or picture that is made from results: its path in the repository, and its text. */
export interface ResultPage {
  readonly path: string;
  readonly text: string;
}

/**
 * The pages and pictures of the documentation that are made from results.
 *
 * @param directory - Results of a profile.
 * @param readme - The README, of which the parts between markers are filled.
 */
export async function resultPages(
  directory: string,
  stated: ExperimentSet,
  readme: string,
): Promise<readonly ResultPage[]> {
  const results = readDocumented(directory, stated);
  const picture = claimsPicture(paperClaims(results.experiments));
  const curtain = await readCurtain(directory);
  return [
    { path: 'README.md', text: fillMarkers(readme, readmeParts(results)) },
    { path: 'docs/claims.md', text: claimsPage(results) },
    { path: 'docs/images/claims.svg', text: picture },
    ...(curtain === undefined ? [] : [{ path: 'docs/images/curtain.svg', text: curtain }]),
  ];
}

async function readCurtain(directory: string): Promise<string | undefined> {
  const folder = join(directory, 'table1');
  const block = readFigures(join(folder, 'figures.json'))?.blocks.find(
    ({ kind }) => kind === 'volumes',
  );
  if (block === undefined) return undefined;
  const set = await readBlock(folder, block);
  return set.kind === 'volumes' ? curtainPicture(set) : undefined;
}

/**
 * Replaces what stands between `<!-- results: name -->` and `<!-- end of results -->`.
 *
 * @throws {Error} If a part has no marker: a number would silently stay as it was.
 */
export function fillMarkers(text: string, parts: Readonly<Record<string, string>>): string {
  let filled = text;
  for (const [name, content] of Object.entries(parts)) {
    const start = `<!-- results: ${name} -->`;
    const pattern = new RegExp(`${start}[\\s\\S]*?<!-- end of results -->`);
    if (!pattern.test(filled)) throw new Error(`fillMarkers: the page must have ${start}`);
    const replacement = `${start}\n\n${content}\n\n<!-- end of results -->`;
    filled = filled.replace(pattern, () => replacement);
  }
  return filled;
}

function readmeParts({ experiments, runs }: DocumentedResults): Readonly<Record<string, string>> {
  const main = experiments.find(({ id }) => id === 'table1');
  const answers = answerQuestions(experiments, runs).map(
    ({ question, answer }) => `**${question}** ${plain(answer)}`,
  );
  const claims = paperClaims(experiments).map(({ claim }) => claim);
  return {
    answers: [...answers, describeTallies(claims).join(' ')].join('\n\n'),
    scale: `> **Scale.** ${plain(describeScale(runs) ?? 'Nothing was trained.')}`,
    'table-1': main === undefined ? '' : tableOne(main.table),
  };
}

/** Thin spaces and typographic quotes as one types them. */
function plain(text: string): string {
  return text
    .replaceAll('\u2009', ',')
    .replaceAll('\u2212', '-')
    .replaceAll('’', "'")
    .replaceAll(/[“”]/g, '"');
}

/** Rows of the README beside those of the paper. */
const BESIDE_THE_PAPER: readonly string[] = ['rl-tv'];

function tableOne({ rows }: Table): string {
  const score = (row: TableRow, metric: 'psnr' | 'ssim', digits: number): string => {
    const summary = row.ours?.[metric];
    if (summary === undefined) return '';
    const { mean: value, low, high } = summary;
    const number = (one: number): string => formatNumber(one, digits);
    const interval = low === null || high === null ? '' : ` [${number(low)}, ${number(high)}]`;
    return plain(`${number(value)}${interval}`);
  };
  const shown = rows.filter(({ id, paper }) => paper !== null || BESIDE_THE_PAPER.includes(id));
  const cells = shown.map((row) => [
    row.label,
    row.paper === null ? '' : formatNumber(row.paper.psnr, 2),
    score(row, 'psnr', 2),
    row.paper === null ? '' : formatNumber(row.paper.ssim, 4),
    score(row, 'ssim', 4),
  ]);
  return markdownTable(['method', 'PSNR, paper', 'PSNR, ours', 'SSIM, paper', 'SSIM, ours'], cells);
}

function claimsPage({ experiments }: DocumentedResults): string {
  const judged = experiments.filter(({ table }) => table.claims.length > 0);
  const claims = judged.flatMap(({ table }) => table.claims);
  const sections = judged.flatMap(({ table: { place, title, claims: those } }) => [
    `## ${place}: ${title}`,
    markdownTable(
      ['claim', 'kind', 'rule', 'value', 'verdict'],
      those.map((claim) => [
        capitalize(claim.text),
        claim.kind === undefined ? '' : CLAIM_KINDS[claim.kind].word,
        `\`${claim.rule}\``,
        plain(shortValue(claim)),
        claim.verdict,
      ]),
    ),
  ]);
  return [
    '# Claims',
    'Made from the tables of `results/standard` by `npm run docs`; a test compares this page with them. ' +
      'Each experiment file states its claims, with the rule that decides them, before anything runs. ' +
      'A claim is undecided where the 95 % interval of its value holds both answers ' +
      '([ADR 10](adr/0010-how-claims-are-judged.md)). Verdicts and intervals are those of the tables ' +
      'as they were written; the [README](../README.md) says whether they are stale.',
    describeTallies(claims).join(' '),
    '![The value of each claim of the paper with its interval, and where it holds](images/claims.svg)',
    ...sections,
    '',
  ].join('\n\n');
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
