/**
 * @file Builds the Fourier transforms as a WebAssembly module, `fft.wasm` beside this file, from
 *   the kernels of the add-on, with clang and lld (Debian's packages will do) and no library.
 *
 * The module is kept in the repository, so that pages are built without clang; after a change of
 * the kernels run `node libs/compute/native/wasm/build.mjs`. Where clang is there, a test rebuilds
 * it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const FLAGS = [
  ...['--target=wasm32', '-std=c++17', '-O3', '-msimd128', '-mbulk-memory', '-ffreestanding'],
  ...['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-fvisibility=hidden'],
  ...['-fno-math-errno', '-fno-trapping-math', '-Wall', '-Wextra', '-Wno-psabi'],
  `-I${join(HERE, 'include')}`,
  '-DBLURCYCLE_VARIANT=baseline',
];
const LINK = ['--no-entry', '--export=__heap_base', '--strip-all', '-z', 'stack-size=262144'];
const SOURCES = ['../fft.kernel.cc', 'fft.wasm.cc'];

/** Whether clang and lld are there and know WebAssembly. */
export function findCompiler() {
  const answers = (command) => spawnSync(command, ['--version'], { encoding: 'utf8' });
  const [clang, linker] = [answers('clang++'), answers('wasm-ld')];
  return clang.status === 0 && linker.status === 0 ? clang.stdout.split('\n')[0] : null;
}

/** The bytes of the module. */
export function buildModule() {
  const folder = mkdtempSync(join(tmpdir(), 'blurcycle-wasm-'));
  try {
    const objects = SOURCES.map((source, i) => {
      const object = join(folder, `${i}.o`);
      run('clang++', [...FLAGS, '-c', join(HERE, source), '-o', object]);
      return object;
    });
    const out = join(folder, 'fft.wasm');
    run('wasm-ld', [...LINK, ...objects, '-o', out]);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command, parameters) {
  const { status, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stderr.split('\n')[0]}`);
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(HERE, 'fft.wasm'), buildModule());
