import { describeViolation, formatShape, InputError } from '@blurcycle/core';
import type { ModelFacts, StackFiles } from '../worker/protocol.ts';
import { element, field } from './element.ts';

/** A model that was chosen. */
interface ChosenModel {
  readonly files: StackFiles;
  readonly facts: ModelFacts;
  readonly anyVoxelSize: boolean;
}

/** The part of the page that takes a trained model. */
export interface ModelForm {
  readonly root: HTMLElement;
  /** Shows what the folder holds. */
  readonly describe: (files: StackFiles, facts: ModelFacts) => void;
  /** @throws {InputError} If none was chosen. */
  readonly choice: () => ChosenModel;
}

/** Creates the form without a model. */
export function createModelForm(onFiles: (files: StackFiles) => void): ModelForm {
  const folder = element('input', { type: 'file', id: 'model-folder', webkitdirectory: '' });
  const any = element('input', { type: 'checkbox' });
  const facts = element('p', { class: 'facts' });
  let chosen: Omit<ChosenModel, 'anyVoxelSize'> | undefined;
  folder.addEventListener('change', () => {
    chosen = undefined;
    facts.textContent = '';
    onFiles([...(folder.files ?? [])]);
  });
  return {
    root: element(
      'fieldset',
      { hidden: '' },
      element('legend', {}, 'Model'),
      element(
        'div',
        { class: 'fields' },
        field(
          'Folder of the model',
          folder,
          'as blurcycle fit writes it; one lies beside this page',
        ),
        field('Any voxel size', any, 'apply it to voxels of another size, too'),
      ),
      facts,
    ),
    describe: (files, described) => {
      chosen = { files, facts: described };
      const { name, voxelSizeUm, tile, overlap } = described;
      facts.textContent =
        `${name}: for voxels of ${voxelSizeUm.join(' x ')} µm (z, y, x), ` +
        `in tiles of ${formatShape(tile)} with ${formatShape(overlap)} shared.`;
    },
    choice: () => {
      if (chosen !== undefined) return { ...chosen, anyVoxelSize: any.checked };
      throw new InputError(
        describeViolation('model', 'the folder of a model', 'be chosen', 'none'),
      );
    },
  };
}
