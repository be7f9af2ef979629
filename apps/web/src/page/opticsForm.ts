import {
  InputError,
  describeViolation,
  PSF_CENTERS,
  PSF_MODELS,
  type PsfCenter,
} from '@blurcycle/core';
import { PSF_PRESETS } from '@blurcycle/psf';
import type { Optics, PsfChoice } from '../worker/protocol.ts';
import { element, field, numberInput, select } from './element.ts';

/** The part of the page that says which PSF the stack was taken with. */
export interface OpticsForm {
  readonly root: HTMLElement;
  /** @throws {InputError} For a number that is missing, or no file. */
  readonly choice: () => PsfChoice;
}

/** Objectives that many microscopes have; the wavelength is that of a green dye. */
const COMMON = {
  'oil-1.4': ['oil, NA 1.4', 'gibson-lanni', 1.4, 1.515, 0.52],
  'water-1.2': ['water, NA 1.2', 'gibson-lanni', 1.2, 1.333, 0.52],
  'air-0.75': ['air, NA 0.75', 'gibson-lanni', 0.75, 1, 0.52],
} as const;

const MODEL_WORDS: Readonly<Record<string, string>> = {
  'born-wolf': 'Born & Wolf: scalar, paraxial defocus',
  'richards-wolf': 'Richards & Wolf: vectorial',
  'richards-wolf-psfgenerator': 'Richards & Wolf as in PSF Generator',
  'gibson-lanni': 'Gibson & Lanni: layers, depth',
  gaussian: 'Gaussian of that width',
};

/** Creates the form; its first preset is filled in. */
export function createOpticsForm(): OpticsForm {
  const preset = select([
    ...Object.entries(COMMON).map(([name, [words]]) => [name, words] as const),
    ...Object.entries(PSF_PRESETS).map(([name, { title }]) => [name, title] as const),
  ]);
  const model = select(PSF_MODELS.map((name) => [name, MODEL_WORDS[name] ?? name]));
  const na = numberInput('', { min: '0', required: '' });
  const ni = numberInput('', { min: '1', max: '2', required: '' });
  const wavelength = numberInput('', { min: '0.2', max: '2', required: '' });
  const ns = numberInput('', { min: '1', max: '2' });
  const depth = numberInput('', { min: '0' });
  const layers = element(
    'div',
    { class: 'fields' },
    field('Index of the sample', ns, 'empty: that of the immersion'),
    field('Depth of the object, µm', depth, 'below the cover glass; empty: 0'),
  );
  const showModel = (): void => {
    layers.hidden = model.value !== 'gibson-lanni';
  };
  const fill = (): void => {
    const common = Object.entries(COMMON).find(([name]) => name === preset.value)?.[1];
    const stored = Object.entries(PSF_PRESETS).find(([name]) => name === preset.value)?.[1].request;
    const values =
      stored === undefined
        ? common?.slice(1)
        : [
            stored.model,
            stored.numericalAperture,
            stored.immersionIndex,
            stored.emissionWavelengthUm,
          ];
    [model, na, ni, wavelength].forEach((input, i) => (input.value = String(values?.[i] ?? '')));
    showModel();
  };
  preset.addEventListener('change', fill);
  model.addEventListener('change', showModel);
  fill();

  const file = element('input', { type: 'file', accept: '.tif,.tiff' });
  const center = select(PSF_CENTERS.map((name) => [name, name]));
  const background = numberInput(0, { min: '0' });
  const optics = element(
    'div',
    {},
    element(
      'div',
      { class: 'fields' },
      field('Start from', preset),
      field('Model', model),
      field('Numerical aperture', na),
      field('Index of the immersion', ni, 'air 1, water 1.333, oil 1.515'),
      field('Emission wavelength, µm', wavelength, '520 nm is 0.52'),
    ),
    layers,
  );
  const measured = element(
    'div',
    { class: 'fields', hidden: '' },
    field('PSF file', file, 'TIFF stack; it is resampled to the stack'),
    field('Its center', center),
    field('Its background', background, "subtracted, as a camera's offset"),
  );
  const beadFile = element('input', { type: 'file', accept: '.tif,.tiff' });
  const diameter = numberInput('', { min: '0' });
  const beads = element(
    'div',
    { class: 'fields', hidden: '' },
    field(
      'Bead file',
      beadFile,
      'TIFF stack of beads with the same optics; lone ones are averaged',
    ),
    field('Diameter of the beads, µm', diameter, 'taken out of the PSF'),
  );
  const kind = radios('psf-kind', [
    ['optics', 'computed from the optics'],
    ['file', 'from a file'],
    ['beads', 'from beads'],
  ]);
  kind.root.addEventListener('change', () => {
    optics.hidden = kind.value() !== 'optics';
    measured.hidden = kind.value() !== 'file';
    beads.hidden = kind.value() !== 'beads';
  });

  return {
    root: element(
      'fieldset',
      {},
      element('legend', {}, 'Point spread function'),
      ...[kind.root, optics, measured, beads],
    ),
    choice: () => {
      if (kind.value() === 'optics') {
        const read: Record<string, unknown> = {
          model: model.value,
          numericalAperture: needed('the numerical aperture', na),
          immersionIndex: needed('the index of the immersion', ni),
          emissionWavelengthUm: needed('the emission wavelength', wavelength),
        };
        if (model.value === 'gibson-lanni') {
          if (ns.value !== '') read.sampleIndex = ns.valueAsNumber;
          if (depth.value !== '') read.sourceDepthUm = depth.valueAsNumber;
        }
        return { kind: 'optics', optics: read as Optics };
      }
      if (kind.value() === 'beads') {
        return {
          kind: 'beads',
          file: chosenFile('a bead file', beadFile),
          diameterUm: needed('the diameter of the beads', diameter),
        };
      }
      return {
        kind: 'file',
        file: chosenFile('a PSF file', file),
        center: center.value as PsfCenter,
        background: background.value === '' ? 0 : background.valueAsNumber,
      };
    },
  };
}

function chosenFile(what: string, input: HTMLInputElement): File {
  const chosen = input.files?.[0];
  if (chosen !== undefined) return chosen;
  throw new InputError(describeViolation('psf', what, 'be chosen', 'none'));
}

function needed(what: string, input: HTMLInputElement): number {
  if (Number.isFinite(input.valueAsNumber)) return input.valueAsNumber;
  throw new InputError(describeViolation('psf', what, 'be given', input.value));
}

/** Radio buttons in a row, the first one checked. */
function radios(
  name: string,
  choices: readonly (readonly [value: string, words: string])[],
): { readonly root: HTMLElement; readonly value: () => string } {
  const inputs = choices.map(([value], i) => {
    const input = element('input', { type: 'radio', name, value });
    input.checked = i === 0;
    return input;
  });
  const labels = inputs.map((input, i) => element('label', {}, input, ` ${choices[i][1]}`));
  return {
    root: element('div', { class: 'radios' }, ...labels),
    value: () => inputs.find(({ checked }) => checked)?.value ?? choices[0][0],
  };
}
