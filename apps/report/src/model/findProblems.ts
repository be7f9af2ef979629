import type { ExperimentInput, ReportInputs, RunInput } from '../inputs/readResults.ts';

/** Something that a reader must know before trusting the numbers. */
export interface Problem {
  readonly kind: 'failed' | 'missing' | 'stale' | 'dirty' | 'damaged';
  readonly text: string;
}

/** A problem of one row of a table. */
interface RowProblem {
  readonly kind: Problem['kind'];
  /** Table and row, for example `Table I, Proposed, blind`. */
  readonly row: string;
  readonly what: string;
}

/** What is failed, missing, unreadable, stale or made from uncommitted sources, in this order. */
export function findProblems(inputs: ReportInputs): readonly Problem[] {
  const found = [
    ...inputs.runs.filter(({ record }) => record.status === 'failed').map(describeFailure),
    ...gatherRows(inputs.experiments.flatMap((experiment) => rowProblems(experiment, inputs.runs))),
    ...staleTables(inputs),
    ...uncommitted(inputs),
    ...inputs.damaged.map((text): Problem => ({ kind: 'damaged', text })),
  ];
  const order = ['failed', 'missing', 'damaged', 'stale', 'dirty'];
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function describeFailure({ record: { id, error } }: RunInput): Problem {
  return { kind: 'failed', text: `Run ${id} failed${error === null ? '' : `: ${error}`}.` };
}

function rowProblems({ table }: ExperimentInput, runs: readonly RunInput[]): RowProblem[] {
  const known = new Set(runs.map(({ record }) => record.id));
  return table.rows.flatMap(({ label, status, note, runs: behind }): RowProblem[] => {
    const row = `${table.place}, ${label}`;
    if (status !== 'done') {
      return [
        {
          kind: status,
          row,
          what: note ?? (status === 'failed' ? 'its run failed' : 'no finished run'),
        },
      ];
    }
    const lost = behind.filter((id) => !known.has(id));
    if (lost.length > 0) return [{ kind: 'missing', row, what: `no record of ${lost.join(', ')}` }];
    return note === undefined ? [] : [{ kind: 'stale', row, what: note }];
  });
}

/** Lists a problem of several rows once: one run may be behind rows of many tables. */
function gatherRows(problems: readonly RowProblem[]): Problem[] {
  const gathered = new Map<string, { kind: Problem['kind']; what: string; rows: Set<string> }>();
  for (const { kind, row, what } of problems) {
    const key = `${kind} ${what}`;
    const known = gathered.get(key) ?? { kind, what, rows: new Set<string>() };
    gathered.set(key, { ...known, rows: known.rows.add(row) });
  }
  return [...gathered.values()].map(({ kind, what, rows }) => ({
    kind,
    text: `${[...rows].join('; ')}: ${what}.`.replace(/\.\.$/, '.'),
  }));
}

/**
 * Tables that are older than a run behind them, or were made from files that have changed since.
 */
function staleTables({ experiments, runs }: ReportInputs): Problem[] {
  const isStale = ({ table, changedInputs }: ExperimentInput): boolean => {
    const behind = new Set(table.rows.flatMap((row) => row.runs));
    const madeAt = Date.parse(table.provenance.createdAt);
    const isYounger = ({ record: { id, provenance } }: RunInput): boolean =>
      behind.has(id) && Date.parse(provenance.createdAt) > madeAt;
    return changedInputs.length > 0 || runs.some(isYounger);
  };
  const stale = experiments.filter(isStale).map(({ table }) => table.place);
  if (stale.length === 0) return [];
  return [
    {
      kind: 'stale',
      text: `Older than the results that they were made from; make them again: ${stale.join(', ')}.`,
    },
  ];
}

function uncommitted({ experiments, runs }: ReportInputs): Problem[] {
  const names = [
    ...experiments
      .filter(({ table }) => table.provenance.gitDirty === true)
      .map(({ table }) => table.place),
    ...runs
      .filter(({ record }) => record.provenance.gitDirty === true)
      .map(({ record }) => record.id),
  ];
  if (names.length === 0) return [];
  return [
    { kind: 'dirty', text: `Made from sources with uncommitted changes: ${names.join(', ')}.` },
  ];
}
