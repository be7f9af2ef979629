// The command line as one bundle of JavaScript, kept in node_modules/.cache/blurcycle/<key>: to
// compile hundreds of files at each start takes longer than most answers. Node reads this file as
// it is, so it is plain JavaScript.
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const HOUR_MS = 3_600_000;
/** A bundle that no process has used for so long is removed. */
const UNUSED_MS = 24 * HOUR_MS;
/** Says that esbuild resolves a path by itself. */
const AS_USUAL = Symbol();
const SKIPPED = new Set(['node_modules', 'test', 'build', 'fixtures']);
const SOURCE = /(\.ts|\.mjs|^package\.json)$/;

/**
 * URL of the bundle of an entry module; it is made where it is missing. Null where none can be
 * made, because node_modules cannot be written or the sources have an error.
 *
 * @param {string} root - Project root.
 * @param {string} entry - Module, from the project root.
 * @returns {Promise<string | null>}
 */
export async function bundle(root, entry) {
  const cache = join(root, 'node_modules/.cache/blurcycle');
  try {
    const folder = join(cache, sourceKey(root, entry));
    if (!existsSync(folder)) await build(root, entry, folder);
    keep(folder);
    return pathToFileURL(join(folder, 'entry.mjs')).href;
  } catch {
    // From the TypeScript, then, which reports errors at their place.
    return null;
  }
}

/**
 * Hash of all that a bundle is made of: sources of libraries and applications, versions of
 * packages.
 *
 * @param {string} root
 * @param {string} entry
 */
function sourceKey(root, entry) {
  const hash = createHash('sha256').update(`${root}\0${entry}\0`);
  hash.update(readFileSync(join(root, 'package-lock.json')));
  const files = ['libs', 'apps'].flatMap((folder) => listSources(join(root, folder)));
  for (const path of files.sort()) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 20);
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return SKIPPED.has(item.name) ? [] : listSources(path);
    return SOURCE.test(item.name) ? [path] : [];
  });
}

/**
 * Builds into a folder of its own and moves it into place at once: whoever finds the folder finds
 * all of it, and two processes may build at the same time.
 *
 * @param {string} root
 * @param {string} entry
 * @param {string} folder
 */
async function build(root, entry, folder) {
  const esbuild = await import('esbuild');
  const temporary = `${folder}.${randomUUID()}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: { entry: join(root, entry) },
      outdir: temporary,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [ownModules(root, wherePlaced)],
    });
    // An edit while esbuild reads would be kept under the wrong key.
    if (sourceKey(root, entry) !== folder.slice(-20)) throw new Error('sources changed meanwhile');
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  removeUnused(dirname(folder));
}

/**
 * What a module reads as its place, as JavaScript: where its source is.
 *
 * @param {string} path
 */
function wherePlaced(path) {
  const places = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
  return Object.fromEntries(Object.entries(places).map(([name, at]) => [name, JSON.stringify(at)]));
}

/**
 * Bundles the libraries of the project and leaves npm packages outside. A module goes on knowing
 * where it is.
 *
 * @param {string} root
 * @param {(path: string) => Record<string, string>} placesOf - `url`, `dirname` and `filename` of
 *   `import.meta` of a module, as JavaScript.
 * @returns {import('esbuild').Plugin}
 */
export function ownModules(root, placesOf) {
  return {
    name: 'own modules',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /^[^./#]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        const isOwn = kind === 'entry-point' || path.startsWith('@blurcycle/');
        if (isOwn || pluginData === AS_USUAL) return undefined;
        if (!isNested(root, path, importer)) return { path, external: true };
        // The bundle finds the packages of the project's own node_modules only. One that npm put
        // into a workspace, for another version, is named by its file.
        const found = await resolve(path, { kind, resolveDir, pluginData: AS_USUAL });
        return { path: pathToFileURL(found.path).href, external: true };
      });
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const places = placesOf(path);
        const contents = readFileSync(path, 'utf8').replace(
          /\bimport\.meta\.(url|dirname|filename)\b/g,
          (_match, /** @type {string} */ name) => places[name],
        );
        return { contents, loader: 'ts' };
      });
    },
  };
}

/**
 * Whether npm put a package into the workspace that imports it.
 *
 * @param {string} root
 * @param {string} specifier
 * @param {string} importer
 */
function isNested(root, specifier, importer) {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  for (let folder = dirname(importer); folder.startsWith(`${root}/`); folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name))) return true;
  }
  return false;
}

/**
 * Marks a bundle as used, now and while this process runs: parts of it are loaded when needed.
 *
 * @param {string} folder
 */
function keep(folder) {
  const touch = () => {
    try {
      utimesSync(folder, new Date(), new Date());
    } catch {
      // Read-only by now: nobody else removes it either.
    }
  };
  touch();
  setInterval(touch, HOUR_MS).unref();
}

/** @param {string} cache */
function removeUnused(cache) {
  for (const { name } of readdirSync(cache, { withFileTypes: true }).filter((item) =>
    item.isDirectory(),
  )) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > UNUSED_MS)
      rmSync(path, { recursive: true, force: true });
  }
}
