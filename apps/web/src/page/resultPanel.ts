import type { TiffFormat, Volume } from '@blurcycle/core';
import { encodeTiff } from '@blurcycle/data';
import { resultName } from '../settings/commandLine.ts';
import { element } from './element.ts';
import { pageWords } from './pageWords.ts';

/** What came out, and how. */
interface Outcome {
  readonly estimate: Volume;
  /** The PSF that it was computed with; null for a model. */
  readonly psf: Volume | null;
  readonly facts: string;
  readonly warnings: readonly string[];
  /** Name of the file of the stack. */
  readonly name: string;
  /** The command that repeats it. */
  readonly command: string;
}

/** The part of the page that says what came out, and saves it. */
export interface ResultPanel {
  readonly root: HTMLElement;
  readonly show: (outcome: Outcome) => void;
  readonly hide: () => void;
}

/** Creates the panel, hidden until there is a result. */
export function createResultPanel(): ResultPanel {
  const facts = element('p', { class: 'facts' });
  const warnings = element('ul', { class: 'warnings' });
  const command = element('code', {});
  const copy = element('button', { type: 'button' }, 'Copy the command');
  const saves = element('p', { class: 'buttons' });
  copy.addEventListener('click', () => {
    void navigator.clipboard
      .writeText(command.textContent)
      .then(() => (copy.textContent = 'Copied'))
      // Pages that are files may not write to the clipboard; a selection can be copied by hand.
      .catch(() => getSelection()?.selectAllChildren(command));
  });
  const root = element(
    'section',
    { class: 'result', hidden: '', 'aria-label': 'Result' },
    element('h2', {}, 'Result'),
    ...[facts, warnings, saves],
    element('p', {}, 'The same on the command line, beside the file:'),
    element('pre', { tabindex: '0', 'aria-label': 'Command' }, command),
    copy,
  );
  return {
    root,
    hide: () => {
      root.hidden = true;
    },
    show: ({ estimate, psf, name, ...words }) => {
      facts.textContent = words.facts;
      warnings.replaceChildren(...words.warnings.map((line) => element('li', {}, pageWords(line))));
      saves.replaceChildren(
        saveButton('Save as ImageJ TIFF', estimate, 'imagej', resultName(name, 'imagej')),
        saveButton('Save as OME-TIFF', estimate, 'ome', resultName(name, 'ome')),
        ...(psf === null
          ? []
          : [saveButton('Save the PSF', psf, 'imagej', resultName(name, 'imagej', 'psf'))]),
      );
      command.textContent = words.command;
      copy.textContent = 'Copy the command';
      root.hidden = false;
    },
  };
}

function saveButton(
  words: string,
  volume: Volume,
  format: TiffFormat,
  name: string,
): HTMLButtonElement {
  const button = element('button', { type: 'button' }, words);
  button.addEventListener('click', () => {
    const { head, values } = encodeTiff(volume, { format });
    const url = URL.createObjectURL(new Blob([head, ...values()], { type: 'image/tiff' }));
    element('a', { href: url, download: name }).click();
    // The browser has taken what it needs long before.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });
  return button;
}
