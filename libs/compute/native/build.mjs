/**
 * @file Builds the native add-on (build/blurcycle.node) with the C++ compiler of the machine; npm
 *   runs it at install.
 *
 * Files named `<name>.kernel.cc` are compiled once per instruction set (VARIANTS), those named
 * `<name>.<unit>.cc` for one matrix unit (MATRIX_UNITS) where the compiler knows it, every other
 * `.cc` once; the add-on picks among them when it is loaded. Nothing is downloaded. Without a
 * working compiler the outcome is one warning line, exit 0 and a build/status.json that says what
 * is missing: every operation then runs through TensorFlow.js alone.
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

const HERE = import.meta.dirname;
const BUILD = join(HERE, 'build');
const ADDON = join(BUILD, 'blurcycle.node');
const STATUS = join(BUILD, 'status.json');

const FLAGS = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  // Products and sums fuse wherever the instruction set can; fixed here because compilers differ in
  // their default.
  '-ffp-contract=fast',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-Wno-maybe-uninitialized',
  '-Wno-unknown-warning-option',
  '-DNAPI_VERSION=8',
];

const AVX512 = [
  '-mavx512f',
  '-mavx512vl',
  '-mavx512dq',
  '-mavx512bw',
  '-mfma',
  '-mprefer-vector-width=512',
];

/** Instruction sets per architecture, best first, with the flags that allow them. */
const VARIANTS = {
  x64: {
    avx512: AVX512,
    avx2: ['-mavx2', '-mfma'],
    baseline: [],
  },
  arm64: { baseline: [] },
};

/** Instructions that multiply bfloat16, beside a set above. Old compilers lack them. */
const MATRIX_UNITS = {
  x64: {
    avx512bf16: [...AVX512, '-mavx512bf16'],
    amx: [...AVX512, '-mavx512bf16', '-mamx-tile', '-mamx-bf16'],
  },
  arm64: {},
};

/** A compiler that hangs is given up after five minutes. */
const GIVE_UP_MS = 300_000;

/** Flags of the user, in a variable of the environment, as other builds take them. */
function flagsOf(variable) {
  return (process.env[variable] ?? '').split(/\s+/).filter((flag) => flag !== '');
}

/** First compiler that answers: $CXX, g++, clang++, c++. */
function findCompiler() {
  const candidates = [process.env.CXX, 'g++', 'clang++', 'c++'].filter(
    (name) => name !== undefined && name !== '',
  );
  for (const command of candidates) {
    const answer = spawnSync(command, ['--version'], { encoding: 'utf8', timeout: GIVE_UP_MS });
    if (answer.status === 0) return { command, version: answer.stdout.split('\n')[0].trim() };
  }
  throw new Error(
    `no C++ compiler among ${candidates.join(', ')} (install g++ or clang, then run: npm rebuild)`,
  );
}

function run(command, parameters) {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 1 << 24, timeout: GIVE_UP_MS, killSignal: 'SIGKILL' };
    execFile(command, parameters, options, (failure, _stdout, stderr) => {
      if (process.env.BLURCYCLE_VERBOSE) process.stderr.write(stderr);
      const hung = failure?.killed === true ? `${command} did not end in five minutes` : undefined;
      const firstError =
        hung ??
        stderr.split('\n').find((line) => line.includes('error')) ??
        failure?.message.split('\n')[0];
      if (failure) reject(new Error(firstError));
      else resolve();
    });
  });
}

/** Runs the jobs, at most one per core at a time. */
async function runAll(jobs) {
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** What a compiler must understand for a matrix unit, beside its flags. */
const PROBES = {
  avx512bf16: '__m512bh probe(__m512 x) { return _mm512_cvtne2ps_pbh(x, x); }',
  amx: 'void probe() { _tile_dpbf16ps(0, 4, 6); }',
};

/** The matrix units that the compiler knows. */
function knownUnits({ command }) {
  const accepts = (unit, flags) => {
    const input = `#include <immintrin.h>\n${PROBES[unit]}\n`;
    const parameters = [...flags, '-x', 'c++', '-fsyntax-only', '-'];
    return spawnSync(command, parameters, { input }).status === 0;
  };
  const units = Object.entries(MATRIX_UNITS[process.arch]);
  return Object.fromEntries(units.filter(([unit, flags]) => accepts(unit, flags)));
}

function digest(...parts) {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

async function build() {
  const variants = VARIANTS[process.arch];
  if (variants === undefined || process.platform === 'win32') {
    throw new Error(
      `${process.platform} ${process.arch} is not supported (x64 and arm64 on Linux and macOS are)`,
    );
  }
  const compiler = findCompiler();
  const headers = join(
    dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')),
    'include',
  );
  const names = readdirSync(HERE).sort();
  const headerText = names
    .filter((name) => name.endsWith('.h'))
    .map((name) => readFileSync(join(HERE, name), 'utf8'));
  const matrixUnits = knownUnits(compiler);
  const defines = [...Object.keys(variants), ...Object.keys(matrixUnits)].map(
    (name) => `-DBLURCYCLE_HAS_${name.toUpperCase()}`,
  );
  const common = [...FLAGS, ...defines, `-I${headers}`, ...flagsOf('CXXFLAGS')];

  const units = names
    .filter((name) => name.endsWith('.cc'))
    .flatMap((source) => {
      return setsOf(source, variants, matrixUnits).map(([variant, extra]) => {
        const flags = [...common, ...extra, ...(variant ? [`-DBLURCYCLE_VARIANT=${variant}`] : [])];
        const text = readFileSync(join(HERE, source), 'utf8');
        const key = digest(compiler.command, compiler.version, ...flags, text, ...headerText);
        return {
          source,
          flags,
          object: `${source.replace(/\.cc$/, '')}${variant && `.${variant}`}.${key}.o`,
        };
      });
    });
  const linkFlags = [
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-lpthread']),
    ...flagsOf('LDFLAGS'),
  ];
  const hash = digest(...linkFlags, ...units.map((unit) => unit.object));
  const status = {
    compiler: compiler.version,
    flags: FLAGS,
    variants: [...Object.keys(variants), ...Object.keys(matrixUnits)],
    hash,
    error: null,
  };
  if (readStatus()?.hash === hash && loads()) return { ...status, sha256: hashOfAddon() };

  const damaged = existsSync(ADDON) && !loads();
  const objects = join(BUILD, 'objects');
  mkdirSync(objects, { recursive: true });
  const finish = async (path, parameters) => {
    const temporary = `${path}.${process.pid}`;
    await run(compiler.command, [...parameters, '-o', temporary]);
    renameSync(temporary, path);
  };
  await runAll(
    units
      // Where the add-on was damaged an object may be, too.
      .filter((unit) => damaged || !existsSync(join(objects, unit.object)))
      .map(
        (unit) => () =>
          finish(join(objects, unit.object), [...unit.flags, '-c', join(HERE, unit.source)]),
      ),
  );
  await finish(ADDON, [
    '-shared',
    ...units.map((unit) => join(objects, unit.object)),
    ...linkFlags,
  ]);
  const wanted = new Set(units.map((unit) => unit.object));
  for (const old of readdirSync(objects)) {
    if (old.endsWith('.o') && !wanted.has(old)) rmSync(join(objects, old), { force: true });
  }
  return { ...status, sha256: hashOfAddon() };
}

/** By which a program sees before it loads the add-on that it is the one that was built. */
function hashOfAddon() {
  return createHash('sha256').update(readFileSync(ADDON)).digest('hex');
}

/** What a source is compiled for: names and flags; the name is empty for what all share. */
function setsOf(source, variants, matrixUnits) {
  const [, kind] = source.split('.');
  if (kind === 'kernel') return Object.entries(variants);
  if (kind === 'cc') return [['', []]];
  return Object.entries(matrixUnits).filter(([name]) => name === kind);
}

function readStatus() {
  try {
    return JSON.parse(readFileSync(STATUS, 'utf8'));
  } catch {
    return null; // not there, or damaged
  }
}

/** Whether Node can load the add-on: a damaged file may end the process that tries. */
function loads() {
  const script = `require(${JSON.stringify(ADDON)})`;
  return existsSync(ADDON) && spawnSync(process.execPath, ['-e', script]).status === 0;
}

function writeStatus(status) {
  mkdirSync(BUILD, { recursive: true });
  writeFileSync(`${STATUS}.${process.pid}`, `${JSON.stringify(status, null, 2)}\n`);
  renameSync(`${STATUS}.${process.pid}`, STATUS);
}

try {
  writeStatus(await build());
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // After an install an add-on of other sources must not be loaded; a failed build by hand leaves
  // the last good one.
  if (process.env.npm_lifecycle_event === 'install') rmSync(ADDON, { force: true });
  writeStatus({ compiler: null, flags: FLAGS, variants: [], hash: null, error: message });
  process.stderr.write(`blurcycle: the native back-end was not built: ${message}\n`);
}
