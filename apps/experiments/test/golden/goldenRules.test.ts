import { STAGES, type Numerics, type Stage } from '@blurcycle/experiment';
import { describe, expect, test } from 'vitest';
import {
  checkGolden,
  collectBits,
  mergeGolden,
  type GoldenBits,
  type GoldenFile,
  type GoldenRun,
} from './goldenRules.ts';

type Training = GoldenBits['training'];

const MANY: Training = { loss: { avx2: 'a', neon: 'n' }, text: { any: 't' } };
const HERE: Training = { loss: { avx2: 'a' }, text: { any: 't' } };

const bits = (training: Training): GoldenBits => ({
  ...(Object.fromEntries(STAGES.map((stage) => [stage, {}])) as Record<Stage, Training>),
  training,
});
const numerics = (training: number): Numerics => ({
  ...{ data: 1, prediction: 1, scores: 1, table: 1 },
  training,
});
const file = (training: Training, version = 1): GoldenFile => ({
  numerics: numerics(version),
  bits: bits(training),
});

interface Situation {
  readonly name: string;
  readonly kept: GoldenFile | undefined;
  readonly version?: number;
  readonly now?: Training;
  readonly failures?: readonly string[];
  readonly skipped?: readonly string[];
  /** What the command writes; none where it must refuse. */
  readonly written?: Training;
  readonly notes?: readonly string[];
  readonly refusals?: readonly string[];
}

const CHANGED =
  'golden: training/loss must keep its bits, got others (raise NUMERICS.training in libs/experiment and say why, or restore the bits)';
const NEEDLESS =
  'golden: NUMERICS.training must be raised only where bits change, got 2 with all bits of 1 (take its last line out of libs/experiment)';
const DUE =
  'golden: golden.json must hold the bits of NUMERICS.training 2, got those of 1 (run: npm run golden)';
const LOWERED = 'golden: NUMERICS.training must never be lowered, got 1 after 2 (raise it)';

const SITUATIONS: readonly Situation[] = [
  { name: 'same bits, same version', kept: file(MANY), written: MANY },
  {
    name: 'no file',
    kept: undefined,
    failures: ['golden: golden.json must exist, got none (run: npm run golden)'],
    written: HERE,
  },
  {
    name: 'bits changed, version not raised',
    kept: file(MANY),
    now: { ...HERE, loss: { avx2: 'b' } },
    failures: [CHANGED],
    refusals: [CHANGED],
  },
  {
    name: 'version raised, bits not changed',
    kept: file(MANY),
    version: 2,
    failures: [NEEDLESS],
    refusals: [NEEDLESS],
  },
  {
    name: 'version raised, bits changed, file of the old version',
    kept: file(MANY),
    version: 2,
    now: { ...HERE, loss: { avx2: 'b' } },
    failures: [DUE],
    written: { loss: { avx2: 'b' }, text: { any: 't' } },
    notes: [
      'golden: the bits of neon are dropped from training: they are those of NUMERICS.training 1 (run: npm run golden, on a machine that has neon)',
    ],
  },
  {
    name: 'version raised, nothing known of this machine',
    kept: file({ loss: { neon: 'n' } }),
    version: 2,
    now: { loss: { avx2: 'b' } },
    failures: [DUE],
    skipped: [
      'golden: no bits of avx2 are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: { loss: { avx2: 'b' } },
    notes: [
      'golden: the bits of neon are dropped from training: they are those of NUMERICS.training 1 (run: npm run golden, on a machine that has neon)',
    ],
  },
  {
    name: 'version lowered',
    kept: file(MANY, 2),
    failures: [LOWERED],
    refusals: [LOWERED],
  },
  {
    name: 'a case that the file lacks',
    kept: file({ text: { any: 't' } }),
    failures: [
      'golden: golden.json must hold bits of training/loss, got none (run: npm run golden)',
    ],
    written: HERE,
  },
  {
    name: 'a case that is none any more',
    kept: file({ ...MANY, old: { any: 'o' } }),
    failures: [
      'golden: golden.json must hold no bits of training/old, which is no case (run: npm run golden)',
    ],
    written: MANY,
    notes: ['golden: training/old is dropped: no case has that name'],
  },
  {
    name: 'a portable case that became a native one',
    kept: file({ ...MANY, loss: { any: 'a' } }),
    failures: [
      'golden: golden.json must hold bits of training/loss, got none (run: npm run golden)',
    ],
    skipped: [
      'golden: no bits of avx2 are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: HERE,
  },
  {
    name: 'a native case that became a portable one',
    kept: file({ loss: { avx2: 'a' }, text: { avx2: 't' } }),
    failures: [
      'golden: golden.json must hold bits of training/text, got none (run: npm run golden)',
    ],
    skipped: [
      'golden: no bits of any are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: HERE,
  },
  {
    name: 'an instruction set that the file does not know',
    kept: file(MANY),
    now: { ...HERE, loss: { riscv: 'r' } },
    skipped: [
      'golden: no bits of riscv are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: { ...MANY, loss: { ...MANY.loss, riscv: 'r' } },
  },
  {
    name: 'no C++ kernels here',
    kept: file(MANY),
    now: { loss: {}, text: { any: 't' } },
    written: MANY,
  },
];

describe('the rules of golden bits', () => {
  test.each(SITUATIONS)('checked: $name', ({ kept, version = 1, now = HERE, ...expected }) => {
    const { failures = [], skipped = [] } = expected;
    expect(checkGolden(kept, numerics(version), bits(now))).toEqual({ failures, skipped });
  });

  test.each(SITUATIONS)('written: $name', ({ kept, version = 1, now = HERE, ...expected }) => {
    const { written, notes = [], refusals = [] } = expected;
    expect(mergeGolden(kept, numerics(version), bits(now))).toEqual(
      written === undefined ? { refusals } : { file: file(written, version), notes },
    );
  });

  test.each(SITUATIONS.filter(({ written }) => written !== undefined))(
    'what was written passes: $name',
    ({ written = {}, version = 1, now = HERE }) => {
      const { failures } = checkGolden(file(written, version), numerics(version), bits(now));
      expect(failures).toEqual([]);
    },
  );
});

describe('the bits of several processes', () => {
  const run = (instructionSet: string | null, threads: number, hash: string | null): GoldenRun => ({
    instructionSet,
    threads,
    cases: [
      { stage: 'training', name: 'loss', runsOn: 'native', hash },
      { stage: 'training', name: 'text', runsOn: 'portable', hash: 't' },
    ],
  });

  test('stand under the instruction set, or under any', () => {
    expect(collectBits([run('avx2', 1, 'a'), run('avx2', 2, 'a'), run('neon', 1, 'n')])).toEqual({
      bits: bits(MANY),
      failures: [],
    });
  });

  test('must be the same each time', () => {
    expect(collectBits([run('avx2', 1, 'a'), run('avx2', 2, 'b')]).failures).toEqual([
      'golden: training/loss must give the same bits every time, got others with avx2, threads: 2',
    ]);
  });

  test('are none without C++ kernels', () => {
    expect(collectBits([run(null, 1, null)]).bits.training).toEqual({
      loss: {},
      text: { any: 't' },
    });
  });
});
