import { formatSeconds } from '@blurcycle/core';
import { element } from './element.ts';

/** The part of the page that starts, shows progress and cancels. */
export interface RunPanel {
  readonly root: HTMLElement;
  /** There is something to start; says what it takes. */
  readonly ready: (words: string) => void;
  /** Something is under way. */
  readonly busy: (words: string, canCancel?: boolean) => void;
  readonly progress: (done: number, most: number) => void;
  /** Nothing is under way any more. */
  readonly idle: (words: string) => void;
  /** Shows one line of what went wrong; empty: nothing. */
  readonly fail: (message: string) => void;
}

/** Creates the panel; nothing can be started yet. */
export function createRunPanel(events: {
  readonly onRun: () => void;
  readonly onCancel: () => void;
}): RunPanel {
  const start = element('button', { type: 'button', class: 'primary', disabled: '' }, 'Deconvolve');
  const cancel = element('button', { type: 'button', hidden: '' }, 'Cancel');
  const bar = element('progress', { hidden: '', 'aria-label': 'Progress', max: '1' });
  const status = element('p', { role: 'status', class: 'status' });
  const failure = element('p', { role: 'alert', class: 'failure', hidden: '' });
  let began = 0;
  let canStart = false;
  start.addEventListener('click', events.onRun);
  cancel.addEventListener('click', events.onCancel);
  const show = (words: string, isBusy: boolean, canCancel: boolean): void => {
    status.textContent = words;
    start.disabled = isBusy || !canStart;
    cancel.hidden = !canCancel;
    bar.hidden = !isBusy;
    bar.removeAttribute('value');
  };
  return {
    root: element(
      'section',
      { class: 'run', 'aria-label': 'Run' },
      element('p', { class: 'buttons' }, start, cancel),
      ...[bar, status, failure],
    ),
    ready: (words) => {
      canStart = true;
      show(words, false, false);
    },
    busy: (words, canCancel = false) => {
      began = performance.now();
      show(`${words} ...`, true, canCancel);
    },
    idle: (words) => show(words, false, false),
    progress: (done, most) => {
      bar.value = done / most;
      const left = ((performance.now() - began) / 1000) * (most / done - 1);
      const rest = done === most ? 'judging the result' : `${formatSeconds(left)} left`;
      status.textContent = `${done} of ${most}, ${rest}`;
    },
    fail: (message) => {
      failure.textContent = message;
      failure.hidden = message === '';
    },
  };
}
