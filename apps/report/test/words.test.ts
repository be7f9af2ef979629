import type { ExperimentSet, Provenance, Table } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import type { ReportInputs, RunInput } from '../src/inputs/readResults.ts';
import { inStatedWords } from '../src/model/statedWords.ts';
import { aboutSection } from '../src/sections/aboutSection.ts';
import { provenanceLines } from '../src/sections/frame.ts';

type Content = NonNullable<ReturnType<ExperimentSet['experiments']['get']>>['content'];

const provenance = (createdAt: string, gitCommit: string): Provenance => ({
  ...{ createdAt, gitCommit, gitDirty: false, versions: { node: '20.1.0', blurcycle: '0.1.0' } },
  ...{ cpu: { model: 'A CPU', cores: 2 }, gpu: null, backend: 'native', threads: 1 },
  ...{ wallSeconds: 1, peakMemoryBytes: 1, command: `make ${gitCommit}` },
});

describe('inStatedWords(table, stated)', () => {
  const claim = { verdict: 'reproduced', value: 1, low: null, high: null } as const;
  const table = {
    ...{ title: 'old title', place: 'Fig. 0', rows: [] },
    claims: [
      { ...claim, id: 'same', text: 'old', rule: 'psnr(a) > 0' },
      { ...claim, id: 'other-rule', text: 'old', rule: 'psnr(a) > 0' },
      { ...claim, id: 'gone', text: 'old', rule: 'psnr(a) > 0' },
    ],
  } as unknown as Table;
  const stated = {
    ...{ title: 'new title', place: 'Fig. 1' },
    claims: [
      { id: 'same', text: 'new', rule: 'psnr(a) > 0', kind: 'paper' },
      { id: 'other-rule', text: 'new', rule: 'psnr(a) > 1', kind: 'ours' },
    ],
  } as unknown as Content;

  it('takes title and place, and the text of claims whose rule is the same', () => {
    const { title, place, claims } = inStatedWords(table, stated);
    expect([title, place]).toEqual(['new title', 'Fig. 1']);
    expect(claims.map(({ text, kind }) => [text, kind])).toEqual([
      ['new', 'paper'],
      ['old', 'ours'], // a text about another rule would be false
      ['old', undefined],
    ]);
    expect(inStatedWords(table, undefined)).toBe(table);
  });
});

describe('aboutSection(inputs)', () => {
  const run = (createdAt: string, commit: string): RunInput =>
    ({ record: { provenance: provenance(createdAt, commit) } }) as unknown as RunInput;
  const inputs: ReportInputs = {
    ...{ profile: 'p', experiments: [], damaged: [], deviations: null },
    runs: [
      run('2026-11-02T10:00:00.000Z', 'a'.repeat(40)),
      run('2026-11-01T10:00:00.000Z', 'a'.repeat(40)),
      run('2026-11-03T10:00:00.000Z', 'b'.repeat(40)),
    ],
  };
  const textOf = (markup: string): string =>
    markup.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

  it('tells days, commits and machines from the records', () => {
    const text = textOf(aboutSection(inputs).markup);
    expect(text).toContain('made from 2026-11-01 to 2026-11-03');
    expect(text).toContain('aaaaaaaaa (clean) (2) and bbbbbbbbb (clean) (1)');
    expect(text).toContain('A CPU (2 cores), back-end native, 1 thread (3)');
    expect(text).not.toContain('blurcycle');
  });

  it('tells what built the page, and whether its sources had uncommitted changes', () => {
    const builder = {
      version: '1.2.3',
      node: '22.0.0',
      git: { commit: 'c'.repeat(40), dirty: true },
    };
    expect(textOf(aboutSection({ ...inputs, builder }).markup)).toContain(
      'blurcycle 1.2.3, commit ccccccccc (with uncommitted changes), Node 22.0.0',
    );
  });
});

describe('provenanceLines(tables, id)', () => {
  const making = (place: string, commit: string) => ({
    ...{ place, seeds: [0, 1], trainingSeconds: 60 },
    provenance: provenance('2026-11-01T10:00:00.000Z', commit),
  });
  const summaryOf = (...commits: readonly string[]): string =>
    provenanceLines(
      commits.map((commit, i) => making(`Fig. ${i}`, commit)),
      'made',
    ).markup.split('</summary>')[0];

  it('says once what the tables of a section have in common', () => {
    const same = 'd'.repeat(40);
    expect(summaryOf(same, same).match(/commit ddddddddd/g)).toHaveLength(1);
    expect(summaryOf(same, 'e'.repeat(40)).match(/commit (d|e){9}/g)).toHaveLength(2);
  });
});
