import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the code stands. */
export interface GitState {
  /** Full hash of the commit, or null outside a git checkout. */
  readonly commit: string | null;
  /** Whether tracked files differ from that commit; null outside a git checkout. */
  readonly dirty: boolean | null;
}

/**
 * Commit and cleanliness of the checkout that `folder` lies in.
 *
 * Results are left out of the question: they change with every run.
 */
export async function readGitState(folder: string): Promise<GitState> {
  const git = async (...parameters: string[]): Promise<string> =>
    (await run('git', ['-C', folder, ...parameters])).stdout.trim();
  try {
    const commit = await git('rev-parse', 'HEAD');
    const changes = await git(
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      ':/',
      ':(exclude,top)results',
    );
    return { commit, dirty: changes !== '' };
  } catch {
    return { commit: null, dirty: null };
  }
}
