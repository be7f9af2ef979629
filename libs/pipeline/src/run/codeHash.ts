import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROJECT_ROOT } from '@blurcycle/files';

/** Code that decides numbers, from the project root. */
interface Code {
  readonly root: string;
  /** Module that exports all of it. */
  readonly entry: string;
  /** Folder of the C++ sources and of `build.mjs`, which compiles them. */
  readonly native: string;
  /** Where the hash is remembered. */
  readonly cache: string;
}

const NUMBERS: Code = {
  root: PROJECT_ROOT,
  entry: 'libs/pipeline/src/numbers.ts',
  native: 'libs/compute/native',
  cache: 'node_modules/.cache/blurcycle/numbers.json',
};

/** A hash with the files that it was computed from, path by SHA-256. */
interface Remembered {
  readonly inputs: Readonly<Record<string, string>>;
  readonly hash: string;
}

let computed: Promise<string> | undefined;

/**
 * SHA-256 of the code that makes numbers (`numbers.ts`): its modules as one minified bundle,
 * without npm packages, and the C++ sources without comments and white space.
 *
 * Comments, types, formatting, and the names of variables, functions and files leave it unchanged;
 * what moves to another file does, too, as long as modules load in the same order. Cost: a second
 * or two after an edit, else that of reading the files.
 */
export function codeHash(): Promise<string> {
  return (computed ??= hashCode(NUMBERS));
}

/** `codeHash` of any module. */
export async function hashCode(code: Code): Promise<string> {
  const remembered = readRemembered(code);
  if (remembered !== undefined) return remembered;
  const bundle = await bundleModules(code);
  const native = await readNative(code);
  const hash = sha256([bundle.text, native.build, ...native.sources].join('\0'));
  const inputs = { ...bundle.inputs, ...native.inputs };
  remember(join(code.root, code.cache), { inputs, hash });
  return hash;
}

async function bundleModules({ root, entry }: Code) {
  const { build } = await import('esbuild');
  const inputs: Record<string, string> = {};
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    // Settings of TypeScript, those of this project among them, do not change what code computes.
    tsconfigRaw: {},
    logLevel: 'silent',
    write: false,
    plugins: [
      {
        name: 'own modules',
        setup: (bundler) => {
          bundler.onResolve({ filter: /^[^./#]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@blurcycle/')
              ? undefined
              : { path, external: true },
          );
          // Hashed as they are read, so that an edit meanwhile is noticed next time.
          bundler.onLoad({ filter: /./, namespace: 'file' }, ({ path }) => {
            const contents = readFileSync(path);
            inputs[relative(root, path)] = sha256(contents);
            return { contents, loader: 'default' };
          });
        },
      },
    ],
  });
  return { text: await renameVariables(outputFiles[0].text), inputs };
}

/**
 * The module without white space and with variables named by their order. esbuild does this, too,
 * but its names follow the letters that the source uses, those in types among them.
 */
async function renameVariables(text: string): Promise<string> {
  const { minify } = await import('terser');
  const { code = '' } = await minify(text, {
    module: true,
    compress: false,
    mangle: { toplevel: true, nth_identifier: { get: (index) => `_${index}` } },
    format: { comments: false },
  });
  return code;
}

async function readNative({ root, native }: Code) {
  const inputs: Record<string, string> = {};
  const sources: string[] = [];
  for (const name of listNative(join(root, native))) {
    const source = readFileSync(join(root, native, name), 'utf8');
    inputs[`${native}/${name}`] = sha256(source);
    sources.push(sha256(stripCpp(source)));
  }
  // Flags of the compiler decide bits, too.
  const script = `${native}/build.mjs`;
  const build = readFileSync(join(root, script), 'utf8');
  inputs[script] = sha256(build);
  // In the order of the hashes: the name of a file does not count.
  return { inputs, sources: sources.sort(), build: await renameVariables(build) };
}

function listNative(folder: string): string[] {
  return readdirSync(folder).filter((name) => /\.(cc|h)$/.test(name));
}

/**
 * C++ without comments, without white space that separates nothing, and without the names of the
 * project's own headers.
 */
export function stripCpp(source: string): string {
  const quoted = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/;
  const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
  const pattern = new RegExp(`(${quoted.source})|${comment.source}`, 'g');
  return source
    .replace(/\\\r?\n/g, ' ')
    .replace(pattern, (_match, text?: string) => text ?? ' ')
    .replace(/^\s*#\s*include\s*"[^"]*"/gm, '')
    .split(new RegExp(`(${quoted.source})`))
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/\s+/g, ' ')))
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/ ?([^\w ]) ?/g, '$1')))
    .join('');
}

function readRemembered(code: Code): string | undefined {
  try {
    const text = readFileSync(join(code.root, code.cache), 'utf8');
    const { inputs, hash } = JSON.parse(text) as Remembered;
    const native = listNative(join(code.root, code.native));
    if (native.some((name) => inputs[`${code.native}/${name}`] === undefined)) return undefined;
    for (const [path, expected] of Object.entries(inputs)) {
      if (sha256(readFileSync(join(code.root, path))) !== expected) return undefined;
    }
    return hash;
  } catch {
    // Nothing there, a file that is gone since, or a damaged file: compute it again.
    return undefined;
  }
}

function remember(path: string, what: Remembered): void {
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, JSON.stringify(what));
    renameSync(temporary, path);
  } catch {
    // A folder that cannot be written costs time, nothing else.
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
