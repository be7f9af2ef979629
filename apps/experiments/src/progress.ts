import cliProgress from 'cli-progress';

/** Shows how far a long piece of work is. */
export interface Progress {
  /** Tells that `step` of the total is done; the values (losses) stand beside it. */
  update(step: number, values?: Readonly<Record<string, number>>): void;
  /** Ends the display. */
  stop(): void;
}

/** Options of {@link createProgress}. */
export interface ProgressOptions {
  /** What is going on: `proposed-s0`. */
  readonly label: string;
  /** Steps in all. */
  readonly total: number;
  /** Steps that were done before. @defaultValue 0 */
  readonly start?: number;
  /** Where to write. @defaultValue process.stderr */
  readonly stream?: NodeJS.WriteStream;
  /** Seconds between lines when the stream is no terminal. @defaultValue 5 */
  readonly everySeconds?: number;
  /** Clock in milliseconds. @defaultValue performance.now */
  readonly now?: () => number;
}

/**
 * A bar with ETA on a terminal, a line every few seconds otherwise. Standard output stays free for
 * results.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { stream = process.stderr } = options;
  return stream.isTTY ? createBar(options, stream) : createLines(options, stream);
}

function createBar(
  { label, total, start = 0 }: ProgressOptions,
  stream: NodeJS.WriteStream,
): Progress {
  const bar = new cliProgress.SingleBar(
    {
      format: '{label} {bar} {value}/{total} ETA {eta_formatted} {values}',
      hideCursor: true,
      clearOnComplete: true,
      stream,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, start, { label, values: '' });
  return {
    update: (step, values = {}) => bar.update(step, { values: formatValues(values) }),
    stop: () => bar.stop(),
  };
}

function createLines(options: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  const { label, total, everySeconds = 5, now = () => performance.now() } = options;
  let first: { readonly step: number; readonly time: number } | undefined;
  let lastLine = now();
  return {
    update(step, values = {}) {
      const time = now();
      // The rate counts from the first step seen here: no set-up, no step of an earlier process.
      first ??= { step, time };
      if (time - lastLine < everySeconds * 1000) return;
      lastLine = time;
      const seconds = ((time - first.time) / 1000 / (step - first.step)) * (total - step);
      const parts = [
        `${label} ${step}/${total}`,
        `ETA ${formatSeconds(seconds)}`,
        formatValues(values),
      ];
      stream.write(`${parts.join('  ').trimEnd()}\n`);
    },
    stop: () => undefined,
  };
}

/** `1 h 05 min`, `3 min 20 s`, `12 s`; `?` when it cannot be told yet. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor((whole % 3600) / 60),
    whole % 60,
  ];
  const padded = (value: number): string => String(value).padStart(2, '0');
  if (hours > 0) return `${hours} h ${padded(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${padded(rest)} s` : `${rest} s`;
}

function formatValues(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join('  ');
}
