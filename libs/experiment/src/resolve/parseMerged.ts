import { describeViolation, InputError } from '@blurcycle/core';
import type { z } from 'zod';
import { ruleOf } from '../files/describeIssue.ts';
import type { MergedLayers } from './mergeLayers.ts';

/**
 * Merged settings as their schema types them.
 *
 * Every layer was checked when it was read, so all that can be wrong here is what no layer gives.
 *
 * @throws {InputError} One line: the file that chose the kind of data, and what is missing.
 */
export function parseMerged<T>(schema: z.ZodType<T>, merged: MergedLayers): T {
  const result = schema.safeParse(merged.values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = merged.locate('dataset.kind');
  const path = issue.path.map(String);
  const value = path.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    merged.values,
  );
  const { kind } = merged.values['dataset'] as { readonly kind: string };
  throw new InputError(
    value === undefined
      ? `${where}: ${path.join('.')} must be given for data of the kind '${kind}'`
      : describeViolation(where, path.join('.'), ruleOf(issue), value),
  );
}
