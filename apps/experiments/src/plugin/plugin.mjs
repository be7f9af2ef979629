// What Nx loads (nx.json, "plugins"). Nx reads plain JavaScript only; the TypeScript behind it
// comes in through tsx.
import { register } from 'tsx/esm/api';

/**
 * Runs what needs TypeScript.
 *
 * @template T
 * @param {() => Promise<T>} run
 */
async function withTypeScript(run) {
  const unregister = register();
  try {
    return await run();
  } finally {
    await unregister();
  }
}

/**
 * Every file of the experiments directory: what experiments share decides their targets too.
 *
 * @type {import('@nx/devkit').CreateNodesV2}
 */
export const createNodesV2 = [
  'experiments/*.yaml',
  (files, _options, context) =>
    withTypeScript(async () => {
      const { inferTargets } = await import('./inferTargets.ts');
      return inferTargets(files, context.workspaceRoot);
    }),
];

const ASKS_FOR_PROFILE = /^(-c|--configuration)\b|^(experiments|report):[^:]+:/;

/**
 * Called before Nx starts the first task.
 *
 * @type {import('@nx/devkit').PreTasksExecution}
 */
export const preTasksExecution = async (_options, { argv, workspaceRoot }) => {
  if (!argv.some((word) => ASKS_FOR_PROFILE.test(word))) return;
  await withTypeScript(async () => {
    const { assertProfile } = await import('./assertProfile.ts');
    assertProfile(argv, workspaceRoot);
  });
};
