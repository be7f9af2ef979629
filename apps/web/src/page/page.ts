import type { Volume } from '@blurcycle/core';
import type { TiffStack } from '@blurcycle/data';
import { Cancelled, createWorkerClient } from '../worker/workerClient.ts';
import type { StackChoice, StackFiles } from '../worker/protocol.ts';
import { createViewer } from '../viewer/viewer.ts';
import { describeMemory, memoryNeed } from './memory.ts';
import { createMethodForm } from './methodForm.ts';
import { createOpticsForm } from './opticsForm.ts';
import { pageWords } from './pageWords.ts';
import { createResultPanel } from './resultPanel.ts';
import { createRunPanel } from './runPanel.ts';
import { createStackForm } from './stackForm.ts';

/** The stack that is open. */
interface Opened {
  readonly files: StackFiles;
  readonly choice: StackChoice;
  readonly stack: TiffStack;
}

/** Builds the page and connects its parts. */
export function buildPage(main: HTMLElement): void {
  const worker = createWorkerClient();
  let files: StackFiles = [];
  let opened: Opened | undefined;

  const stackForm = createStackForm({
    onFiles: (chosen) => void attempt(() => open(chosen)),
    onChoice: () => void attempt(read),
  });
  const optics = createOpticsForm();
  const method = createMethodForm();
  const run = createRunPanel({
    onRun: () => void attempt(deconvolve),
    onCancel: () => worker.cancel(),
  });
  const result = createResultPanel();
  const viewer = createViewer();
  for (const form of [optics, method]) form.root.addEventListener('change', announce);
  main.append(stackForm.root, optics.root, method.root, run.root, viewer.root, result.root);

  /** Does something and says in one line what went wrong. */
  async function attempt(action: () => Promise<void>): Promise<void> {
    run.fail('');
    try {
      await action();
    } catch (error) {
      if (error instanceof Cancelled) return;
      run.idle('');
      run.fail(pageWords(error instanceof Error ? error.message : String(error)));
    }
  }

  async function open(chosen: StackFiles): Promise<void> {
    run.busy('Looking at the file');
    const contents = await worker.run('describe', chosen);
    files = chosen;
    stackForm.describe(chosen, contents);
    await read();
  }

  async function read(): Promise<void> {
    if (files.length === 0) return;
    const choice = stackForm.choice();
    if (choice === undefined) {
      run.idle('The file does not state its voxel size: give it in µm.');
      return;
    }
    run.busy('Reading');
    const stack = await worker.run('read', { files, choice });
    opened = { files, choice, stack };
    result.hide();
    viewer.show(stack.volume);
    announce();
  }

  function memory(volume: Volume) {
    const { deviceMemory } = navigator as Navigator & { readonly deviceMemory?: number };
    return memoryNeed(volume.shape, method.settings(), deviceMemory);
  }

  function announce(): void {
    if (opened === undefined) return;
    try {
      run.ready(describeMemory(memory(opened.stack.volume)));
    } catch {
      // A number is missing; the start says which.
      run.ready('');
    }
  }

  async function deconvolve(): Promise<void> {
    if (opened === undefined) return;
    const { files: own, choice, stack } = opened;
    const { volume, sampleType } = stack;
    const need = memory(volume);
    if (need.isTooMuch) {
      run.fail(
        `${describeMemory(need)} That is too little: crop the stack, or take the command line, which cuts a stack into tiles.`,
      );
      return;
    }
    const job = {
      offset: method.offset(),
      settings: method.settings(),
      psf: optics.choice(),
    };
    result.hide();
    run.busy('Computing the PSF', true);
    try {
      const isRaw = sampleType !== 'float32' && sampleType !== 'float64';
      const done = await worker.run(
        'deconvolve',
        { stack: volume, isRaw, ...job, ...engineOf(location.hash) },
        (updates, most) => run.progress(updates, most),
      );
      viewer.show(volume, done.estimate);
      result.show(done, { name: own[0].name, choice, job });
      run.idle('Done.');
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      run.idle('Cancelled.');
    }
  }
}

/** `#js` in the address computes without WebAssembly, to compare. */
function engineOf(hash: string): { readonly engine?: 'js' } {
  return hash === '#js' ? { engine: 'js' } : {};
}
