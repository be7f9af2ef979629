import { describeViolation, InputError } from '@blurcycle/core';

/**
 * Throws if an option is given twice: which of the two is meant, nobody can tell.
 *
 * @param where - Command, for the error line.
 * @param parameters - What was typed.
 * @param repeatable - Names of the options that take several values.
 */
export function assertGivenOnce(
  where: string,
  parameters: readonly string[],
  repeatable: readonly string[],
): void {
  const names = optionsIn(parameters);
  for (const name of names) {
    const times = names.filter((other) => other === name).length;
    if (times > 1 && !repeatable.includes(name)) {
      const remedy = 'leave out the one that is not meant';
      throw new InputError(
        describeViolation(where, `--${name}`, 'be given once', `${times} times`, remedy),
      );
    }
  }
}

/**
 * Names of the options in the order typed: `--dry-run`, `--dryRun`, `--no-dry-run` and
 * `--dry-run=true` are one.
 */
function optionsIn(parameters: readonly string[]): string[] {
  const end = parameters.indexOf('--');
  const options = parameters.slice(0, end < 0 ? undefined : end);
  return options.flatMap((text) => {
    const name = /^--(?:no-)?([a-z][\w-]*)/i.exec(text)?.[1];
    return name === undefined
      ? []
      : [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)];
  });
}
