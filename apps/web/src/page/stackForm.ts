import type { VoxelSizeUm } from '@blurcycle/core';
import type { TiffContents } from '@blurcycle/data';
import type { StackChoice, StackFiles } from '../worker/protocol.ts';
import { droppedFiles, inOrder } from './droppedFiles.ts';
import { element, field, numberInput, select } from './element.ts';

/** The part of the page that takes files and says what of them is the stack. */
export interface StackForm {
  readonly root: HTMLElement;
  /** Shows what the files hold, and asks what has to be chosen. */
  readonly describe: (files: StackFiles, contents: TiffContents) => void;
  /** What was chosen; undefined while a voxel size is missing. */
  readonly choice: () => StackChoice | undefined;
}

/** What the form tells the page. */
interface StackEvents {
  readonly onFiles: (files: StackFiles) => void;
  readonly onChoice: () => void;
}

const AXES = ['z', 'y', 'x'] as const;

/** Creates the form, empty. */
export function createStackForm({ onFiles, onChoice }: StackEvents): StackForm {
  const one = element('input', {
    ...{ type: 'file', id: 'stack-file', accept: '.tif,.tiff', multiple: '' },
    class: 'visually-hidden',
  });
  const folder = element('input', {
    ...{ type: 'file', id: 'stack-folder', webkitdirectory: '', class: 'visually-hidden' },
  });
  const zone = element(
    'div',
    { class: 'drop' },
    element('p', {}, 'Drop a stack here: TIFF, OME-TIFF, ImageJ, or a folder of planes.'),
    element(
      'p',
      {},
      ...[one, element('label', { for: one.id, class: 'button' }, 'Choose a file'), ' '],
      ...[folder, element('label', { for: folder.id, class: 'button' }, 'Choose a folder')],
    ),
  );
  const take = (files: StackFiles): void => {
    if (files.length > 0) onFiles(files);
  };
  for (const input of [one, folder]) {
    input.addEventListener('change', () => {
      take(inOrder([...(input.files ?? [])]));
      input.value = '';
    });
  }
  // A file that misses the zone must not replace the page.
  for (const name of ['dragover', 'drop'] as const)
    document.addEventListener(name, (event) => event.preventDefault());
  document.addEventListener('dragover', () => zone.classList.add('over'));
  document.addEventListener('dragleave', () => zone.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    zone.classList.remove('over');
    if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer.items).then(take);
  });

  const facts = element('p', { class: 'facts' });
  const channel = select([]);
  const timePoint = select([]);
  const voxel = AXES.map(() => numberInput('', { min: '0' }));
  const channelField = field('Channel', channel);
  const timeField = field('Time point', timePoint);
  const details = element(
    'div',
    { hidden: '' },
    facts,
    element(
      'div',
      { class: 'fields' },
      ...[channelField, timeField],
      ...voxel.map((input, i) => field(`Voxel size ${AXES[i]}, µm`, input)),
    ),
  );
  let stated: TiffContents['statedVoxelSizeUm'] = [null, null, null];
  for (const input of [channel, timePoint, ...voxel]) input.addEventListener('change', onChoice);

  return {
    root: element('fieldset', {}, element('legend', {}, 'Stack'), zone, details),
    describe: (files, contents) => {
      const { channels, slices, timePoints, height, width, sampleType } = contents;
      const what =
        files.length > 1 ? `${files.length} planes from ${files[0].name} on` : files[0].name;
      facts.textContent = `${what}: ${slices} x ${height} x ${width} voxels, ${sampleType}`;
      number(channel, channels);
      number(timePoint, timePoints);
      channelField.hidden = channels === 1;
      timeField.hidden = timePoints === 1;
      stated =
        files.length > 1
          ? [null, contents.statedVoxelSizeUm[1], contents.statedVoxelSizeUm[2]]
          : contents.statedVoxelSizeUm;
      voxel.forEach((input, i) => (input.value = String(stated[i] ?? '')));
      details.hidden = false;
    },
    choice: () => {
      const sides = voxel.map(({ valueAsNumber }) => valueAsNumber);
      if (!sides.every((side) => side > 0)) return undefined;
      const given = sides.some((side, i) => side !== stated[i]);
      const voxelSizeUm: VoxelSizeUm = [sides[0], sides[1], sides[2]];
      return {
        ...(channelField.hidden ? {} : { channel: channel.selectedIndex + 1 }),
        ...(timeField.hidden ? {} : { timePoint: timePoint.selectedIndex + 1 }),
        ...(given ? { voxelSizeUm } : {}),
      };
    },
  };
}

/** Fills a list with the numbers from 1 to `count`. */
function number(list: HTMLSelectElement, count: number): void {
  const options = Array.from({ length: count }, (_, i) =>
    element('option', { value: String(i + 1) }, String(i + 1)),
  );
  list.replaceChildren(...options);
}
