import { constants } from 'node:os';

/** A run that was asked to stop: it has saved its state. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** 128 plus the number of the signal, as shells have it. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Waits for SIGINT, SIGTERM, or SIGHUP of a terminal that is closed. */
interface Interruption {
  /** Aborted by the first signal; a second one ends the process as it always does. */
  readonly signal: AbortSignal;
  /** What to throw once the state is saved. */
  error(runId: string, step: number): Interrupted;
  /** Goes back to the default handling of signals. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function catchInterruption(): Interruption {
  const controller = new AbortController();
  let received: (typeof SIGNALS)[number] = 'SIGTERM';
  const release = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    received = SIGNALS.find((known) => known === signal) ?? 'SIGTERM';
    release();
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    error: (runId, step) =>
      new Interrupted(
        `${runId}: stopped by ${received} after update ${step}; the same command goes on from there`,
        128 + constants.signals[received],
      ),
    release,
  };
}
