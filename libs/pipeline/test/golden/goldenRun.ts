import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import type { GoldenRun } from './goldenRules.ts';

/** Changes the text of a source file while it is bundled; the file itself stays as it is. */
export type Edit = (text: string, path: string) => string;

/** How a process runs the cases. */
interface RunOptions {
  /** Instruction set that is wished for; the best one of the machine unless given. */
  readonly instructionSet?: string;
  readonly threads: number;
  readonly nativeOnly?: boolean;
  /** One case, `training/method/proposed`. */
  readonly only?: string;
}

/** The program that runs the cases, in one file outside the tree. */
export interface GoldenProgram {
  run(options: RunOptions): Promise<GoldenRun>;
  /** Deletes the file. */
  dispose(): void;
}

const INSTRUCTION_SETS = ['avx512', 'avx2', 'baseline'];
const SOURCES = /\/(libs|apps)\/.*\.ts$/;

/**
 * Bundles `runCases.ts` with all sources of the project; a process of it starts in half a second.
 */
export async function bundleCases(edit: Edit = (text) => text): Promise<GoldenProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'blurcycle-golden-'));
  const outfile = join(folder, 'runCases.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./runCases.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2023',
    // As Node resolves a package: its ES modules by `exports`, else `main`.
    conditions: [],
    mainFields: ['main'],
    logLevel: 'silent',
    plugins: [fromTree(edit)],
  });
  return {
    run: (options) => runProgram(outfile, options),
    dispose: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * Runs the cases on every instruction set of this machine, two processes at a time, and on the best
 * one with one thread and with two.
 *
 * @param portableToo - Run on every instruction set what none should change; else on the best
 *   alone.
 */
export async function runEverywhere(
  program: GoldenProgram,
  portableToo: boolean,
): Promise<readonly GoldenRun[]> {
  const runs = [
    { threads: 1 },
    { threads: 2 },
    ...INSTRUCTION_SETS.map((instructionSet) => ({
      instructionSet,
      threads: 1,
      nativeOnly: !portableToo,
    })),
  ];
  const found: GoldenRun[] = [];
  const worker = async (): Promise<void> => {
    for (let next = runs.shift(); next !== undefined; next = runs.shift())
      found.push(await program.run(next));
  };
  await Promise.all([worker(), worker()]);
  return found;
}

/** Sources keep the place that they know by `import.meta`; packages stay where they are. */
function fromTree(edit: Edit): Plugin {
  return {
    name: 'from-tree',
    setup(bundle) {
      bundle.onLoad({ filter: SOURCES }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
        return { contents: edit(text, path), loader: 'ts' };
      });
      bundle.onResolve({ filter: /^[^.#]/ }, async ({ path, pluginData, kind, ...from }) => {
        const own = path.startsWith('@blurcycle/') || kind === 'entry-point';
        if (own || path.startsWith('node:') || pluginData === RESOLVED) return undefined;
        const found = await bundle.resolve(path, { ...from, kind, pluginData: RESOLVED });
        if (found.errors.length > 0 || found.external) return found;
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

const RESOLVED = Symbol('resolved');

async function runProgram(file: string, options: RunOptions): Promise<GoldenRun> {
  const { instructionSet = '', threads, nativeOnly = false, only } = options;
  const flags = [
    `--threads=${threads}`,
    ...(nativeOnly ? ['--native-only'] : []),
    ...(only === undefined ? [] : [`--only=${only}`]),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...flags], {
    // Empty: the best one. Bits of bfloat16 are those of float32 arithmetic on rounded factors,
    // which every processor has.
    env: { ...process.env, BLURCYCLE_ISA: instructionSet, BLURCYCLE_BF16: 'rounded' },
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout) as GoldenRun;
}
