import { selectBackend } from '@blurcycle/compute';
import { describeViolation, InputError } from '@blurcycle/core';
import type { CostFigure, FactsBlock } from '@blurcycle/experiment';
import { readRuns } from '../tables/readRuns.ts';
import { costFacts, type CostedMethod } from './cost/costFacts.ts';
import { countParametersAt } from './cost/countParametersAt.ts';
import type { FigureContext } from './figureContext.ts';

/** Parameters, memory and time of two rows from their records. */
export async function cost(
  figure: CostFigure,
  id: string,
  { experiment, options }: FigureContext,
): Promise<readonly FactsBlock[]> {
  const { paperScale } = figure;
  if (paperScale !== undefined) {
    // Networks are built to be counted: somewhere their parameters must lie.
    await selectBackend(
      options.backend,
      options.threads === undefined ? {} : { threads: options.threads },
    );
  }
  const methodOf = async (rowId: string): Promise<CostedMethod> => {
    const row = experiment.rows.find((candidate) => candidate.id === rowId);
    if (row === undefined || row.runs.length === 0) {
      throw new InputError(
        describeViolation(
          `${experiment.name}.yaml`,
          'rows of cost',
          'name rows that are trained',
          rowId,
        ),
      );
    }
    const results = await readRuns(row.runs, options.resultsDir);
    const { method, network } = row.runs[0].settings;
    return {
      label: row.label,
      records: results.flatMap(({ record }) => (record === undefined ? [] : [record])),
      paperScale:
        paperScale === undefined ? null : countParametersAt(method, { ...network, ...paperScale }),
    };
  };
  const [measure, compared] = [await methodOf(figure.rows[0]), await methodOf(figure.rows[1])];
  return costFacts(id, { profile: experiment.profile, measure, compared });
}
