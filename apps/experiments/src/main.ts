import {
  describeUnknown,
  describeViolation,
  escapeControls,
  InputError,
  RuleError,
} from '@blurcycle/core';
import yargs, { type Argv } from 'yargs';
import { COMMANDS } from './commands/commandRegistry.ts';

const SUCCESS = 0;
const FAILED = 1;
const BAD_INPUT = 2;

/**
 * The command line.
 *
 * @param parameters - What stands after `blurcycle`.
 * @returns Exit code: 0 for success, 1 for a failed run, 2 for bad input, 128 plus the signal for
 *   an interrupted run; errors are one line on standard error.
 */
export async function main(parameters: readonly string[]): Promise<number> {
  const verbose = parameters.includes('--verbose');
  try {
    await runCommand(parameters);
    return process.exitCode === undefined ? SUCCESS : Number(process.exitCode);
  } catch (error) {
    const shown = explainLimit(error instanceof Error ? error : new Error(String(error)));
    process.stderr.write(
      `${escapeControls(verbose ? (shown.stack ?? shown.message) : shown.message)}\n`,
    );
    return exitCodeOf(shown);
  }
}

/** An error of the limit of open files as one line that says what to do; any other as it is. */
function explainLimit(error: Error): Error {
  if (!('code' in error) || (error.code !== 'EMFILE' && error.code !== 'ENFILE')) return error;
  const rule = 'be allowed to open 256 files at once';
  return new Error(
    describeViolation('blurcycle', 'a process', rule, error.code, 'ulimit -n 1024, then again'),
  );
}

/** Exit code of an error, by its class: what it says decides nothing. */
export function exitCodeOf(error: Error): number {
  if ('exitCode' in error && typeof error.exitCode === 'number') return error.exitCode;
  // Libraries throw a RuleError for a parameter out of range: on the command line it was typed.
  return error instanceof InputError || error instanceof RuleError ? BAD_INPUT : FAILED;
}

/** What is wrong with a command that the package does not have. */
const IN_A_CLONE = [
  'the command',
  'be called in a clone of the project',
  'the installed package',
  'git clone, npm ci, then npx blurcycle: it trains and compares from the sources',
] as const;

async function runCommand(parameters: readonly string[]): Promise<void> {
  const wanted = parameters.find((parameter) => !parameter.startsWith('-'));
  if (wanted === undefined && parameters.includes('--version')) {
    const { programVersion } = await import('@blurcycle/files');
    console.log(programVersion());
    return;
  }
  const names = COMMANDS.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted)) {
    throw new InputError(describeUnknown('blurcycle', 'command', wanted, names));
  }
  if (COMMANDS.some(({ name, needsClone }) => needsClone && name === wanted)) {
    const { IS_PACKAGE } = await import('@blurcycle/files');
    if (IS_PACKAGE) throw new InputError(describeViolation(`blurcycle ${wanted}`, ...IN_A_CLONE));
  }
  const parser: Argv = yargs([...parameters])
    .scriptName('blurcycle')
    .usage('$0 <command>\n\nCycleGAN with a blur kernel for deconvolution microscopy')
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'show where an error came from',
    })
    .example('$0 run table1', 'train every method of Table I and print paper | ours')
    .example('$0 run table1 --profile smoke', 'the same, tiny, in a minute')
    .example('$0 list', 'experiments and the state of their results')
    .epilogue('blurcycle --version prints the version')
    .demandCommand(1, 'blurcycle: command must be given (see blurcycle --help)')
    .strict()
    .recommendCommands()
    .version(false)
    .exitProcess(false)
    .wrap(Math.min(110, process.stdout.columns || 110))
    .fail((message: string | null, error: Error | undefined) => {
      // A YError is yargs' own; every other error comes from a command and speaks for itself.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new InputError(
        explain(error?.message ?? message ?? 'failed', wanted, optionNames(parser)),
      );
    });
  for (const command of COMMANDS) {
    if (command.name === wanted) {
      await command.addTo(parser, (declared) => {
        const { array, boolean, number } = declaredOptions(declared);
        assertGivenOnce(`blurcycle ${wanted}`, parameters, array);
        assertValues(`blurcycle ${wanted}`, parameters, { switches: boolean, numbers: number });
      });
    } else parser.command(command.usage, command.describe);
  }
  await parser.parseAsync();
}

/**
 * yargs says what is wrong in its own words; an unknown option deserves the nearest known one. What
 * the parser of a value throws, yargs replaces by an error of its own with the same line.
 */
function explain(message: string, command: string | undefined, options: readonly string[]): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  const where = command === undefined ? 'blurcycle' : `blurcycle ${command}`;
  if (unknown !== undefined) return describeUnknown(where, 'option', unknown, options);
  const speaksForItself = /^[\w-]+: (unknown |.+ must )/.test(message);
  return speaksForItself ? message : `${where}: ${message.replaceAll('\n', ' ')}`;
}

/**
 * Throws if an option is given twice, before yargs makes a list of both values.
 *
 * @param where - Command, for the error line.
 * @param parameters - What was typed.
 * @param repeatable - Names of the options that take several values.
 */
function assertGivenOnce(
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
 * Throws if an option that takes a value stands without one, or one that takes a number with a
 * word: yargs would go on with the default, or with NaN.
 *
 * @param where - Command, for the error line.
 * @param parameters - What was typed.
 * @param kinds - Names of the options that take no value, and of those that take a number.
 */
function assertValues(
  where: string,
  parameters: readonly string[],
  {
    switches,
    numbers,
  }: { readonly switches: readonly string[]; readonly numbers: readonly string[] },
): void {
  for (const [i, text] of parameters.entries()) {
    const [name] = optionsIn([text]);
    if (text === '--') return;
    if (name === undefined || [...switches, 'help'].includes(name)) continue;
    const equals = text.indexOf('=');
    const value = equals < 0 ? parameters[i + 1] : text.slice(equals + 1);
    if (value === undefined || (equals < 0 && value.startsWith('--')))
      throw new InputError(describeViolation(where, `--${name}`, 'have a value', 'none'));
    if (numbers.includes(name) && Number.isNaN(Number(value)))
      throw new InputError(describeViolation(where, `--${name}`, 'be a number', value));
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

/** Names of the options declared so far. */
function optionNames(parser: Argv): string[] {
  return Object.keys(declaredOptions(parser).key).filter((name) => /^[a-z][a-z-]*$/.test(name));
}

/** What yargs knows of the declared options: all of them, and those of each type. */
interface DeclaredOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly array: readonly string[];
  readonly boolean: readonly string[];
  readonly number: readonly string[];
}

/** The options that yargs knows. Its types lack getOptions(): hence the one cast. */
function declaredOptions(parser: Argv): DeclaredOptions {
  return (parser as Argv & { getOptions(): DeclaredOptions }).getOptions();
}
