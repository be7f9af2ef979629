import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type { BackendInfo } from '@blurcycle/compute';
import type { Provenance } from '@blurcycle/experiment';
import { readGitState } from './gitState.ts';
import { readSourceHash } from './sourceHash.ts';
import { PROJECT_ROOT } from '../projectPaths.ts';

/** A stopwatch for one result: start it before the work, ask for the provenance after it. */
export interface ProvenanceClock {
  /** @param command - What to type to make the result again. */
  stop(command: string): Promise<Provenance>;
}

/**
 * Notes the time and the state of the code now.
 *
 * @param backend - Where the arithmetic runs; null for results that are only put together.
 */
export async function startProvenance(backend: BackendInfo | null): Promise<ProvenanceClock> {
  const started = performance.now();
  const createdAt = new Date().toISOString();
  const { commit, dirty } = await readGitState(PROJECT_ROOT);
  const sourceHash = await readSourceHash();
  return {
    stop: (command) =>
      Promise.resolve({
        createdAt,
        gitCommit: commit,
        gitDirty: dirty,
        sourceHash,
        versions: readVersions(),
        cpu: { model: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
        gpu: backend?.gpu ?? null,
        backend: backend?.name ?? 'none',
        threads: backend?.threads ?? 1,
        wallSeconds: (performance.now() - started) / 1000,
        // maxRSS is in KiB on every platform (libuv).
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
        command,
      }),
  };
}

function readVersions(): Record<string, string> {
  const versionIn = (path: string): string => {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    return version;
  };
  const require = createRequire(import.meta.url);
  return {
    blurcycle: versionIn(`${PROJECT_ROOT}/package.json`),
    node: process.versions.node,
    tfjs: versionIn(require.resolve('@tensorflow/tfjs-core/package.json')),
  };
}
