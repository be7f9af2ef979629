import { dirname, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { hashInputs, readRecord, recordPath } from '@blurcycle/stacks';
import yargs from 'yargs';
import { defineCommand, type OptionGroup } from './commonOptions.ts';
import { deconvolveCommand } from './deconvolve.ts';
import { commandInFolder } from './recordedCommand.ts';

const RECORD = {
  type: 'string',
  demandOption: true,
  describe: 'the file beside a result: name.json for name.tif',
} as const;

const OPTIONS = {
  out: {
    type: 'string',
    defaultDescription: 'the result of the record, which is replaced',
    describe: 'file to write',
  },
} as const satisfies OptionGroup;

/** `blurcycle repeat`: makes a result again from the record beside it. */
export const repeatCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('record', RECORD)
      .options(OPTIONS)
      .example('$0 repeat sharp.json', 'make sharp.tif again')
      .example('$0 repeat sharp.json --out again.tif', 'the same as another file'),
  handler: async ({ record: path, out }) => {
    const record = await readRecord(path);
    const inFolder = (name: string): string => join(dirname(path), name);
    const target = out ?? inFolder(record.command.at(-1) ?? '');
    const files = Object.keys(record.inputs).map(inFolder);
    const hashes = await hashInputs(files).catch((error: unknown) => {
      throw missing(error, files);
    });
    for (const [name, hash] of Object.entries(record.inputs)) {
      if (hashes[inFolder(name)] === hash) continue;
      const remedy = 'it was changed or replaced since: deconvolve it anew';
      throw new InputError(
        describeViolation('repeat', 'each input', 'be as it was', inFolder(name), remedy),
      );
    }
    const command = commandInFolder(record.command, inFolder, target);
    await yargs(command)
      .exitProcess(false)
      .command(
        'deconvolve <stacks..>',
        'again',
        deconvolveCommand.builder,
        deconvolveCommand.handler,
      )
      .fail((message: string | null, error: Error | undefined) => {
        throw error ?? new InputError(`repeat: ${message ?? 'the record is damaged'}`);
      })
      .strict()
      .parseAsync();
    const made = await readRecord(recordPath(target));
    console.log(
      made.values === record.values
        ? 'the same values, bit for bit'
        : 'other values than those of the record',
    );
  },
});

function missing(error: unknown, files: readonly string[]): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return error;
  const rule = 'be where they were, seen from the record';
  return new InputError(describeViolation('repeat', 'the inputs', rule, files));
}
