import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgress } from '../src/commands/progress.ts';

describe('createProgress(options), off a terminal', () => {
  /** A display with a clock of its own; `text` is what it wrote. */
  function display(total: number) {
    const stream = new PassThrough() as unknown as NodeJS.WriteStream;
    let time = 0;
    const progress = createProgress({ label: 'proposed-s0', total, stream, now: () => time });
    return {
      progress,
      wait: (seconds: number) => (time += seconds * 1000),
      text: () => String((stream as unknown as PassThrough).read() ?? ''),
    };
  }

  it('writes a line every five seconds with step, ETA and losses', () => {
    const { progress, wait, text } = display(100);
    for (let step = 1; step <= 12; step++) {
      wait(1);
      progress.update(step, { loss: 1.23456 });
    }
    // Lines at 5 s and 10 s; one step a second, so 95 and 90 steps are left.
    expect(text()).toBe(
      'proposed-s0 5/100  ETA 1 min 35 s  loss 1.235\nproposed-s0 10/100  ETA 1 min 30 s  loss 1.235\n',
    );
  });

  it('does not count the steps of an earlier process into the rate', () => {
    const { progress, wait, text } = display(100);
    progress.update(51);
    wait(6);
    progress.update(53);
    // Two steps in 6 s, 47 left: 141 s.
    expect(text()).toBe('proposed-s0 53/100  ETA 2 min 21 s\n');
  });
});
