import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeExperimentRecord } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import { readResults } from '../src/inputs/readResults.ts';
import { findProblems } from '../src/model/findProblems.ts';

const resultsDir = fileURLToPath(new URL('fixtures/results', import.meta.url));
const inputs = await readResults({ resultsDir, profile: 'synthetic' });

describe('findProblems(inputs)', () => {
  it('names what is failed, missing and uncommitted, the most serious first', () => {
    expect(findProblems(inputs).map(({ kind }) => kind)).toEqual([
      'failed',
      'failed',
      'missing',
      'dirty',
    ]);
  });

  it('lists the problem of a run behind many rows once, with all rows', () => {
    const runs = inputs.runs.filter(({ record }) => record.id !== 'proposed-s0');
    const lost = findProblems({ ...inputs, runs }).filter(({ text }) =>
      text.includes('proposed-s0'),
    );
    expect(lost).toEqual([
      {
        kind: 'missing',
        text: 'Table I, Proposed, blind; Table II, Proposed, blind; Fig. 9, Proposed, blind: no record of proposed-s0.',
      },
    ]);
  });

  it('finds tables that are older than a run behind them', () => {
    const experiments = inputs.experiments.map((experiment) => {
      const { table } = experiment;
      const provenance = { ...table.provenance, createdAt: '2019-01-01T00:00:00.000Z' };
      return { ...experiment, table: { ...table, provenance } };
    });
    const stale = findProblems({ ...inputs, experiments }).filter(({ kind }) => kind === 'stale');
    expect(stale.map(({ text }) => text)).toEqual([
      'Older than the results that they were made from; make them again: Table I, Table II, Fig. 9.',
    ]);
  });

  it('finds tables that were made from files with other bytes, not from absent ones', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'report-problems-'));
    try {
      cpSync(resultsDir, copy, { recursive: true });
      mkdirSync(join(copy, 'synthetic/data/ba9876543210'), { recursive: true });
      const [{ table }] = inputs.experiments;
      await writeExperimentRecord(join(copy, 'synthetic/table1/record.json'), {
        experiment: 'table1',
        profile: 'synthetic',
        declaration: {},
        tableSources: 'a'.repeat(64),
        inputs: {
          'runs/proposed-s0/record.json': 'b'.repeat(64),
          'data/0123456789ab/dataset.json': 'c'.repeat(64),
          // The folder of a data set stands for its volumes.
          'data/ba9876543210': 'd'.repeat(64),
        },
        outputs: {},
        provenance: table.provenance,
      });
      const { experiments, ...others } = await readResults({
        resultsDir: copy,
        profile: 'synthetic',
      });
      expect(experiments.map(({ id, changedInputs }) => [id, changedInputs])).toEqual([
        ['table1', ['runs/proposed-s0/record.json']],
        ['table2', []],
        ['fig5', []],
        ['fig9', []],
      ]);
      expect(findProblems({ experiments, ...others }).map(({ text }) => text)).toContain(
        'Older than the results that they were made from; make them again: Table I.',
      );
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
