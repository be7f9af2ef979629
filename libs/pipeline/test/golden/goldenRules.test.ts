import { STAGES, type Numerics, type Stage } from '@blurcycle/experiment';
import { describe, expect, test } from 'vitest';
import {
  ANY,
  checkGolden,
  collectBits,
  mergeGolden,
  type GoldenBits,
  type GoldenFile,
  type GoldenRun,
} from './goldenRules.ts';

type Training = GoldenBits['training'];

const [AVX2, NEON] = ['avx2 gcc', 'neon clang'];
const COMPILERS = { [AVX2]: [11, 12], [NEON]: [15] };

const MANY: Training = { loss: { [AVX2]: 'a', [NEON]: 'n' }, text: { any: 't' } };
const HERE: Training = { loss: { [AVX2]: 'a' }, text: { any: 't' } };

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
  compilers: COMPILERS,
  bits: bits(training),
});

interface Situation {
  readonly name: string;
  /** Version of the compiler here. */
  readonly compiler?: number;
  /** Those that the command writes, where they are others than the file's. */
  readonly compilers?: GoldenFile['compilers'];
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
const OTHER =
  'golden: the bits of avx2 gcc are kept for version 11, 12 of the compiler, got others with 13, which are not compared (build with CXX=<one of those>)';
const LOWERED = 'golden: NUMERICS.training must never be lowered, got 1 after 2 (raise it)';

const SITUATIONS: readonly Situation[] = [
  { name: 'same bits, same version', kept: file(MANY), written: MANY },
  {
    name: 'no file',
    kept: undefined,
    failures: ['golden: golden.json must exist, got none (run: npm run golden)'],
    written: HERE,
    compilers: { [AVX2]: [12] },
  },
  {
    name: 'bits changed, version not raised',
    kept: file(MANY),
    now: { ...HERE, loss: { [AVX2]: 'b' } },
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
    now: { ...HERE, loss: { [AVX2]: 'b' } },
    failures: [DUE],
    written: { loss: { [AVX2]: 'b' }, text: { any: 't' } },
    notes: [
      'golden: the bits of neon clang are dropped from training: they are those of NUMERICS.training 1 (run: npm run golden, where there is neon clang)',
    ],
  },
  {
    name: 'version raised, nothing known of this machine',
    kept: file({ loss: { [NEON]: 'n' } }),
    version: 2,
    now: { loss: { [AVX2]: 'b' } },
    failures: [DUE],
    skipped: [
      'golden: no bits of avx2 gcc are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: { loss: { [AVX2]: 'b' } },
    notes: [
      'golden: the bits of neon clang are dropped from training: they are those of NUMERICS.training 1 (run: npm run golden, where there is neon clang)',
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
      'golden: no bits of avx2 gcc are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: HERE,
  },
  {
    name: 'a native case that became a portable one',
    kept: file({ loss: { [AVX2]: 'a' }, text: { [AVX2]: 't' } }),
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
    now: { ...HERE, loss: { 'rvv gcc': 'r' } },
    skipped: [
      'golden: no bits of rvv gcc are kept for 1 cases, which are not compared (run: npm run golden)',
    ],
    written: { ...MANY, loss: { ...MANY.loss, 'rvv gcc': 'r' } },
    compilers: { ...COMPILERS, 'rvv gcc': [12] },
  },
  {
    name: 'another compiler, the same bits',
    kept: file(MANY),
    compiler: 13,
    written: MANY,
    compilers: { ...COMPILERS, [AVX2]: [11, 12, 13] },
  },
  {
    name: 'another compiler, other bits',
    kept: file(MANY),
    compiler: 13,
    now: { ...HERE, loss: { [AVX2]: 'b' } },
    skipped: [OTHER],
    refusals: [OTHER],
  },
  {
    name: 'no C++ kernels here',
    kept: file(MANY),
    now: { loss: {}, text: { any: 't' } },
    skipped: [
      'golden: 1 cases need the C++ kernels, which are not built, and are not compared (run: npm rebuild)',
    ],
    written: MANY,
  },
];

const found = (
  now: Training,
  compiler = 12,
): { bits: GoldenBits; compilers: GoldenFile['compilers'] } => {
  const keys = Object.values(now).flatMap((hashes) => Object.keys(hashes));
  const native = keys.filter((key) => key !== ANY);
  return { bits: bits(now), compilers: Object.fromEntries(native.map((key) => [key, [compiler]])) };
};

describe('the rules of golden bits', () => {
  test.each(SITUATIONS)('checked: $name', (situation) => {
    const { kept, version = 1, now = HERE, compiler, failures = [], skipped = [] } = situation;
    const checked = checkGolden(kept, numerics(version), found(now, compiler));
    expect(checked).toEqual({ failures, skipped });
  });

  test.each(SITUATIONS)('written: $name', (situation) => {
    const { kept, version = 1, now = HERE, compiler, written, compilers = COMPILERS } = situation;
    const { notes = [], refusals = [] } = situation;
    expect(mergeGolden(kept, numerics(version), found(now, compiler))).toEqual(
      written === undefined
        ? { refusals }
        : { file: { ...file(written, version), compilers }, notes },
    );
  });

  test.each(SITUATIONS.filter(({ written }) => written !== undefined))(
    'what was written passes: $name',
    ({ written = {}, version = 1, now = HERE }) => {
      const { failures } = checkGolden(file(written, version), numerics(version), found(now));
      expect(failures).toEqual([]);
    },
  );
});

describe('the bits of several processes', () => {
  const run = (
    instructionSet: string,
    compiler: string,
    threads: number,
    hash: string,
  ): GoldenRun => ({ native: { instructionSet, compiler, threads }, cases: cases(hash) });
  const cases = (hash: string | null): GoldenRun['cases'] => [
    { stage: 'training', name: 'loss', runsOn: 'native', hash },
    { stage: 'training', name: 'text', runsOn: 'portable', hash: 't' },
  ];
  const GCC = 'g++ (Debian 12.2.0-14+deb12u1) 12.2.0';
  const CLANG = 'Apple clang version 15.0.0 (clang-1500.3.9.4)';

  test('stand under instruction set and family of compilers, or under any', () => {
    const runs = [run('avx2', GCC, 1, 'a'), run('avx2', GCC, 2, 'a'), run('neon', CLANG, 1, 'n')];
    expect(collectBits(runs)).toEqual({
      bits: bits(MANY),
      compilers: { [AVX2]: [12], [NEON]: [15] },
      failures: [],
    });
  });

  test('must be the same each time', () => {
    expect(collectBits([run('avx2', GCC, 1, 'a'), run('avx2', GCC, 2, 'b')]).failures).toEqual([
      'golden: training/loss must give the same bits every time, got others with avx2 gcc, threads: 2',
    ]);
  });

  test('are none without C++ kernels', () => {
    const none = collectBits([{ native: null, cases: cases(null) }]);
    expect(none.bits.training).toEqual({ loss: {}, text: { any: 't' } });
    expect(none.compilers).toEqual({});
  });
});
