import { STAGES, type Numerics, type Stage } from '@blurcycle/experiment';

/**
 * SHA-256 by instruction set and family of compilers (`avx2 gcc`), or under `any` where only
 * JavaScript computes.
 */
type CaseBits = Readonly<Record<string, string>>;
/** Hashes of every case of every stage. */
export type GoldenBits = Readonly<Record<Stage, Readonly<Record<string, CaseBits>>>>;

/** `golden.json`. */
export interface GoldenFile {
  /** The versions of the numbers whose bits these are. */
  readonly numerics: Numerics;
  /** Key of bits to the major versions of the compilers that are known to give them. */
  readonly compilers: Readonly<Record<string, readonly number[]>>;
  readonly bits: GoldenBits;
}

/** What one process found. */
export interface GoldenRun {
  /** Null where the C++ kernels are not built: then no native case has a hash. */
  readonly native: {
    readonly instructionSet: string;
    /** What the compiler says of itself. */
    readonly compiler: string;
    readonly threads: number;
  } | null;
  readonly cases: readonly {
    readonly stage: Stage;
    readonly name: string;
    readonly runsOn: 'native' | 'portable';
    readonly hash: string | null;
  }[];
}

/** What all processes of a machine found. */
export type GoldenFindings = Pick<GoldenFile, 'compilers' | 'bits'>;

/** The key of a case that no instruction set changes. */
export const ANY = 'any';

const WRITE = 'run: npm run golden';

/**
 * The hashes of several processes, and a line for every case that did not give the same bits each
 * time.
 */
export function collectBits(
  runs: readonly GoldenRun[],
): GoldenFindings & { readonly failures: readonly string[] } {
  const bits = perStage((): Record<string, Record<string, string>> => ({}));
  const compilers: Record<string, number[]> = {};
  const failures: string[] = [];
  for (const { native, cases } of runs) {
    const { key, version } = keyOf(native);
    if (native !== null) compilers[key] = [version];
    for (const { stage, name, runsOn, hash } of cases) {
      const known = (bits[stage][name] ??= {});
      if (hash === null) continue;
      if ((known[runsOn === 'portable' ? ANY : key] ??= hash) === hash) continue;
      const how = native === null ? 'no C++ kernels' : `${key}, threads: ${native.threads}`;
      const remedy = runsOn === 'portable' ? ' (or is it a native case?)' : '';
      failures.push(
        `golden: ${stage}/${name} must give the same bits every time, got others with ${how}${remedy}`,
      );
    }
  }
  return { bits, compilers, failures };
}

/**
 * The key of native bits, and the major version of the compiler.
 *
 * Families of compilers fuse other products and sums, so each has bits of its own.
 */
function keyOf(native: GoldenRun['native']): { readonly key: string; readonly version: number } {
  if (native === null) return { key: ANY, version: NaN };
  const { instructionSet, compiler } = native;
  const family = /clang/i.test(compiler) ? 'clang' : 'gcc';
  const version = Number(/(\d+)\.\d+/.exec(compiler)?.[1] ?? 0);
  return { key: `${instructionSet} ${family}`, version };
}

/**
 * Compares the bits of now with those that are kept.
 *
 * @param file - Undefined where there is none.
 * @param numerics - The versions that the code has now.
 * @returns One line for each thing that is wrong, and for each instruction set or compiler that the
 *   file does not know, whose bits nothing can be said about.
 */
export function checkGolden(
  file: GoldenFile | undefined,
  numerics: Numerics,
  found: GoldenFindings,
): { readonly failures: readonly string[]; readonly skipped: readonly string[] } {
  if (file === undefined)
    return { failures: [`golden: golden.json must exist, got none (${WRITE})`], skipped: [] };
  const others = otherCompilers(file, found);
  const bits = without(found.bits, others);
  const failures = STAGES.flatMap((stage) => [
    ...checkNames(stage, file.bits[stage], bits[stage]),
    ...checkStage(stage, file, numerics, bits[stage]),
  ]);
  const unknown = STAGES.flatMap((stage) =>
    Object.entries(bits[stage]).flatMap(([name, now]) =>
      Object.keys(now).filter((key) => !(key in (file.bits[stage][name] ?? now))),
    ),
  );
  const empty = STAGES.flatMap((stage) => Object.values(found.bits[stage])).filter(
    (hashes) => Object.keys(hashes).length === 0,
  ).length;
  const skipped = [
    ...(empty === 0
      ? []
      : [
          `golden: ${empty} cases need the C++ kernels, which are not built, and are not compared (run: npm rebuild)`,
        ]),
    ...others.map((key) => describeOther(key, file, found)),
    ...[...new Set(unknown)].map((key) => {
      const count = unknown.filter((one) => one === key).length;
      return `golden: no bits of ${key} are kept for ${count} cases, which are not compared (${WRITE})`;
    }),
  ];
  return { failures, skipped };
}

/**
 * The file with the bits of now in it.
 *
 * Bits of instruction sets that this machine lacks stay as long as the version of their stage does.
 *
 * @returns The file and what to tell about it; or, where the bits and the versions do not agree,
 *   why nothing may be written.
 */
export function mergeGolden(
  file: GoldenFile | undefined,
  numerics: Numerics,
  found: GoldenFindings,
):
  | { readonly file: GoldenFile; readonly notes: readonly string[] }
  | { readonly refusals: readonly string[] } {
  const { bits, compilers } = found;
  if (file === undefined) return { file: { numerics, compilers, bits }, notes: [] };
  const others = otherCompilers(file, found);
  const refusals = [
    ...others.map((key) => describeOther(key, file, found)),
    ...STAGES.flatMap((stage) =>
      isDue(stage, file, numerics, bits[stage])
        ? []
        : checkStage(stage, file, numerics, without(bits, others)[stage]),
    ),
  ];
  if (refusals.length > 0) return { refusals };
  const notes: string[] = [];
  const merged = perStage((stage) => {
    const raised = numerics[stage] !== file.numerics[stage];
    const lost = new Set<string>();
    const cases = Object.entries(bits[stage]).map(([name, now]) => {
      const kept = Object.entries(file.bits[stage][name] ?? {}).filter(
        ([key]) => !(key in now) && (key === ANY) === ANY in now,
      );
      if (raised) for (const [key] of kept) lost.add(key);
      return [name, sorted([...(raised ? [] : kept), ...Object.entries(now)])] as const;
    });
    for (const key of lost) {
      const version = `NUMERICS.${stage} ${file.numerics[stage]}`;
      notes.push(
        `golden: the bits of ${key} are dropped from ${stage}: they are those of ${version} (${WRITE}, where there is ${key})`,
      );
    }
    for (const name of Object.keys(file.bits[stage])) {
      if (!(name in bits[stage]))
        notes.push(`golden: ${stage}/${name} is dropped: no case has that name`);
    }
    return Object.fromEntries(cases);
  });
  const known = Object.entries(compilers).map(([key, versions]): [string, number[]] => [
    key,
    [...new Set([...(file.compilers[key] ?? []), ...versions])].sort((a, b) => a - b),
  ]);
  const all = sorted([...Object.entries({ ...file.compilers, ...Object.fromEntries(known) })]);
  return { file: { numerics, compilers: all, bits: merged }, notes };
}

/** By key, so that it does not matter in which order machines add theirs. */
function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type StageBits = GoldenBits[Stage];

/** A case that the file lacks, or has under another kind of key, or has without there being one. */
function checkNames(stage: Stage, kept: StageBits, now: StageBits): string[] {
  const lacking = Object.entries(now).flatMap(([name, hashes]) => {
    const agrees = name in kept && (!(ANY in hashes) || ANY in kept[name]);
    const isNative = !(ANY in hashes) && Object.keys(hashes).length > 0;
    return agrees && !(isNative && ANY in kept[name])
      ? []
      : [`golden: golden.json must hold bits of ${stage}/${name}, got none (${WRITE})`];
  });
  const leftOver = Object.keys(kept)
    .filter((name) => !(name in now))
    .map(
      (name) =>
        `golden: golden.json must hold no bits of ${stage}/${name}, which is no case (${WRITE})`,
    );
  return [...lacking, ...leftOver];
}

/** What is wrong between bits and version of a stage. */
function checkStage(
  stage: Stage,
  file: GoldenFile,
  numerics: Numerics,
  now: StageBits,
): readonly string[] {
  const [version, before] = [numerics[stage], file.numerics[stage]];
  const name = `NUMERICS.${stage}`;
  if (version < before)
    return [`golden: ${name} must never be lowered, got ${version} after ${before} (raise it)`];
  if (version === before) {
    return changedCases(file.bits[stage], now).map(
      (one) =>
        `golden: ${stage}/${one} must keep its bits, got others (raise ${name} in libs/experiment and say why, or restore the bits)`,
    );
  }
  return isDue(stage, file, numerics, now)
    ? [
        `golden: golden.json must hold the bits of ${name} ${version}, got those of ${before} (${WRITE})`,
      ]
    : [
        `golden: ${name} must be raised only where bits change, got ${version} with all bits of ${before} (take its last line out of libs/experiment)`,
      ];
}

/** Whether the version was raised and the bits changed with it, as far as they can be compared. */
function isDue(stage: Stage, file: GoldenFile, numerics: Numerics, now: StageBits): boolean {
  const kept = file.bits[stage];
  const comparable = Object.entries(now).some(([name, hashes]) =>
    Object.keys(hashes).some((key) => key in (kept[name] ?? {})),
  );
  return (
    numerics[stage] > file.numerics[stage] && (!comparable || changedCases(kept, now).length > 0)
  );
}

function changedCases(kept: StageBits, now: StageBits): string[] {
  return Object.entries(now)
    .filter(([name, hashes]) =>
      Object.entries(hashes).some(([key, hash]) => (kept[name]?.[key] ?? hash) !== hash),
    )
    .map(([name]) => name);
}

/**
 * Keys whose bits differ, and which another version of the compiler made than those that the file
 * knows: the code need not be the reason.
 */
function otherCompilers(file: GoldenFile, { bits, compilers }: GoldenFindings): string[] {
  return Object.entries(compilers)
    .filter(([key, [version]]) => key in file.compilers && !file.compilers[key].includes(version))
    .map(([key]) => key)
    .filter((key) =>
      STAGES.some((stage) =>
        Object.entries(bits[stage]).some(
          ([name, now]) => key in now && (file.bits[stage][name]?.[key] ?? now[key]) !== now[key],
        ),
      ),
    );
}

function describeOther(key: string, file: GoldenFile, { compilers }: GoldenFindings): string {
  const known = file.compilers[key].join(', ');
  return `golden: the bits of ${key} are kept for version ${known} of the compiler, got others with ${compilers[key].join(', ')}, which are not compared (build with CXX=<one of those>)`;
}

function without(bits: GoldenBits, keys: readonly string[]): GoldenBits {
  return perStage((stage) =>
    Object.fromEntries(
      Object.entries(bits[stage]).map(([name, hashes]) => [
        name,
        Object.fromEntries(Object.entries(hashes).filter(([key]) => !keys.includes(key))),
      ]),
    ),
  );
}

function perStage<T>(make: (stage: Stage) => T): Record<Stage, T> {
  return Object.fromEntries(STAGES.map((stage) => [stage, make(stage)])) as Record<Stage, T>;
}
