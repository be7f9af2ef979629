import { fileURLToPath } from 'node:url';
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
        text: 'Table I, Proposed, blind; Table II, Proposed, blind: no record of proposed-s0.',
      },
    ]);
  });

  it('finds tables that are older than a run, and those that other sources made', () => {
    const experiments = inputs.experiments.map((experiment) => ({
      ...experiment,
      table: {
        ...experiment.table,
        provenance: {
          ...experiment.table.provenance,
          createdAt: '2019-01-01T00:00:00.000Z',
          sourceHash: 'b'.repeat(64),
        },
      },
    }));
    const stale = findProblems({ ...inputs, experiments }).filter(({ kind }) => kind === 'stale');
    expect(stale.map(({ text }) => text)).toEqual([
      'Older than the runs behind them; make them again: Table I, Table II.',
      'Computed by other sources than the runs behind them: Table I, Table II.',
    ]);
  });
});
