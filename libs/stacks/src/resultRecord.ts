import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { describeViolation, InputError, type Volume } from '@blurcycle/core';
import { fileHash, programVersion, writeFileAtomically } from '@blurcycle/files';
import {
  type StackFormat,
  type StackResult,
  type StoredValues,
  writeStacks,
} from './writeStack.ts';

/** How a result was made: what `blurcycle repeat` needs to make it again. */
interface ResultRecord {
  /** Versions of the program and of Node. */
  readonly blurcycle: string;
  readonly node: string;
  /** Command and options; paths are relative to the folder of the record. */
  readonly command: readonly string[];
  /** SHA-256 of each file that was read, by its path from the folder of the record. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly report: unknown;
  /** SHA-256 of the result's file. */
  readonly output: string;
  /** SHA-256 of its values as 32-bit floating point, stack by stack: the same for all formats. */
  readonly values: string;
}

/** What the record of a result tells beside the result itself. */
interface Making<Report> {
  readonly command: readonly string[];
  /** See {@link hashInputs}. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly report: (stored: StoredValues) => Report;
}

/** The record of a result, beside it: `cell.json` for `cell.tif` and `cell.ome.tif`. */
export function recordPath(out: string): string {
  const name = basename(out).replace(/(\.ome)?\.(tiff?|zarr)$/i, '');
  return join(dirname(out), `${name}.json`);
}

/** SHA-256 of files, and of all files in folders, by their path. */
export async function hashInputs(paths: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of new Set(paths)) hashes[path] = await hashOf(path);
  return hashes;
}

async function hashOf(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return fileHash(path);
  const hash = createHash('sha256');
  const items = await readdir(path, { recursive: true, withFileTypes: true });
  const files = items
    .filter((item) => item.isFile())
    .map((item) => relative(path, join(item.parentPath, item.name)));
  for (const file of files.sort()) hash.update(`${file}\0${await fileHash(join(path, file))}\0`);
  return hash.digest('hex');
}

/**
 * Writes a result, with how it was made in its metadata, and a record beside it.
 *
 * @returns The report, which is part of both.
 */
export async function writeResult<Report>(
  out: string,
  image: Omit<StackResult, 'note'>,
  format: StackFormat,
  stackOf: (channel: number, timePoint: number) => Promise<Volume>,
  { command, inputs, report }: Making<Report>,
): Promise<Report> {
  const record = (stored: StoredValues) => ({
    blurcycle: programVersion(),
    node: process.versions.node,
    command,
    inputs: fromFolder(dirname(out), inputs),
    report: report(stored),
  });
  const note = (stored: StoredValues): string => JSON.stringify(record(stored));
  const stored = await writeStacks(out, { ...image, note }, format, stackOf);
  const hashes = { output: await hashOf(out), values: await hashValues(image, stackOf) };
  const text = JSON.stringify({ ...record(stored), ...hashes }, null, 2);
  await writeFileAtomically(recordPath(out), 'deconvolve', `${text}\n`);
  return report(stored);
}

async function hashValues(
  { channels, timePoints }: Omit<StackResult, 'note'>,
  stackOf: (channel: number, timePoint: number) => Promise<Volume>,
): Promise<string> {
  const hash = createHash('sha256');
  for (let t = 1; t <= timePoints; t++) {
    for (let c = 1; c <= channels; c++) {
      const { data } = await stackOf(c, t);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  return hash.digest('hex');
}

function fromFolder(folder: string, inputs: Making<unknown>['inputs']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([path, hash]) => [relative(folder, path), hash]),
  );
}

/**
 * Reads a record.
 *
 * @throws {InputError} One line if the file is none.
 */
export async function readRecord(path: string): Promise<ResultRecord> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw new InputError(`repeat: cannot open '${path}', got ${String(reason)} (check the path)`);
  });
  const record = parseRecord(text);
  if (record !== undefined) return record;
  const remedy = 'it lies beside the result: name.json for name.tif';
  throw new InputError(
    describeViolation('repeat', 'the file', 'be the record of a result', path, remedy),
  );
}

function parseRecord(text: string): ResultRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [command, inputs] = [fields.get('command'), fields.get('inputs')];
  const texts = ['blurcycle', 'node', 'output', 'values'].map((name) => fields.get(name));
  const [blurcycle, node, output, values] = texts.map(String);
  if (!texts.every((text) => typeof text === 'string') || !isTexts(command)) return undefined;
  if (typeof inputs !== 'object' || inputs === null) return undefined;
  const hashes = Object.entries(inputs).map(([name, hash]) => [name, String(hash)] as const);
  const report = fields.get('report');
  return {
    ...{ blurcycle, node, command, inputs: Object.fromEntries(hashes), report },
    ...{ output, values },
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/**
 * Whether a result is there as a command would make it from these inputs.
 *
 * @param inputs - See {@link hashInputs}.
 */
export async function isMade(
  out: string,
  command: readonly string[],
  inputs: Readonly<Record<string, string>>,
): Promise<boolean> {
  const text = await readFile(recordPath(out), 'utf8').catch(() => '');
  const record = parseRecord(text);
  if (record === undefined) return false;
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (!same(record.command, command)) return false;
  if (!same(record.inputs, fromFolder(dirname(out), inputs))) return false;
  return (await hashOf(out).catch(() => '')) === record.output;
}

/**
 * Throws if a file that is no record has the name that the record of a result takes.
 *
 * @param where - Name of the command, for the error line.
 */
export async function checkRecord(where: string, out: string): Promise<void> {
  const path = recordPath(out);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || parseRecord(text) !== undefined) return;
  const remedy = 'how a result was made is written there: give the result another name';
  throw new InputError(
    describeViolation(where, '--out', 'leave other files as they are', path, remedy),
  );
}
