import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import type { ExperimentFile } from './fileSchemas.ts';
import { figureId } from './figures/figureSchemas.ts';

/** What a figure of the file may name. */
export interface KnownNames {
  readonly rows: readonly string[];
  /** Empty where the file declares no condition. */
  readonly conditions: readonly string[];
}

/**
 * The rules of figures that a schema cannot say: ids that differ, rows and conditions that exist,
 * curves only over a sweep.
 *
 * @throws {InputError} One line for the first thing wrong.
 */
export function checkFigures(
  content: ExperimentFile,
  known: KnownNames,
  at: (...path: (string | number)[]) => string,
): void {
  const ids = new Set<string>();
  content.figures?.forEach((figure, index) => {
    const id = figureId(figure);
    if (ids.has(id)) {
      const rule = 'differ from all others';
      throw new InputError(
        describeViolation(at('figures', index), 'figure id', rule, id, 'give this figure an id'),
      );
    }
    ids.add(id);
    const named = {
      rows: 'rows' in figure ? figure.rows : undefined,
      conditions: 'conditions' in figure ? figure.conditions : undefined,
    };
    for (const key of ['rows', 'conditions'] as const) {
      const unknown = named[key]?.find((name) => !known[key].includes(name));
      if (unknown === undefined) continue;
      const kind = key === 'rows' ? 'row' : 'condition';
      throw new InputError(describeUnknown(at('figures', index, key), kind, unknown, known[key]));
    }
    if (figure.kind === 'sweep-curves' && content.sweep === undefined) {
      const where = at('figures', index);
      throw new InputError(
        describeViolation(where, 'sweep', 'be given for curves over it', 'none'),
      );
    }
  });
}
