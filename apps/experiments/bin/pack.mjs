// npm run pack [-- FOLDER]: the command line as a package of its own, blurcycle-<version>.tgz in
// dist or the folder, which `npm install -g` takes anywhere. It holds one bundle of JavaScript, the
// sources of the native add-on, which are built at install, schemas and defaults of experiments,
// and names the npm packages that the bundle imports, in the versions of the lock file.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { ownModules } from './bundle.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const DIST = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const FOLDER = join(DIST, 'package');
const NATIVE = 'libs/compute/native';

/** Packages that are found by their names at run time or at install, not imported. */
const FOUND_BY_NAME = ['fs-native-extensions', 'node-api-headers'];
/** Of commands that need the sources of the project, and say so in the package. */
const LEFT_OUT = [
  'arquero',
  'nx',
  'tsx',
  'esbuild',
  'terser',
  'onnxruntime-node',
  '@tensorflow/tfjs-node-gpu',
];

const own = readJson('package.json');
const lock = readJson('package-lock.json').packages;

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/**
 * The place of a source in the package, as JavaScript in a file of its folder lib.
 *
 * @param {string} path
 */
function placesOf(path) {
  /** @param {string} name */
  const url = (name) => `new URL(${JSON.stringify(`../${relative(ROOT, name)}`)}, import.meta.url)`;
  /** @param {string} name */
  const file = (name) => `process.getBuiltinModule('node:url').fileURLToPath(${url(name)})`;
  return { url: `${url(path)}.href`, dirname: file(dirname(path)), filename: file(path) };
}

async function makeBundle() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { entry: join(ROOT, 'apps/experiments/src/main.ts') },
    outdir: join(FOLDER, 'lib'),
    outExtension: { '.js': '.mjs' },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' },
    ...{ metafile: true, logLevel: 'warning' },
    plugins: [ownModules(ROOT, placesOf)],
  });
  const imported = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports.filter(({ external }) => external))
    .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'))
    .filter((name) => !isBuiltin(name) && !name.startsWith('node:'));
  return [...new Set([...imported, ...FOUND_BY_NAME])]
    .filter((name) => !LEFT_OUT.includes(name))
    .sort();
}

/** @param {readonly string[]} names */
function versionsOf(names) {
  return Object.fromEntries(names.map((name) => [name, lock[`node_modules/${name}`].version]));
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const dependencies = await makeBundle();
const { optionalDependencies } = readJson('libs/compute/package.json');
/** @param {string} name */
const isOptional = (name) => name in optionalDependencies;
writeFileSync(
  join(FOLDER, 'package.json'),
  `${JSON.stringify(
    {
      ...{ name: own.name, version: own.version, description: own.description },
      ...{ license: own.license, type: 'module', engines: own.engines },
      bin: { blurcycle: 'bin/blurcycle.mjs' },
      scripts: { install: `node ${NATIVE}/build.mjs` },
      dependencies: versionsOf(dependencies.filter((name) => !isOptional(name))),
      optionalDependencies: versionsOf(Object.keys(optionalDependencies)),
    },
    null,
    2,
  )}\n`,
);
const sources = readdirSync(join(ROOT, NATIVE)).filter((name) => /\.(cc|h|mjs)$/.test(name));
const copies = [
  ...['LICENSE', 'CHANGELOG.md', 'CITATION.cff'],
  ...sources.map((name) => `${NATIVE}/${name}`),
  `${NATIVE}/wasm/kernels.wasm`,
  ...readdirSync(join(ROOT, 'experiments')).map((name) => `experiments/${name}`),
  'apps/experiments/bin/watchOutput.mjs',
];
for (const path of copies) {
  const inBin = path.startsWith('apps/') ? `bin/${basename(path)}` : path;
  cpSync(join(ROOT, path), join(FOLDER, inBin), { recursive: true });
}
writeFileSync(
  join(FOLDER, 'README.md'),
  `# ${own.name}\n\n${own.description}\n\n\`\`\`\nblurcycle --help\n\`\`\`\n`,
);
writeFileSync(
  join(FOLDER, 'bin/blurcycle.mjs'),
  `#!/usr/bin/env node
import { watchOutput } from './watchOutput.mjs';

watchOutput();
const { main } = await import('../lib/entry.mjs');
process.exitCode = await main(process.argv.slice(2));
`,
);
const parameters = ['pack', '--silent', FOLDER, '--pack-destination', DIST];
process.stdout.write(execFileSync('npm', parameters, { encoding: 'utf8', cwd: DIST }));
