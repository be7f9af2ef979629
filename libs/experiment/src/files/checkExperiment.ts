import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import { parseRule, scoresOf } from '../claims/parseRule.ts';
import { METRIC_NAMES } from '../results/metrics.ts';
import type { ExperimentFile } from './fileSchemas.ts';
import type { YamlSource } from './yamlSource.ts';

/** The row that trains nothing: the blurred test volumes as they are. */
export const INPUT_METHOD = 'input';

/**
 * The rules of an experiment file that a schema cannot say: names that must exist, ids that must differ, rules that
 * must parse.
 *
 * @throws {InputError} One line for the first thing wrong.
 */
export function checkExperiment(
  { source, content }: { source: YamlSource; content: ExperimentFile },
  methods: readonly string[],
): void {
  const at = (...path: (string | number)[]): string => `${source.file}:${source.lineOf(path)}`;
  const rowIds = new Set<string>();
  content.rows.forEach((row, index) => {
    const known = [INPUT_METHOD, ...methods];
    if (!known.includes(row.method)) {
      throw new InputError(describeUnknown(at('rows', index, 'method'), 'method', row.method, known));
    }
    const id = row.id ?? row.method;
    if (rowIds.has(id)) {
      const where = at('rows', index);
      throw new InputError(
        describeViolation(where, 'row id', 'differ from all others', id, 'give this row an id'),
      );
    }
    rowIds.add(id);
    if (row.settings !== undefined && methods.includes(id)) {
      const remedy = 'give this row an id of its own, its runs are named after it';
      const where = at('rows', index, 'settings');
      throw new InputError(
        describeViolation(where, 'row with settings', 'not be named after a method', id, remedy),
      );
    }
  });
  content.claims.forEach((claim, index) => {
    if (content.claims.findIndex(({ id }) => id === claim.id) < index) {
      throw new InputError(
        describeViolation(at('claims', index), 'claim id', 'differ from all others', claim.id),
      );
    }
    const where = at('claims', index, 'rule');
    for (const { metric, row } of scoresOf(parseRule(claim.rule, where))) {
      if (!METRIC_NAMES.includes(metric)) {
        throw new InputError(describeUnknown(where, 'metric', metric, METRIC_NAMES));
      }
      if (!rowIds.has(row)) throw new InputError(describeUnknown(where, 'row', row, [...rowIds]));
    }
  });
}
