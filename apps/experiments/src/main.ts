import { describeUnknown, InputError } from '@blurcycle/core';
import yargs, { type Argv } from 'yargs';
import { COMMANDS } from './commands/commandRegistry.ts';

const SUCCESS = 0;
const FAILED = 1;
const BAD_INPUT = 2;

/**
 * The command line.
 *
 * @param parameters - What stands after `blurcycle`.
 * @returns Exit code: 0 for success, 1 for a failed run, 2 for bad input, 128 plus the signal for an interrupted run; errors
 *   are one line on standard error.
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
    .option('verbose', { type: 'boolean', default: false, describe: 'show where an error came from' })
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
      throw new InputError(explain(error?.message ?? message ?? 'failed', wanted, optionNames(parser)));
    });
  for (const command of COMMANDS) {
    if (command.name === wanted) parser.command(await command.load());
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

/** Names of the options declared so far; yargs has the list, its types do not say so. */
function optionNames(parser: Argv): string[] {
  const { key } = (parser as unknown as { getOptions(): { key: Record<string, unknown> } }).getOptions();
  return Object.keys(key).filter((name) => /^[a-z][a-z-]*$/.test(name));
}

/** Library functions throw a RangeError in the project's grammar for a value out of range: on the command line it was typed. */
function isBadInput(error: Error): boolean {
  return (
    error instanceof InputError || (error instanceof RangeError && /^[\w./:-]+: .+ must /.test(error.message))
  );
}
