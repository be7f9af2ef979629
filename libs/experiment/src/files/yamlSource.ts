import { describeUnknown, describeViolation, formatValue, InputError } from '@blurcycle/core';
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { z } from 'zod';

/** Keys and indices from the root of a file to a value. */
export type ValuePath = readonly (string | number)[];

/** A parsed YAML file that still knows on which line each value stands. */
export interface YamlSource {
  /** Name in messages, `experiments/table1.yaml`. */
  readonly file: string;
  readonly data: unknown;
  /**
   * Line of the value at `path` (of its key, where it has one), or of the nearest enclosing value
   * that is there.
   */
  lineOf(path: ValuePath): number;
}

/**
 * Parses YAML text, keeping positions.
 *
 * @param text - Content of the file.
 * @param file - Name for messages.
 * @throws {InputError} One line with file and line when the text is no valid YAML (a key given
 *   twice included), is nested too deeply, or has aliases that multiply or hold themselves.
 */
export function parseYamlSource(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = boundedParse(file, () =>
    parseDocument(text, { lineCounter: lines, prettyErrors: false }),
  );
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new InputError(`${file}:${line}: ${error.message.split('\n')[0].replace(/\.$/, '')}`);
  }
  return {
    file,
    data: boundedParse(file, () => plainData(document)),
    lineOf: (path) => lines.linePos(offsetOf(document.contents, path)).line,
  };
}

/** Aliases in all, so that none multiplies others. */
const MOST_ALIASES = 100;

function plainData(document: Document): unknown {
  const data: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
  // Refuses what holds itself by an alias.
  JSON.stringify(data);
  return data;
}

/** What the parser throws, of its own or for want of stack, as one line that names the file. */
function boundedParse<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    const rule =
      'be YAML without deep nesting, and without aliases that multiply or hold themselves';
    throw new InputError(describeViolation(file, 'content', rule, reason));
  }
}

function offsetOf(root: Node | null, path: ValuePath): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === step,
      );
      if (pair === undefined || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step] as Node | undefined;
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

/**
 * The content of a file as its schema types it.
 *
 * @throws {InputError} One line for the first broken rule: file, line, key, value, nearest known
 *   name.
 */
export function checkSource<T>(source: YamlSource, schema: z.ZodType<T>): T {
  const result = schema.safeParse(source.data);
  if (result.success) return result.data;
  // An unknown key explains a missing one (it is the same key, mistyped), so it goes first.
  const issues = result.error.issues;
  const first = issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0];
  throw new InputError(describeIssue(first, source, schema));
}

type Issue = z.core.$ZodIssue;

/**
 * One line for a broken schema rule: file and line, the setting, the rule, the value, the nearest
 * known name.
 *
 * @param issue - What zod found.
 * @param source - The file it was found in.
 * @param schema - The schema of that file, asked for the keys it knows.
 */
function describeIssue(issue: Issue, source: YamlSource, schema: z.ZodType): string {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const where = `${source.file}:${source.lineOf([...path, key])}`;
    return describeUnknown(where, 'key', key, knownKeys(schema, path, source.data));
  }
  const where = `${source.file}:${source.lineOf(path)}`;
  const value = valueAt(source.data, path);
  const name = path.join('.') || 'content';
  if (value === undefined) return `${where}: ${name} must be given`;
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    return describeUnknown(where, lastKey(path), value, issue.values.map(String));
  }
  if (issue.code === 'invalid_union' && typeof value === 'string') {
    const kinds = choicesOf(schemaAt(schema, path.slice(0, -1), source.data), lastKey(path));
    if (kinds.length > 0) return describeUnknown(where, lastKey(path), value, kinds);
  }
  return describeViolation(where, name, ruleOf(issue), value);
}

/** The key that a value stands under, or the key of the list that it stands in. */
function lastKey(path: readonly (string | number)[]): string {
  return path.findLast((step) => typeof step === 'string') ?? 'value';
}

/** The rule that a value breaks, as it reads on after "must". */
export function ruleOf(issue: Issue): string {
  if (issue.code === 'invalid_type') {
    return issue.expected === 'int'
      ? 'be an integer'
      : `be ${article(issue.expected)} ${issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `be ${issue.values.map(formatValue).join(' or ')}`;
  if (hasOwnRule(issue.message)) return issue.message;
  if (issue.code === 'too_small') return amount(issue, 'be above', 'be at least', issue.minimum);
  if (issue.code === 'too_big') return amount(issue, 'be below', 'be at most', issue.maximum);
  return issue.message;
}

/** Rules that a schema states itself read on after "must"; zod's own messages do not. */
function hasOwnRule(message: string): boolean {
  return /^(be|lie|not|hold|have) /.test(message);
}

function amount(
  issue: { readonly origin: string; readonly inclusive?: boolean | undefined },
  exclusive: string,
  inclusive: string,
  limit: number | bigint,
): string {
  const comparison = issue.inclusive === false ? exclusive : inclusive;
  if (issue.origin === 'array') return `have ${comparison.replace('be ', '')} ${limit} entries`;
  if (issue.origin === 'string') return 'not be empty';
  return `${comparison} ${limit}`;
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}

function valueAt(data: unknown, path: readonly (string | number)[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function knownKeys(schema: z.ZodType, path: readonly (string | number)[], data: unknown): string[] {
  const inner = schemaAt(schema, path, data);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/**
 * The schema of the value at a path; of a discriminated union the option that the value itself
 * chooses.
 */
function schemaAt(schema: z.ZodType, path: readonly (string | number)[], data: unknown): unknown {
  let inner = unwrap(schema);
  for (const [depth, step] of path.entries()) {
    if (inner instanceof z.ZodObject) inner = unwrap(inner.shape[step]);
    else if (inner instanceof z.ZodRecord) inner = unwrap(inner.valueType);
    else if (inner instanceof z.ZodArray) inner = unwrap(inner.element);
    inner = chosenOption(inner, valueAt(data, path.slice(0, depth + 1)));
  }
  return inner;
}

function chosenOption(schema: unknown, value: unknown): unknown {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const { discriminator } = schema.def;
  const wanted = valueAt(value, [discriminator]);
  const options: readonly unknown[] = schema.options;
  return (
    options.find((option) => choicesOf(option, discriminator).includes(String(wanted))) ?? schema
  );
}

/** Values that a key with fixed values may have, over all options of a union. */
function choicesOf(schema: unknown, key: string): string[] {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return (schema.options as readonly unknown[]).flatMap((option) => choicesOf(option, key));
  }
  const literal: unknown = schema instanceof z.ZodObject ? schema.shape[key] : undefined;
  return literal instanceof z.ZodLiteral ? [...literal.values].map(String) : [];
}

function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
