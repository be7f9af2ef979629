import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { GoldenFile } from './goldenRules.ts';

const FILE = new URL('./golden.json', import.meta.url);

/** The bits that are kept; undefined where there is no file. */
export function readGoldenFile(): GoldenFile | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as GoldenFile) : undefined;
}

/** For the command alone: no test writes it. */
export function writeGoldenFile(file: GoldenFile): void {
  writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
}
