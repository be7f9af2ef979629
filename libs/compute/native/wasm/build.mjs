/**
 * @file Builds the kernels of the add-on as WebAssembly modules beside this file, with clang and
 *   lld (Debian's packages will do) and no library: `kernels.wasm` for one thread, and
 *   `kernels.threads.wasm` for several, which share their memory.
 *
 * The modules are kept in the repository, so that pages are built without clang, with the hash of
 * their sources in `modules.json`; after a change of the kernels run
 * `node libs/compute/native/wasm/build.mjs`. Where clang is there, a long test rebuilds them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const KERNELS = ['adam', 'conv', 'convRounded', 'elementwise', 'fft', 'instanceNorm', 'losses'];
const SOURCES = [
  ...[...KERNELS, 'pooling'].map((name) => `../${name}.kernel.cc`),
  ...['../convSlabs.cc', 'fft.exports.cc', 'network.exports.cc', 'host.cc'],
];

/** The modules by file, and what compiler and linker are told beside the above. */
const MODULES = {
  'kernels.wasm': { compile: [], link: [] },
  'kernels.threads.wasm': {
    compile: ['-pthread', '-ftls-model=local-exec'],
    link: [
      ...['--shared-memory', '--import-memory', '--initial-memory=2097152'],
      ...['--max-memory=4294967296', '--export=__stack_pointer', '--export=__wasm_init_tls'],
      '--export=__tls_size',
    ],
  },
};

/** Files of the modules. */
export const MODULE_FILES = Object.keys(MODULES);

/** Whether clang and lld are there and know WebAssembly. */
export function findCompiler() {
  const answers = (command) => spawnSync(command, ['--version'], { encoding: 'utf8' });
  const [clang, linker] = [answers('clang++'), answers('wasm-ld')];
  return clang.status === 0 && linker.status === 0 ? clang.stdout.split('\n')[0] : null;
}

/** SHA-256 of everything that the modules are made of, and of how. */
export function hashSources() {
  const headers = ['..', '.', 'include'].flatMap((folder) =>
    readdirSync(join(HERE, folder))
      .filter((name) => folder === 'include' || name.endsWith('.h'))
      .map((name) => join(folder, name)),
  );
  const hash = createHash('sha256');
  for (const name of ['build.mjs', ...SOURCES, ...headers].sort())
    hash.update(`${name}\0`).update(readFileSync(join(HERE, name)));
  return hash.digest('hex');
}

/** The bytes of a module. */
export function buildModule(file) {
  const { compile, link } = MODULES[file];
  const folder = mkdtempSync(join(tmpdir(), 'blurcycle-wasm-'));
  try {
    const objects = SOURCES.map((source, i) => {
      const object = join(folder, `${i}.o`);
      run('clang++', [...FLAGS, ...compile, '-c', join(HERE, source), '-o', object]);
      return object;
    });
    const out = join(folder, file);
    run('wasm-ld', [...LINK, ...link, ...objects, '-o', out]);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command, parameters) {
  const { status, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (process.env.BLURCYCLE_VERBOSE) process.stderr.write(stderr);
  if (status !== 0) throw new Error(`${command} failed: ${stderr.split('\n')[0]}`);
}

if (process.argv[1] === import.meta.filename) {
  for (const file of MODULE_FILES) writeFileSync(join(HERE, file), buildModule(file));
  const made = { compiler: findCompiler(), sources: hashSources() };
  writeFileSync(join(HERE, 'modules.json'), `${JSON.stringify(made, null, 2)}\n`);
}
