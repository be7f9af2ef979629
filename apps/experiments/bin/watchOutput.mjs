/** 128 plus the number of SIGPIPE, as shells report a program whose reader went away. */
const BROKEN_PIPE = 141;
const FAILED = 1;

/**
 * Ends the process when nobody reads its output any more, without a word, or when the output cannot
 * be written (a full disk), with one line; Node's console would go on as if all were well.
 */
export function watchOutput() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      const code = 'code' in error ? error.code : error.message;
      if (code === 'EPIPE') process.exit(BROKEN_PIPE);
      const line = `blurcycle: cannot write to standard output, got ${code} (free some space, or send it elsewhere)\n`;
      // Where standard error itself is what fails, the exit code has to say it.
      if (stream === process.stdout) process.stderr.write(line);
      process.exit(FAILED);
    });
  }
}
