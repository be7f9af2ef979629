/** Writes a line on standard error; standard output stays free for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
