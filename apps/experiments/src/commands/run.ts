import { spawn } from 'node:child_process';
import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY, PROJECT_ROOT } from '@blurcycle/files';
import { COMPUTE_OPTIONS, defineCommand, EXPERIMENT } from './commonOptions.ts';

/**
 * `blurcycle run <experiment>`: what `nx run experiments:<experiment>:<profile>` does, with a
 * choice of back-end.
 */
export const runCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', EXPERIMENT)
      .options(COMPUTE_OPTIONS)
      .option('profile', {
        type: 'string',
        default: 'quick',
        describe: 'scale: smoke, quick, standard, night, paper',
      })
      .example('$0 run table1', 'Table I in the quick profile'),
  handler: async ({ experiment, profile, backend, threads }) => {
    // Unknown names are refused in one line, before Nx starts.
    resolveExperiment(loadExperiments(EXPERIMENTS_DIRECTORY), experiment, profile);
    const environment = {
      ...process.env,
      BLURCYCLE_BACKEND: backend,
      ...(threads === undefined ? {} : { BLURCYCLE_THREADS: String(threads) }),
    };
    const code = await runNx([`run`, `experiments:${experiment}:${profile}`], environment);
    if (code !== 0)
      throw new Error(`run: ${experiment} in profile ${profile} did not finish (see above)`);
  },
});

function runNx(parameters: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [`${PROJECT_ROOT}/node_modules/nx/dist/bin/nx.js`, ...parameters],
      {
        cwd: PROJECT_ROOT,
        env: environment,
        stdio: 'inherit',
      },
    );
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
