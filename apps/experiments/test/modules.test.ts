import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '@blurcycle/files';
import { describe, expect, it } from 'vitest';

/**
 * As many modules of the project as a command that only looks may load: the small ones of
 * `libs/experiment`, and no tensors, which would be hundreds.
 */
const MOST = 78;

/** Writes the URL of every module that Node loads to standard error. */
const TELL = `
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      writeSync(2, 'loaded ' + url + '\\\\n');
      return next(url, context);
    }\`));`;

/** Modules of the project that a command loads, from its TypeScript, by their path. */
async function modulesOf(...parameters: readonly string[]): Promise<string[]> {
  const main = join(PROJECT_ROOT, 'apps/experiments/bin/blurcycle.mjs');
  const tell = `data:text/javascript,${encodeURIComponent(TELL)}`;
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--import', tell, main, ...parameters],
    { env: { ...process.env, BLURCYCLE_SOURCE: '1' }, maxBuffer: 2 ** 24 },
  );
  const paths = [...stderr.matchAll(/^loaded file:\/\/([^?\n]+)/gm)].map(([, path]) =>
    decodeURIComponent(path).slice(PROJECT_ROOT.length + 1),
  );
  return [...new Set(paths)].filter((path) => /^(libs|apps)\/(?!.*node_modules)/.test(path));
}

describe('commands that only look at results', () => {
  it.each([['list'], ['plan', 'table1']])('%s %s loads few modules', async (...words) => {
    const modules = await modulesOf(
      ...words.filter((word) => word !== ''),
      '--profile',
      'standard',
    );
    expect(modules).toContain('libs/pipeline/src/state/planExperiment.ts');
    expect(modules.length, modules.sort().join('\n')).toBeLessThanOrEqual(MOST);
  });
});
