import cliProgress from 'cli-progress';

import { formatSeconds } from '@blurcycle/core';
import type { Progress, ProgressOptions } from '@blurcycle/pipeline';

/**
 * A bar with ETA on a terminal, otherwise a line every few seconds. Writes to standard error;
 * standard output is for results.
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
      // The rate is measured from the first step seen here, without set-up and earlier processes.
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

function formatValues(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join('  ');
}
