import type { TiffStack } from '@blurcycle/data';
import { Cancelled, createWorkerClient } from '../worker/workerClient.ts';
import type { StackChoice, StackFiles } from '../worker/protocol.ts';
import { createViewer } from '../viewer/viewer.ts';
import { commandLine, modelCommandLine } from '../settings/commandLine.ts';
import { describeMemory, memoryNeed, type MemoryNeed, modelMemoryNeed } from './memory.ts';
import { createEngineForm } from './engineForm.ts';
import { createMethodForm } from './methodForm.ts';
import { createModelForm } from './modelForm.ts';
import { createOpticsForm } from './opticsForm.ts';
import { pageWords } from './pageWords.ts';
import { createResultPanel } from './resultPanel.ts';
import { describeModelResult, describeResult } from './resultWords.ts';
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
  const model = createModelForm((chosen) => void attempt(() => describeModel(chosen)));
  const engine = createEngineForm(location.hash);
  const run = createRunPanel({
    onRun: () => void attempt(start),
    onCancel: () => worker.cancel(),
  });
  const result = createResultPanel();
  const viewer = createViewer();
  method.root.addEventListener('change', () => {
    optics.root.hidden = method.isModel();
    model.root.hidden = !method.isModel();
  });
  for (const form of [method, model, optics, engine])
    form.root.addEventListener('change', announce);
  const forms = [stackForm.root, method.root, optics.root, model.root, engine.root];
  main.append(...forms, run.root, viewer.root, result.root);

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

  async function describeModel(chosen: StackFiles): Promise<void> {
    if (chosen.length === 0) return;
    model.describe(chosen, await worker.run('describeModel', chosen));
    announce();
  }

  function memory({ stack: { volume } }: Opened): MemoryNeed {
    const { deviceMemory } = navigator as Navigator & { readonly deviceMemory?: number };
    const hasGpu = engine.gpu() !== undefined;
    return method.isModel()
      ? modelMemoryNeed(volume.shape, model.choice().facts, deviceMemory, hasGpu)
      : memoryNeed(volume.shape, method.settings(), deviceMemory, hasGpu);
  }

  function announce(): void {
    if (opened === undefined) return;
    try {
      const need = memory(opened);
      const onGpu = need.gpuBytes > 0;
      const words = onGpu ? `On ${String(engine.gpu())}.` : threadWords(crossOriginIsolated);
      run.ready(`${describeMemory(need)} ${words}`);
    } catch {
      // Something is missing; the start says what.
      run.ready('');
    }
  }

  async function start(): Promise<void> {
    if (opened === undefined) return;
    const need = memory(opened);
    if (need.isTooMuch) {
      run.fail(
        `${describeMemory(need)} That is too little: crop the stack, or take the command line, which cuts a stack into tiles.`,
      );
      return;
    }
    result.hide();
    try {
      await (method.isModel() ? applyModel(opened) : deconvolve(opened));
      run.idle('Done.');
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      run.idle('Cancelled.');
    }
  }

  async function deconvolve({ files: own, choice, stack }: Opened): Promise<void> {
    const { volume, sampleType } = stack;
    const job = { offset: method.offset(), settings: method.settings(), psf: optics.choice() };
    run.busy('Computing the PSF', true);
    const isRaw = sampleType !== 'float32' && sampleType !== 'float64';
    const done = await worker.run(
      'deconvolve',
      { stack: volume, isRaw, ...job, engine: engine.choice() },
      run.progress,
    );
    const [{ name }] = own;
    viewer.show(volume, done.estimate);
    result.show({
      ...{ ...done, name, facts: describeResult(done) },
      command: commandLine({ name, choice, job, format: 'imagej' }),
    });
  }

  async function applyModel({ files: own, choice, stack: { volume } }: Opened): Promise<void> {
    const { files: folder, anyVoxelSize } = model.choice();
    run.busy('Checking the model', true);
    const done = await worker.run(
      'applyModel',
      { stack: volume, files: folder, anyVoxelSize, engine: engine.choice() },
      run.progress,
    );
    const [{ name }] = own;
    viewer.show(volume, done.estimate);
    const [path] = folder[0].webkitRelativePath.split('/');
    result.show({
      ...{ estimate: done.estimate, psf: null, warnings: done.warnings, name },
      facts: describeModelResult(done),
      command: modelCommandLine(name, choice, { folder: path, anyVoxelSize }),
    });
  }
}

/** Browsers let pages share memory between threads only where their server asks for it. */
function threadWords(isIsolated: boolean): string {
  return isIsolated
    ? ''
    : 'On one thread: several need a server that sends the headers COOP and COEP, as that of npx nx run web:serve does.';
}
