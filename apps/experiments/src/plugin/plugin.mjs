// What Nx loads (nx.json, "plugins"). Nx reads plain JavaScript only; the TypeScript behind it
// comes in through tsx.
import { register } from 'tsx/esm/api';

/** Every file of the experiments directory: what experiments share decides their targets too. */
export const createNodesV2 = [
  'experiments/*.yaml',
  async (files, _options, context) => {
    const unregister = register();
    try {
      const { inferTargets } = await import('./inferTargets.ts');
      return inferTargets(files, context.workspaceRoot);
    } finally {
      await unregister();
    }
  },
];
