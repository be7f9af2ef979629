import type { ExperimentInput, ReportInputs, RunInput } from '../inputs/readResults.ts';

/** Something that a reader must know before believing the numbers. */
export interface Problem {
  readonly kind: 'failed' | 'missing' | 'stale' | 'dirty' | 'damaged';
  readonly text: string;
}

/** Something that is wrong with one row of one table. */
interface RowProblem {
  readonly kind: Problem['kind'];
  /** Table and row. */
  readonly place: string;
  readonly what: string;
}

/**
 * Everything that is failed, missing, stale, made from uncommitted sources, or unreadable; the
 * gravest first.
 */
export function findProblems(inputs: ReportInputs): readonly Problem[] {
  const found = [
    ...inputs.runs.filter(({ record }) => record.status === 'failed').map(describeFailure),
    ...gatherPlaces(
      inputs.experiments.flatMap((experiment) => rowProblems(experiment, inputs.runs)),
    ),
    ...staleness(inputs),
    ...dirt(inputs),
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
    const place = `${table.place}, ${label}`;
    if (status !== 'done') {
      return [
        {
          kind: status,
          place,
          what: note ?? (status === 'failed' ? 'its run failed' : 'no finished run'),
        },
      ];
    }
    const lost = behind.filter((id) => !known.has(id));
    if (lost.length > 0)
      return [{ kind: 'missing', place, what: `no record of ${lost.join(', ')}` }];
    return note === undefined ? [] : [{ kind: 'stale', place, what: note }];
  });
}

/**
 * One run stands behind rows of many tables: what is wrong with it is said once, with every place.
 */
function gatherPlaces(problems: readonly RowProblem[]): Problem[] {
  const gathered = new Map<string, { kind: Problem['kind']; what: string; places: Set<string> }>();
  for (const { kind, place, what } of problems) {
    const key = `${kind} ${what}`;
    const known = gathered.get(key) ?? { kind, what, places: new Set<string>() };
    gathered.set(key, { ...known, places: known.places.add(place) });
  }
  return [...gathered.values()].map(({ kind, what, places }) => ({
    kind,
    text: `${[...places].join('; ')}: ${what}.`.replace(/\.\.$/, '.'),
  }));
}

/** Tables that do not belong to the runs behind them as they are now. */
function staleness({ experiments, runs }: ReportInputs): Problem[] {
  const tablesWith = (
    isOff: (run: RunInput['record'], table: ExperimentInput['table']) => boolean,
  ): string =>
    experiments
      .filter(({ table }) => {
        const behind = new Set(table.rows.flatMap((row) => row.runs));
        return runs.some(({ record }) => behind.has(record.id) && isOff(record, table));
      })
      .map(({ table }) => table.place)
      .join(', ');
  const older = tablesWith(
    (run, table) => Date.parse(run.provenance.createdAt) > Date.parse(table.provenance.createdAt),
  );
  const other = tablesWith(
    (run, table) => run.provenance.sourceHash !== table.provenance.sourceHash,
  );
  return [
    ...(older === '' ? [] : [`Older than runs behind them, to be made again: ${older}.`]),
    ...(other === '' ? [] : [`Computed with other sources than runs behind them: ${other}.`]),
  ].map((text): Problem => ({ kind: 'stale', text }));
}

function dirt({ experiments, runs }: ReportInputs): Problem[] {
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
