import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { readIfThere, writeFileAtomically } from '@blurcycle/files';
import { z } from 'zod';
import { hashSchema, hashesSchema } from './records.ts';

const contentSchema = z.strictObject({
  profile: z.string(),
  /** SHA-256 of the records of the tables that it shows, by the path beside the report. */
  inputs: hashesSchema,
  /** When these tables were made, by the same path. */
  madeAt: z.record(z.string(), z.string()),
  /** SHA-256 of the page, of its charts and of their specifications, likewise. */
  outputs: hashesSchema,
});

const reportRecordSchema = contentSchema.extend({
  /** SHA-256 of the JSON of all the above: nothing else holds the hash of this file. */
  sha256: hashSchema,
});

/** Content of `report.json`, the record that a report leaves. */
type ReportRecord = Omit<z.infer<typeof reportRecordSchema>, 'sha256'>;

function reportRecordPath(resultsDir: string, profile: string): string {
  return join(resultsDir, profile, 'report.json');
}

/** Writes `report.json`, checked against its schema, with the hash of its own content. */
export async function writeReportRecord(resultsDir: string, record: ReportRecord): Promise<void> {
  const content = contentSchema.parse(record);
  await writeFileAtomically(
    reportRecordPath(resultsDir, record.profile),
    'report',
    textOf(content),
  );
}

/**
 * Reads `report.json`; undefined when there is none.
 *
 * @throws {InputError} If a byte of it is not as it was written.
 */
export function readReportRecord(resultsDir: string, profile: string): ReportRecord | undefined {
  const path = reportRecordPath(resultsDir, profile);
  const text = readIfThere(path);
  if (text === null) return undefined;
  const content = parse(text);
  if (content === undefined || textOf(content) !== text) {
    throw new InputError(
      `readReportRecord: ${path} must be as it was written, got other bytes (npx blurcycle report --profile ${profile})`,
    );
  }
  return content;
}

function parse(text: string): ReportRecord | undefined {
  try {
    const { sha256, ...content } = reportRecordSchema.parse(JSON.parse(text));
    return sha256 === hashOf(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function textOf(content: ReportRecord): string {
  return `${JSON.stringify({ ...content, sha256: hashOf(content) }, null, 2)}\n`;
}

/** Of the content in the order in which it stands. */
function hashOf({ profile, inputs, madeAt, outputs }: ReportRecord): string {
  const text = JSON.stringify({ profile, inputs, madeAt, outputs });
  return createHash('sha256').update(text).digest('hex');
}
