import { escapeControls } from '@blurcycle/core';

/** Writes a line on standard error; standard output stays free for results. */
export function say(line: string): void {
  process.stderr.write(`${escapeControls(line)}\n`);
}
