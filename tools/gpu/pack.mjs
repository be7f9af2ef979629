// Packs all that measure.sh needs on a machine with a GPU and without network, Node or our
// packages: `node tools/gpu/pack.mjs gpu.tar.gz`, on linux-x64. Node, the command line as one
// bundle, the checks of the WebGPU programs, the library of WebGPU and the loader of Vulkan; the
// driver is that of the other machine.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 60e6;
const VULKAN_LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';
/** Packages with machine code, which stay files, and what they load. */
const PACKAGES = [
  'webgpu',
  'fs-native-extensions',
  'require-addon',
  'which-runtime',
  'bare-addon-resolve',
  'bare-module-resolve',
  'bare-semver',
];
/** Bundled packages whose versions a record names. */
const NAMED = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'seedrandom'];
/** What is not there, and is not asked for by these commands. */
const ABSENT = [
  'esbuild',
  'tsx',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
];
const TESTS = [
  'libs/compute/test/webgpuOperations.test.ts',
  'libs/imaging/test/richardsonLucyOnDevice.test.ts',
  'libs/training/test/gpuSteps.test.ts',
];

const [out = 'gpu.tar.gz'] = process.argv.slice(2);
if (process.platform !== 'linux' || process.arch !== 'x64')
  throw new Error(`pack: this machine must be linux-x64, got ${process.platform}-${process.arch}`);

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-gpu-'));
try {
  const project = join(folder, 'blurcycle');
  mkdirSync(join(folder, 'lib'));
  cpSync(realpathSync(process.execPath), join(folder, 'node'));
  cpSync(realpathSync(VULKAN_LOADER), join(folder, 'lib/libvulkan.so.1'));
  for (const name of ['nx.json', 'package.json', 'package-lock.json', 'LICENSE', 'experiments'])
    cpSync(join(ROOT, name), join(project, name), { recursive: true });
  for (const name of [
    'libs/compute/native/wasm/kernels.wasm',
    'libs/compute/native/build/blurcycle.node',
    'libs/compute/native/build/status.json',
  ])
    cpSync(join(ROOT, name), join(project, name), { recursive: true });
  for (const name of PACKAGES) copyPackage(name, join(project, 'node_modules', name));
  for (const name of NAMED) {
    const manifest = join('node_modules', name, 'package.json');
    cpSync(join(ROOT, manifest), join(project, manifest));
  }
  cpSync(join(ROOT, 'tools/gpu/measure.mjs'), join(project, 'bin/measure.mjs'));
  cpSync(join(ROOT, 'tools/bench/torchStep.py'), join(project, 'bin/torchStep.py'));
  await bundle(join(project, 'bin'));
  keepCodeHash(project);
  execFileSync('tar', [
    '-C',
    folder,
    '--owner=0',
    '--group=0',
    '--sort=name',
    '-cf',
    join(folder, 'all.tar'),
    'node',
    'lib',
    'blurcycle',
  ]);
  execFileSync('gzip', ['-6', join(folder, 'all.tar')]);
  cpSync(join(folder, 'all.tar.gz'), out);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const { size } = statSync(out);
console.log(`${out}: ${(size / 1e6).toFixed(1)} MB`);
if (size > MOST_BYTES) throw new Error(`pack: ${out} must be under ${MOST_BYTES / 1e6} MB`);

/**
 * Machine code for other systems stays here.
 *
 * @param {string} name
 * @param {string} target
 */
function copyPackage(name, target) {
  const source = join(ROOT, 'node_modules', name);
  const foreign = /\/(dist|prebuilds)\/(?!linux-x64(\/|$))[a-z0-9]+-[a-z0-9]+(\/|$)/;
  cpSync(source, target, {
    recursive: true,
    dereference: true,
    filter: (path) => !foreign.test(path),
  });
}

/**
 * A record of a training names the hash of the code, which cannot be computed without the sources:
 * the archive remembers it.
 *
 * @param {string} project
 */
function keepCodeHash(project) {
  const program =
    "import { codeHash } from './libs/pipeline/src/run/codeHash.ts'; console.log(await codeHash());";
  const hash = execFileSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    { cwd: ROOT, encoding: 'utf8' },
  ).trim();
  const cache = join(project, 'node_modules/.cache/blurcycle');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'numbers.json'), JSON.stringify({ inputs: {}, hash }));
}

/** @param {string} outdir */
async function bundle(outdir) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      cli: join(ROOT, 'tools/gpu/cli.mjs'),
      checks: join(ROOT, 'tools/gpu/checks.mjs'),
      ...Object.fromEntries(TESTS.map((test, i) => [`test${i}`, join(ROOT, test)])),
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    logLevel: 'error',
    external: [...PACKAGES, ...ABSENT],
    alias: { vitest: join(ROOT, 'tools/gpu/vitest.mjs') },
    // What packages of the older kind call.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    plugins: [{ name: 'places', setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, placed) }],
  });
}

/**
 * A module of the project goes on knowing where it is, from the place of the archive.
 *
 * @param {{ path: string }} file
 * @returns {import('esbuild').OnLoadResult}
 */
function placed({ path }) {
  const file = relative(ROOT, path);
  const url = `new URL(${JSON.stringify(`../${file}`)}, import.meta.url)`;
  const folder = `new URL(${JSON.stringify(`../${dirname(file)}`)}, import.meta.url).pathname`;
  const contents = readFileSync(path, 'utf8')
    .replace(/\bimport\.meta\.url\b/g, () => `${url}.href`)
    .replace(/\bimport\.meta\.dirname\b/g, () => folder);
  return { contents, loader: 'ts' };
}
