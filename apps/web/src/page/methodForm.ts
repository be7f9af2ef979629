import { describeViolation, InputError } from '@blurcycle/core';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { element, field, numberInput, select } from './element.ts';

/** The part of the page that says how to deconvolve. */
export interface MethodForm {
  readonly root: HTMLElement;
  /** A trained model takes the place of PSF and settings. */
  readonly isModel: () => boolean;
  /** @throws {InputError} For a number that is none. */
  readonly settings: () => ClassicalSettings;
  /** The camera's offset. */
  readonly offset: () => number | 'auto' | undefined;
}

type Method = 'richardson-lucy' | 'rl-tv' | 'wiener';
const MODEL = 'model';

/** Creates the form with Richardson-Lucy, 30 updates. */
export function createMethodForm(): MethodForm {
  const method = select([
    ['richardson-lucy', 'Richardson-Lucy'],
    ['rl-tv', 'Richardson-Lucy with total variation'],
    ['wiener', 'Wiener'],
    [MODEL, 'A trained model'],
  ]);
  const iterations = numberInput(30, { min: '1', step: '1' });
  const accelerated = element('input', { type: 'checkbox' });
  const lambda = numberInput(0.002, { min: '0', max: '0.999' });
  const ratio = numberInput('', { min: '0', placeholder: 'from the data' });
  const offset = element('input', { type: 'text', placeholder: 'none', autocomplete: 'off' });
  const background = numberInput(0, { min: '0' });
  const negatives = select([
    ['refuse', 'an error'],
    ['clip', 'set to 0'],
  ]);
  const parts: readonly (readonly [HTMLElement, readonly Method[]])[] = [
    [field('Iterations', iterations), ['richardson-lucy', 'rl-tv']],
    [
      field('Accelerated', accelerated, 'fewer than half the iterations'),
      ['richardson-lucy', 'rl-tv'],
    ],
    [field('Weight of smoothness', lambda, '0.002 to 0.02'), ['rl-tv']],
    [field('Noise to signal', ratio, 'variance of the noise over that of the object'), ['wiener']],
    [field('Negative values', negatives), ['richardson-lucy', 'rl-tv']],
  ];
  const lightFields = [
    field("Camera's offset", offset, 'subtracted first: a number, or auto; empty: none'),
    field('Background', background, 'constant light behind the object'),
  ];
  const show = (): void => {
    for (const [part, methods] of parts) part.hidden = !methods.includes(method.value as Method);
    for (const part of lightFields) part.hidden = method.value === MODEL;
  };
  method.addEventListener('change', show);
  show();
  return {
    root: element(
      'fieldset',
      {},
      element('legend', {}, 'Method'),
      element(
        'div',
        { class: 'fields' },
        field('Method', method),
        ...parts.map(([part]) => part),
        ...lightFields,
      ),
    ),
    isModel: () => method.value === MODEL,
    offset: () => {
      const text = offset.value.trim();
      if (text === '') return undefined;
      if (text === 'auto') return text;
      return finite("the camera's offset", Number(text), offset.value);
    },
    settings: () => {
      const level = background.value === '' ? 0 : numberOf('the background', background);
      const shared = level === 0 ? {} : { background: level };
      if (method.value === 'wiener') {
        const noise = ratio.value === '' ? {} : { noiseToSignal: numberOf('the ratio', ratio) };
        return { algorithm: 'wiener', ...shared, ...noise };
      }
      const updates = numberOf('the iterations', iterations);
      const family = {
        ...shared,
        iterations: updates,
        ...(accelerated.checked ? { accelerated: true } : {}),
        ...(negatives.value === 'clip' ? { negatives: 'clip' as const } : {}),
      };
      if (method.value === 'richardson-lucy') return { algorithm: 'richardson-lucy', ...family };
      return { algorithm: 'rl-tv', ...family, lambdaTv: numberOf('the weight', lambda) };
    },
  };
}

function numberOf(what: string, input: HTMLInputElement): number {
  return finite(what, input.valueAsNumber, input.value);
}

function finite(what: string, value: number, text: string): number {
  if (Number.isFinite(value)) return value;
  throw new InputError(describeViolation('method', what, 'be a number', text));
}
