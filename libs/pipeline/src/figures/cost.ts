import { selectBackend } from '@blurcycle/compute';
import { createVolume, describeViolation, InputError, mean } from '@blurcycle/core';
import type {
  CostFigure,
  FactsBlock,
  MethodSettings,
  NetworkSettings,
  RunRecord,
} from '@blurcycle/experiment';
import { countParameters, disposeNetworks } from '@blurcycle/models';
import { buildMethodNetworks } from '@blurcycle/training';
import { readRuns } from '../table/readRuns.ts';
import type { FigureContext } from './figureContext.ts';

/** Trained parameters of each network of a method. */
interface ParameterCounts {
  readonly sharpGenerator: number;
  readonly blurGenerator: number;
  /** All discriminators together. */
  readonly discriminators: number;
}

/**
 * Counts the parameters of a method's networks at any size, by building them.
 *
 * Cost: 4 bytes for each parameter while it counts; a back-end must be selected.
 */
export function countParametersAt(
  method: MethodSettings,
  network: NetworkSettings,
): ParameterCounts {
  // The values of a known kernel and noise do not matter: they have no parameter.
  const kernel = createVolume([1, 1, 1], [1, 1, 1], Float32Array.of(1));
  const { sharpGenerator, blurGenerator, discriminators } = buildMethodNetworks(
    method,
    network,
    0,
    { kernel, noise: { a: 0, b: 0 } },
  );
  const judges = Object.values(discriminators);
  const networks = [sharpGenerator, ...(blurGenerator === null ? [] : [blurGenerator])];
  try {
    return {
      sharpGenerator: countParameters(sharpGenerator),
      blurGenerator: blurGenerator === null ? 0 : countParameters(blurGenerator),
      discriminators: countParameters(...judges),
    };
  } finally {
    disposeNetworks(...networks, ...judges);
    blurGenerator?.dispose?.();
  }
}

/** A method to compare, by its finished runs, one for each seed. */
interface CostedMethod {
  readonly label: string;
  readonly records: readonly RunRecord[];
  /** Parameters at the paper's scale; null where the comparison is not the paper's. */
  readonly paperScale: ParameterCounts | null;
}

/** Two methods, the second relative to the first. */
interface CostContent {
  readonly profile: string;
  readonly measure: CostedMethod;
  readonly compared: CostedMethod;
}

/** Section V-C of the paper on the conventional method and its own. */
const PAPER = {
  sharpGenerator: '7 million each',
  blurGenerator: '7 million against 0.03 million',
  bytes: '61.3 %; circular',
  inference: '21 s for a simulated volume on a GTX 1080 Ti',
  training: '10 h on a GTX 1080 Ti',
};

/** What the ratio of the bytes is worth. */
const CIRCULAR_NOTE =
  'Counted on networks built at this size. The ratio of the memory is circular and confirms nothing: the paper does not state the width of ' +
  'the discriminators, and ours was chosen so that this ratio comes out. The parameters of the generators do not depend on that choice.';

const BYTES_PER_PARAMETER = 4;
const MEGABYTE = 1e6;

/**
 * Parameters, memory and time of both methods, with the ratio of the second to the first, and the
 * numbers of the paper where the comparison is the paper's.
 */
export function costFacts(id: string, content: CostContent): FactsBlock[] {
  const atPaperScale: FactsBlock = {
    ...parameters(content, ({ paperScale }) => paperScale, PAPER),
    id: `${id}-parameters-paper`,
    title: "Trained parameters at the paper's scale",
    note: CIRCULAR_NOTE,
  };
  return [
    ...(isPapers(content) ? [atPaperScale] : []),
    {
      ...parameters(content, ({ records: [first] }) => countsOf(first)),
      id: `${id}-parameters`,
      title: `Trained parameters in profile ${content.profile}`,
    },
    { ...measured(content), id: `${id}-measured`, title: `Measured in profile ${content.profile}` },
  ];
}

type Part = Omit<FactsBlock, 'id' | 'title'>;
type Row = FactsBlock['rows'][number];

function isPapers({ measure, compared }: CostContent): boolean {
  return measure.paperScale !== null && compared.paperScale !== null;
}

function parameters(
  content: CostContent,
  countsOfMethod: (method: CostedMethod) => ParameterCounts | null,
  paper: Partial<typeof PAPER> = {},
): Part {
  const total = (counts: ParameterCounts): number =>
    counts.sharpGenerator + counts.blurGenerator + counts.discriminators;
  const row = (name: string, part: (counts: ParameterCounts) => number, said?: string): Row =>
    compare(content, name, said, (method) => {
      const counts = countsOfMethod(method);
      return counts === null ? null : part(counts);
    });
  return {
    kind: 'facts',
    columns: columns('network', content),
    rows: [
      row('blurred to sharp', ({ sharpGenerator }) => sharpGenerator, paper.sharpGenerator),
      row('sharp to blurred', ({ blurGenerator }) => blurGenerator, paper.blurGenerator),
      row('discriminators', ({ discriminators }) => discriminators),
      row('all', total),
      row(
        'memory of all, MB of float32',
        (counts) => (total(counts) * BYTES_PER_PARAMETER) / MEGABYTE,
        paper.bytes,
      ),
    ],
  };
}

function measured(content: CostContent): Part {
  const { measure: first, compared: second } = content;
  const row = (name: string, quantity: (record: RunRecord) => number, said?: string): Row =>
    compare(content, name, said, ({ records }) =>
      records.length === 0 ? null : mean(records.map(quantity)),
    );
  return {
    kind: 'facts',
    columns: columns('mean of the runs', content),
    rows: [
      withPaper(content, ['runs', first.records.length, second.records.length, null], undefined),
      row('training, s', ({ trainingSeconds }) => trainingSeconds, PAPER.training),
      row(
        'training, ms for each update',
        ({ trainingSeconds, settings }) => (1000 * trainingSeconds) / settings.training.updates,
      ),
      row(
        'inference, s for each test volume',
        ({ inferenceSeconds, settings }) => inferenceSeconds / settings.dataset.volumes.test,
        PAPER.inference,
      ),
      row(
        'peak memory of the process, MB',
        ({ provenance }) => provenance.peakMemoryBytes / MEGABYTE,
      ),
    ],
    note:
      `${describeMachines([...first.records, ...second.records])} Training includes its validations. Other work on the machine lengthens ` +
      `times; of a run that was killed, what it had not saved is missing.`,
  };
}

function columns(quantity: string, content: CostContent): FactsBlock['columns'] {
  return [
    { label: quantity, unit: null },
    { label: content.measure.label, unit: null },
    { label: content.compared.label, unit: null },
    { label: 'ratio', unit: '%' },
    ...(isPapers(content) ? [{ label: 'paper', unit: null }] : []),
  ];
}

/** A row and, where the comparison is the paper's, its number. */
function withPaper(content: CostContent, cells: Row, said: string | undefined): Row {
  return isPapers(content) ? [...cells, said ?? null] : cells;
}

/** A row with both methods and, where both are known, the ratio of the second to the first. */
function compare(
  content: CostContent,
  name: string,
  said: string | undefined,
  quantity: (method: CostedMethod) => number | null,
): Row {
  const [first, second] = [quantity(content.measure), quantity(content.compared)];
  const ratio = first === null || second === null ? null : (100 * second) / first;
  return withPaper(content, [name, first, second, ratio], said);
}

function describeMachines(records: readonly RunRecord[]): string {
  const machines = records.map(({ provenance: { cpu, gpu, backend, threads } }) =>
    gpu === null
      ? `${cpu.model}, ${threads} thread${threads === 1 ? '' : 's'}, back-end ${backend}`
      : `${gpu}, back-end ${backend}`,
  );
  const distinct = [...new Set(machines)];
  if (distinct.length === 0) return 'Nothing was run.';
  return distinct.length === 1
    ? `All on one kind of machine: ${distinct[0]}.`
    : `On different machines, so that times do not compare: ${distinct.join('; ')}.`;
}

function countsOf(record: RunRecord | undefined): ParameterCounts | null {
  if (record === undefined) return null;
  const { sharpGenerator = 0, blurGenerator = 0, ...judges } = record.parameterCounts;
  return {
    sharpGenerator,
    blurGenerator,
    discriminators: Object.values(judges).reduce((sum, count) => sum + count, 0),
  };
}

/** Parameters, memory and time of two rows from their records. */
export async function cost(
  figure: CostFigure,
  id: string,
  { experiment, options }: FigureContext,
): Promise<readonly FactsBlock[]> {
  const { paperScale } = figure;
  if (paperScale !== undefined) {
    // Counting builds the networks, which needs a back-end.
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
