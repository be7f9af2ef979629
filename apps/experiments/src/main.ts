import { describeUnknown, InputError } from '@blurcycle/core';
import yargs, { type Argv, type CommandModule } from 'yargs';
import { assertGivenOnce } from './commands/assertGivenOnce.ts';
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
    const shown = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`${verbose ? (shown.stack ?? shown.message) : shown.message}\n`);
    if ('exitCode' in shown && typeof shown.exitCode === 'number') return shown.exitCode;
    return isBadInput(shown) ? BAD_INPUT : FAILED;
  }
}

async function runCommand(parameters: readonly string[]): Promise<void> {
  const wanted = parameters.find((parameter) => !parameter.startsWith('-'));
  const names = COMMANDS.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted)) {
    throw new InputError(describeUnknown('blurcycle', 'command', wanted, names));
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
    if (command.name === wanted)
      parser.command(withOptionsOnce(await command.load(), command.name, parameters));
    else parser.command(command.usage, command.describe);
  }
  await parser.parseAsync();
}

/** yargs says what is wrong in its own words; an unknown option deserves the nearest known one. */
function explain(message: string, command: string | undefined, options: readonly string[]): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  const where = command === undefined ? 'blurcycle' : `blurcycle ${command}`;
  if (unknown !== undefined) return describeUnknown(where, 'option', unknown, options);
  const speaksForItself = /^[\w-]+: (unknown |.+ must )/.test(message);
  return speaksForItself ? message : `${where}: ${message.replaceAll('\n', ' ')}`;
}

/** The command, refusing an option that is given twice before yargs makes a list of the two. */
function withOptionsOnce(
  command: CommandModule<object, never>,
  name: string,
  parameters: readonly string[],
): CommandModule<object, never> {
  const { builder } = command;
  if (typeof builder !== 'function') return command;
  return {
    ...command,
    builder: (parser) => {
      // Every command declares its options at once; yargs would take a promise, too.
      const built = builder(parser) as Argv<never>;
      assertGivenOnce(`blurcycle ${name}`, parameters, declaredOptions(parser).array);
      return built;
    },
  };
}

/** Names of the options declared so far. */
function optionNames(parser: Argv): string[] {
  return Object.keys(declaredOptions(parser).key).filter((name) => /^[a-z][a-z-]*$/.test(name));
}

/** What yargs knows of its options; its types do not say so. */
function declaredOptions(parser: unknown): { key: Record<string, unknown>; array: string[] } {
  return (
    parser as { getOptions(): { key: Record<string, unknown>; array: string[] } }
  ).getOptions();
}

/**
 * Library functions throw a RangeError in the project's grammar for a value out of range: on the
 * command line it was typed.
 */
function isBadInput(error: Error): boolean {
  return (
    error instanceof InputError ||
    (error instanceof RangeError && /^[\w./:-]+: .+ must /.test(error.message))
  );
}
