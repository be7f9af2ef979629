import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import { METRIC_NAMES } from '@blurcycle/metrics/registry';
import { KERNEL_FIGURES, NOISE_FIGURES, PUPIL_FIGURES } from '../claims/kernelFigures.ts';
import { parseRule, scoresOf } from '../claims/parseRule.ts';
import { resolveConditions, scoreName } from '../resolve/resolveConditions.ts';
import { KERNEL_PREFIX } from '../statistics/scoreStatistics.ts';
import { figureId } from './figureSchemas.ts';
import type { ExperimentFile } from './fileSchemas.ts';
import type { YamlSource } from './yamlSource.ts';

/** The row that trains nothing: the blurred test volumes as they are. */
export const INPUT_METHOD = 'input';

/**
 * The row that trains nothing either: what the method behind the sharp set makes of the test
 * volumes.
 */
export const TARGET_METHOD = 'target';

const KERNEL_SCORES = [...KERNEL_FIGURES, ...NOISE_FIGURES, ...PUPIL_FIGURES].map(
  (name) => `${KERNEL_PREFIX}${name}`,
);

/** Ids of the methods that a row may name. */
interface KnownMethods {
  readonly trained: readonly string[];
  readonly classical: readonly string[];
}

type Locate = (...path: (string | number)[]) => string;

/**
 * The rules of an experiment file that a schema cannot say: names that must exist, ids that must
 * differ, rules that must parse.
 *
 * @throws {InputError} One line for the first thing wrong.
 */
export function checkExperiment(
  { source, content }: { source: YamlSource; content: ExperimentFile },
  methods: KnownMethods,
): void {
  const at: Locate = (...path) => `${source.file}:${source.lineOf(path)}`;
  const rows = checkRows(content, methods, at);
  const conditions = checkConditions(content, rows, at);
  checkFigures(content, { rows, conditions }, at);
  checkClaims(content, rows, conditions, at);
}

function checkRows(
  { rows, figures }: ExperimentFile,
  { trained, classical }: KnownMethods,
  at: Locate,
): string[] {
  if (rows.length === 0 && (figures ?? []).length === 0) {
    throw new InputError(
      describeViolation(at('rows'), 'rows', 'hold one where there is no figure', rows),
    );
  }
  const ids = new Set<string>();
  rows.forEach((row, index) => {
    const known = [INPUT_METHOD, TARGET_METHOD, ...trained, ...classical];
    if (!known.includes(row.method)) {
      throw new InputError(
        describeUnknown(at('rows', index, 'method'), 'method', row.method, known),
      );
    }
    const id = row.id ?? row.method;
    refuseTwice('row id', id, ids, at('rows', index), 'give this row an id');
    if (row.settings !== undefined && !trained.includes(row.method)) {
      const where = at('rows', index, 'settings');
      throw new InputError(
        describeViolation(where, 'row with settings', 'name a method that is trained', row.method),
      );
    }
    if (row.settings !== undefined && trained.includes(id)) {
      const remedy = 'give this row an id of its own, its runs are named after it';
      const where = at('rows', index, 'settings');
      throw new InputError(
        describeViolation(where, 'row with settings', 'not be named after a method', id, remedy),
      );
    }
  });
  return [...ids];
}

/** Ids of the conditions; none where the file declares none. */
function checkConditions(content: ExperimentFile, rows: readonly string[], at: Locate): string[] {
  if (content.conditions !== undefined && content.sweep !== undefined) {
    const remedy = 'list the conditions, or let a sweep make them';
    throw new InputError(
      describeViolation(at('sweep'), 'sweep', 'not stand beside conditions', 'both', remedy),
    );
  }
  if (content.vary !== undefined && content.sweep !== undefined) {
    const remedy = 'train other rows, or test the same ones elsewhere';
    throw new InputError(
      describeViolation(at('vary'), 'vary', 'not stand beside a sweep', 'both', remedy),
    );
  }
  const ids = new Set<string>();
  resolveConditions(content).forEach(({ id, paper }, index) => {
    if (id === null) return;
    const where =
      content.sweep === undefined ? at('conditions', index) : at('sweep', 'snrDb', index);
    refuseTwice('condition', id, ids, where);
    const stranger = Object.keys(paper).find((row) => !rows.includes(row));
    if (stranger !== undefined) {
      throw new InputError(
        describeUnknown(at('conditions', index, 'paper', stranger), 'row', stranger, rows),
      );
    }
  });
  return [...ids];
}

function checkClaims(
  { claims }: ExperimentFile,
  rows: readonly string[],
  conditions: readonly string[],
  at: Locate,
): void {
  const ids = new Set<string>();
  const known =
    conditions.length === 0
      ? rows
      : rows.flatMap((row) => conditions.map((id) => scoreName(row, id)));
  claims.forEach(({ id, rule }, index) => {
    refuseTwice('claim id', id, ids, at('claims', index));
    const where = at('claims', index, 'rule');
    for (const { metric, row } of scoresOf(parseRule(rule, where))) {
      if (!METRIC_NAMES.includes(metric) && !KERNEL_SCORES.includes(metric)) {
        const [kind, known] = metric.startsWith(KERNEL_PREFIX)
          ? (['figure of a kernel', KERNEL_SCORES] as const)
          : (['metric', METRIC_NAMES] as const);
        throw new InputError(describeUnknown(where, kind, metric, known));
      }
      if (!known.includes(row)) throw new InputError(describeUnknown(where, 'row', row, known));
    }
  });
}

function refuseTwice(
  kind: string,
  id: string,
  ids: Set<string>,
  where: string,
  remedy?: string,
): void {
  if (ids.has(id))
    throw new InputError(describeViolation(where, kind, 'differ from all others', id, remedy));
  ids.add(id);
}

/** What a figure of the file may name. */
interface KnownNames {
  readonly rows: readonly string[];
  /** Empty where the file declares no condition. */
  readonly conditions: readonly string[];
}

/**
 * The rules of figures that a schema cannot say: ids that differ, rows and conditions that exist,
 * curves only over a sweep or values of `vary`.
 *
 * @throws {InputError} One line for the first thing wrong.
 */
function checkFigures(
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
    if (
      figure.kind === 'sweep-curves' &&
      content.sweep === undefined &&
      content.vary === undefined
    ) {
      const where = at('figures', index);
      throw new InputError(
        describeViolation(where, 'sweep or vary', 'be given for curves over it', 'none'),
      );
    }
  });
}
