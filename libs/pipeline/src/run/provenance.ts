import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { type BackendInfo, backendReport } from '@blurcycle/compute';
import type { Precision } from '@blurcycle/core';
import type { Provenance } from '@blurcycle/experiment';
import { PROJECT_ROOT, readGitState } from '@blurcycle/files';

/** A stopwatch for one result: start it before the work, ask for the provenance after it. */
export interface ProvenanceClock {
  /** @param command - What to type to make the result again. */
  stop(command: string): Promise<Provenance>;
}

/**
 * Notes the time and the state of the code now.
 *
 * @param backend - Where the arithmetic runs; null for results that are only put together.
 * @param precisions - Of the factors of convolutions. @defaultValue none but float32
 */
export async function startProvenance(
  backend: BackendInfo | null,
  precisions: readonly Precision[] = [],
): Promise<ProvenanceClock> {
  const started = performance.now();
  const createdAt = new Date().toISOString();
  const { commit, dirty } = await readGitState(PROJECT_ROOT);
  const kernels = await describeKernels(backend, precisions.includes('bfloat16'));
  return {
    stop: (command) =>
      Promise.resolve({
        createdAt,
        gitCommit: commit,
        gitDirty: dirty,
        versions: readVersions(),
        cpu: { model: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
        gpu: backend?.gpu ?? null,
        backend: backend?.name ?? 'none',
        ...kernels,
        threads: backend?.threads ?? 1,
        wallSeconds: (performance.now() - started) / 1000,
        // maxRSS is in KiB on every platform (libuv).
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
        command,
      }),
  };
}

/** What the native kernels were compiled by, and the instructions that they use here. */
async function describeKernels(
  backend: BackendInfo | null,
  hasBfloat16: boolean,
): Promise<Pick<Provenance, 'instructionSet' | 'bfloat16' | 'compiler'>> {
  if (backend?.name !== 'native') return {};
  const { instructionSet, bfloat16, compiler } =
    (await backendReport()).find(({ name }) => name === 'native') ?? {};
  return {
    ...(instructionSet === undefined ? {} : { instructionSet }),
    ...(hasBfloat16 && bfloat16 !== undefined ? { bfloat16 } : {}),
    ...(compiler === undefined ? {} : { compiler }),
  };
}

/** Packages that decide numbers, by the name that records have for them. */
const PACKAGES: Readonly<Record<string, string>> = {
  tfjs: '@tensorflow/tfjs-core',
  'tfjs-backend-cpu': '@tensorflow/tfjs-backend-cpu',
  seedrandom: 'seedrandom',
};

function readVersions(): Record<string, string> {
  const versionIn = (path: string): string => {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    return version;
  };
  const require = createRequire(import.meta.url);
  return {
    blurcycle: versionIn(`${PROJECT_ROOT}/package.json`),
    node: process.versions.node,
    ...Object.fromEntries(
      Object.entries(PACKAGES).map(([name, path]) => [
        name,
        versionIn(require.resolve(`${path}/package.json`)),
      ]),
    ),
  };
}
