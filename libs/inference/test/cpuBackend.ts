import { backendReport, selectBackend } from '@blurcycle/compute';

/**
 * Selects a back-end that can be read at once, also on a machine with a GPU: `native`, or `js`
 * where it is not built.
 */
export async function selectCpuBackend(): Promise<void> {
  const isBuilt = (await backendReport()).some(
    ({ name, available }) => name === 'native' && available,
  );
  await selectBackend(isBuilt ? 'native' : 'js');
}
