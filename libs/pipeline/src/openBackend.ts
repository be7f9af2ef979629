import type { BackendInfo } from '@blurcycle/compute';
import type { BackendName } from '@blurcycle/core';

/**
 * Selects the back-end that `--backend` and `--threads` name; warns on standard error where it is
 * one for tests only.
 */
export async function openBackend({
  backend,
  threads,
}: {
  readonly backend: BackendName | 'auto';
  readonly threads?: number | undefined;
}): Promise<BackendInfo> {
  const { selectBackend } = await import('@blurcycle/compute');
  const info = await selectBackend(backend, threads === undefined ? {} : { threads });
  if (info.warning !== null) process.stderr.write(`warning: ${info.warning}\n`);
  return info;
}
