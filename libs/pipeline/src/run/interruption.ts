import { constants } from 'node:os';

/** A run that was asked to stop: it has saved its state. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** 128 plus the number of the signal, as shells have it; 75 where the time was up. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Waits for SIGINT, SIGTERM, SIGHUP of a terminal that is closed, or the end of its time. */
interface Interruption {
  /** Aborted by the first of them; a second signal ends the process as it always does. */
  readonly signal: AbortSignal;
  /** What to throw once the state is saved. */
  error(runId: string, step: number): Interrupted;
  /** Goes back to the default handling of signals. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Exit code of a process whose time is up: EX_TEMPFAIL of sysexits.h, "try again". */
const TRY_AGAIN = 75;
/** Timers hold 2^31 ms; what is longer has no end that matters. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Catches what ends a training early.
 *
 * @param maxMinutes - Since the start of the process. @defaultValue no limit
 */
export function catchInterruption(maxMinutes?: number): Interruption {
  const controller = new AbortController();
  let cause = { what: 'SIGTERM', exitCode: 128 + constants.signals.SIGTERM };
  const stop = (what: string, exitCode: number): void => {
    release();
    cause = { what, exitCode };
    controller.abort();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    stop(signal, 128 + constants.signals[signal]);
  };
  const timer =
    maxMinutes === undefined
      ? undefined
      : setTimeout(
          () => stop('--max-minutes', TRY_AGAIN),
          Math.min(LONGEST_TIMER_MS, Math.max(0, maxMinutes * 60_000 - performance.now())),
        );
  timer?.unref();
  const release = (): void => {
    clearTimeout(timer);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    error: (runId, step) =>
      new Interrupted(
        `${runId}: stopped by ${cause.what} after update ${step}; the same command goes on from there`,
        cause.exitCode,
      ),
    release,
  };
}
