import { join } from 'node:path';
import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import { loadExperiments } from '@blurcycle/experiment';
import { DEFAULT_PROFILE } from './inferTargets.ts';

/**
 * Refuses a call of Nx that would run the default profile instead of the one it asks for: Nx
 * ignores a configuration that a target does not have.
 *
 * @param argv - The call.
 * @param root - Project root.
 * @throws {InputError} For an unknown profile, and for one given with `-c`.
 */
export function assertProfile(argv: readonly string[], root: string): void {
  const words = argv.join(' ');
  const option = /(?:^| )(?:-c|--configuration)[= ](\S+)/.exec(words)?.[1];
  const profile = option ?? /(?:^| )(?:experiments|report):[^: ]+:(\S+)/.exec(words)?.[1];
  if (profile === undefined || profile === DEFAULT_PROFILE) return;
  const profiles = Object.keys(loadExperiments(join(root, 'experiments')).profiles.content);
  if (!profiles.includes(profile)) {
    throw new InputError(describeUnknown('nx', 'profile', profile, profiles));
  }
  if (option !== undefined) {
    const remedy = `write it behind the target: npx nx run experiments:table1:${profile}`;
    throw new InputError(describeViolation('nx', '-c', `be ${DEFAULT_PROFILE}`, profile, remedy));
  }
}
