import { closest, distance } from 'fastest-levenshtein';
import { escapeControls } from './format.ts';

/**
 * An error in the input of the user: the command line prints its one line and exits with 2.
 *
 * Libraries throw it for values that come from outside (files, options); `RuleError` and
 * `TypeError` are for callers.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/**
 * A value that breaks the rule of a function's parameter, in the project's error grammar.
 *
 * Libraries throw it for arguments of a caller; on the command line these are what the user typed,
 * so the exit code is 2 as for an `InputError`.
 */
export class RuleError extends RangeError {
  override readonly name = 'RuleError';
}

/** A value as error messages print it: shapes as `[16, 64, 64]`, text in quotes. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (typeof value === 'string') return `'${escapeControls(value)}'`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

/**
 * One line in the project's error grammar:
 * `<where>: <parameter> must <rule>, got <value> (<remedy>)`.
 *
 * @param where - Function or file that checks.
 * @param parameter - Name of the offending value.
 * @param rule - What it must do or be, after the word "must".
 * @param value - The value given.
 * @param remedy - What the reader can do about it.
 */
export function describeViolation(
  where: string,
  parameter: string,
  rule: string,
  value: unknown,
  remedy?: string,
): string {
  const line = `${where}: ${parameter} must ${rule}, got ${formatValue(value)}`;
  return remedy === undefined ? line : `${line} (${remedy})`;
}

/** Throws a `RuleError` unless `condition` holds. */
export function assertRange(
  condition: boolean,
  where: string,
  parameter: string,
  rule: string,
  value: unknown,
  remedy?: string,
): asserts condition {
  if (!condition) throw new RuleError(describeViolation(where, parameter, rule, value, remedy));
}

/** The known name nearest to a mistyped one, or undefined when none is near enough. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(name, [...known]);
  return distance(name, candidate) <= Math.max(2, Math.ceil(name.length / 2))
    ? candidate
    : undefined;
}

/** Names from which a list is no help to somebody who has mistyped one of them. */
const LONG_LIST = 30;

/** One line for an unknown name, with the nearest known name and all known names. */
export function describeUnknown(
  where: string,
  kind: string,
  name: string,
  known: readonly string[],
): string {
  const near = nearestName(name, known);
  const list = `known: ${known.join(', ')}`;
  if (near === undefined) return `${where}: unknown ${kind} '${name}' (${list})`;
  const hint = `did you mean '${near}'?`;
  const parts = known.length > LONG_LIST ? [hint] : [hint, list];
  return `${where}: unknown ${kind} '${name}' (${parts.join(' ')})`;
}

/** For the default branch of an exhaustive switch. */
export function assertUnreachable(value: never): never {
  throw new Error(`internal: unexpected value ${formatValue(value)}`);
}
