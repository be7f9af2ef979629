import { InputError } from '@blurcycle/core';
import type { z } from 'zod';
import { describeIssue } from './describeIssue.ts';
import type { YamlSource } from './yamlSource.ts';

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
