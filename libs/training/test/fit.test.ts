import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createTrainer,
  disposeTrainer,
  fit,
  TrainingFailure,
  type FitOptions,
  type MethodSettings,
  type MetricsLine,
  type ObjectiveSettings,
  type Trainer,
} from '../src/index.ts';
import { readArrayFile, writeArrayFile } from '../src/arrayFile.ts';
import type { NamedArray } from '../src/decodeArrayFile.ts';
import { takeSnapshot } from '../src/snapshot.ts';
import {
  CASES,
  createTestSource,
  KNOWN_KERNEL,
  METHODS,
  NETWORK,
  OBJECTIVE,
  selectCpuBackend,
  startFor,
} from './support.ts';

let straightFolder = '';
let folder = '';
beforeAll(async () => {
  await selectCpuBackend();
  straightFolder = await mkdtemp(join(tmpdir(), 'blurcycle-fit-straight-'));
});
afterAll(() => rm(straightFolder, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blurcycle-fit-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SCHEDULE = {
  updates: 7,
  logEvery: 2,
  validateEvery: 3,
  checkpointEvery: 2,
  select: 'best-validation-psnr',
} as const;

const build = (
  method: MethodSettings,
  ganLoss: ObjectiveSettings['ganLoss'] = 'least-squares',
  network = NETWORK,
): Trainer =>
  createTrainer({
    method,
    network,
    objective: { ...OBJECTIVE, ganLoss },
    seed: 1,
    knownKernel: KNOWN_KERNEL,
    kernelStart: startFor(network),
  });

function options(trainer: Trainer, runFolder: string, more: Partial<FitOptions> = {}): FitOptions {
  return {
    source: createTestSource(1),
    schedule: SCHEDULE,
    folder: runFolder,
    identity: 'settings and code',
    resume: true,
    // A score that depends on the step alone: the best is in the middle.
    validate: () =>
      Promise.resolve({ psnr: -Math.abs(trainer.step - 4), ssim: 0, outputStandardDeviation: 1 }),
    warn: () => undefined,
    ...more,
  };
}

async function finish(trainer: Trainer, runFolder: string, more: Partial<FitOptions> = {}) {
  const result = await fit(trainer, options(trainer, runFolder, more));
  const snapshot = await takeSnapshot(trainer);
  const metrics = await readFile(join(runFolder, 'metrics.jsonl'), 'utf8');
  disposeTrainer(trainer);
  // How long it took is not a number of the run.
  return { result: { ...result, seconds: 0 }, snapshot, metrics };
}

/** What the test changes of a checkpoint's header. */
interface Header {
  readonly trainer: { readonly streams: Record<string, { readonly generator: object }> };
}

type Spoil = (
  header: Header,
  arrays: Map<string, NamedArray>,
) => { header: unknown; arrays: Map<string, NamedArray> };

const FILTER = 'weights/sharpGenerator/down1/filter';

/** Checkpoints that are whole and not of this trainer, and what is said of them. */
const MISFITS: Readonly<Record<string, readonly [string, Spoil]>> = {
  'an array less': [
    `${FILTER} is missing`,
    (header, arrays) => {
      arrays.delete(FILTER);
      return { header, arrays };
    },
  ],
  'another shape': [
    `${FILTER} must have shape [3, 3, 3, 1, 2], got [54]`,
    (header, arrays) => {
      const { data } = arrays.get(FILTER) ?? { data: new Float32Array() };
      return { header, arrays: arrays.set(FILTER, { shape: [54], data }) };
    },
  ],
  'an unknown array': [
    "'weights/other' is not known",
    (header, arrays) => ({
      header,
      arrays: arrays.set('weights/other', { shape: [1], data: Float32Array.of(1) }),
    }),
  ],
  'no selected weights': [
    'sharpGenerator/down1/filter is missing',
    (header, arrays) => {
      const own = [...arrays].filter(([name]) => !name.startsWith('best/'));
      return { header, arrays: new Map(own) };
    },
  ],
  'a volume of the history that is none': [
    'buffer/sharp/0 must have five sides, got [4096]',
    (header, arrays) => {
      const { data } = arrays.get('buffer/sharp/0') ?? { data: new Float32Array() };
      return { header, arrays: arrays.set('buffer/sharp/0', { shape: [data.length], data }) };
    },
  ],
  'a random stream less': [
    'its trainer is none',
    ({ trainer, ...header }, arrays) => {
      const kept = Object.entries(trainer.streams).filter(([name]) => name !== 'noise');
      const streams = Object.fromEntries(kept);
      return { header: { ...header, trainer: { ...trainer, streams } }, arrays };
    },
  ],
  'a random stream that is cut short': [
    'its trainer is none',
    ({ trainer, ...header }, arrays) => {
      const noise = { ...trainer.streams['noise'], generator: { i: 0, j: 0, S: [1, 2] } };
      const streams = { ...trainer.streams, noise };
      return { header: { ...header, trainer: { ...trainer, streams } }, arrays };
    },
  ],
  'losses that are no numbers': [
    'its window is none',
    (header, arrays) => ({
      header: { ...header, window: { count: 1, sums: { generatorTotal: null } } },
      arrays,
    }),
  ],
  'no header': ['it says not of what it is', (_header, arrays) => ({ header: null, arrays })],
};

/** An undisturbed run of the proposed method, made once for the tests that compare with it. */
let ofProposed: ReturnType<typeof finish> | undefined;
function straightRun(): ReturnType<typeof finish> {
  ofProposed ??= finish(build(METHODS[3]), straightFolder);
  return ofProposed;
}

async function readLog(runFolder: string): Promise<MetricsLine[]> {
  const text = await readFile(join(runFolder, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as MetricsLine);
}

const RESUMED = CASES.filter(
  ({ id, ganLoss }) => ganLoss === 'least-squares' || id === 'proposed, wasserstein-gp',
);

describe.each(RESUMED)('fit(trainer, options) of $id', ({ method, network, ganLoss }) => {
  it('stopped at any step and called again ends with the same bits as undisturbed', async () => {
    const straight = await finish(build(method, ganLoss, network), join(folder, 'straight'));
    expect(straight.result.finished).toBe(true);
    expect(straight.result.selection?.step).toBe(3); // validations at 3, 6, 7; nearest to 4
    expect(straight.result.choices).toMatchObject({
      last: { step: 7 },
      'best-validation-psnr': { step: 3 },
    });
    for (const stopAt of [1, 3, 6]) {
      const runFolder = join(folder, `stopped-${stopAt}`);
      const stop = new AbortController();
      const first = build(method, ganLoss, network);
      const onStep = (step: number): void => {
        if (step === stopAt) stop.abort();
      };
      const stopped = await fit(first, options(first, runFolder, { stop: stop.signal, onStep }));
      expect(stopped.finished).toBe(false);
      disposeTrainer(first);
      expect(await finish(build(method, ganLoss, network), runFolder)).toEqual(straight);
    }
  });
});

describe('fit(trainer, options)', () => {
  const proposed = METHODS[3];

  it('goes back to the checkpoint before a damaged one, with a warning, and still ends with the same bits', async () => {
    const straight = await straightRun();
    for (const damage of ['truncated', 'altered']) {
      const runFolder = join(folder, damage);
      await cp(straightFolder, runFolder, { recursive: true });
      const [, newest] = (await readdir(join(runFolder, 'checkpoint'))).sort();
      const path = join(runFolder, 'checkpoint', newest);
      const bytes = await readFile(path);
      if (damage === 'truncated') await truncate(path, bytes.length - 5);
      else {
        bytes[bytes.length >> 1] ^= 1;
        await writeFile(path, bytes);
      }
      const warnings: string[] = [];
      const again = await finish(build(proposed), runFolder, {
        warn: (line) => warnings.push(line),
      });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('damaged, going back to the one before it');
      expect(again).toEqual(straight);
    }
  });

  it.each(Object.entries(MISFITS))(
    'goes back to the checkpoint before one of another layout: %s',
    async (_what, [reason, spoil]) => {
      const straight = await straightRun();
      await cp(straightFolder, folder, { recursive: true });
      const [, newest] = (await readdir(join(folder, 'checkpoint'))).sort();
      const path = join(folder, 'checkpoint', newest);
      const { header, arrays } = await readArrayFile(path);
      await writeArrayFile(path, spoil(header as Header, new Map(arrays)));
      const warnings: string[] = [];
      const again = await finish(build(proposed), folder, { warn: (line) => warnings.push(line) });
      expect(warnings).toEqual([
        `checkpoint ${path} is damaged, going back to the one before it (${reason})`,
      ]);
      expect(again).toEqual(straight);
    },
  );

  it('handles signals between two steps', async () => {
    const trainer = build(METHODS[0]);
    const stop = new AbortController();
    const onStep = (step: number): void => {
      if (step === 1) setImmediate(() => stop.abort());
    };
    // Nothing is written before the end, so no file gives the loop its turn.
    const schedule = { ...SCHEDULE, updates: 6, logEvery: 6, validateEvery: 6, checkpointEvery: 6 };
    const { finished } = await fit(
      trainer,
      options(trainer, folder, { stop: stop.signal, onStep, schedule }),
    );
    expect(finished).toBe(false);
    expect(trainer.step).toBe(1);
    disposeTrainer(trainer);
  });

  it.each([
    '{"step": 2',
    'null',
    '{"step":2,"kind":"train","values":null}',
    '{"step":2,"kind":"train","values":[1]}',
    '{"step":2,"kind":"train","values":{"generatorTotal":"1"}}',
    '{"step":"2","kind":"train","values":{}}',
  ])('names the damaged line of a log: %s', async (damaged) => {
    await straightRun();
    await cp(straightFolder, folder, { recursive: true });
    const path = join(folder, 'metrics.jsonl');
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, [lines[0], damaged, ...lines.slice(2)].join('\n'));
    await expect(finish(build(METHODS[3]), folder)).rejects.toThrow(
      `${path}:2: line must be a JSON object with step, kind and values, got '${damaged.slice(0, 60)}' (the file is damaged: train with --restart)`,
    );
  });

  it('starts over when not asked to resume', async () => {
    const straight = await straightRun();
    await cp(straightFolder, folder, { recursive: true });
    expect(await finish(build(proposed), folder, { resume: false })).toEqual(straight);
  });

  it('starts over, with a warning, when the checkpoints are of other settings or other code', async () => {
    const straight = await straightRun();
    await cp(straightFolder, folder, { recursive: true });
    const warnings: string[] = [];
    const again = await finish(build(proposed), folder, {
      identity: 'other code',
      warn: (line) => warnings.push(line),
    });
    expect(warnings).toEqual([
      'the checkpoints found are of other settings or other code: training starts over',
    ]);
    expect(again).toEqual(straight);
  });

  it('writes a hash of the weights with every mean of the losses', async () => {
    const trainer = build(proposed);
    await fit(trainer, options(trainer, folder));
    const hashes = (await readLog(folder)).flatMap((line) =>
      line.kind === 'train' ? [line.weights] : [],
    );
    expect(new Set(hashes).size).toBe(4); // at updates 2, 4, 6, 7
    const { generator, discriminator } = trainer.groups;
    expect(generator.map(({ name }) => name)).toEqual(['generator', 'blurKernel']);
    const expected = createHash('sha256');
    for (const { parameters } of [...generator, ...discriminator]) {
      for (const { name, variable } of parameters) {
        const values = variable.dataSync<'float32'>();
        const bytes = Buffer.alloc(4 * values.length);
        values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
        expected.update(`${name}\0`).update(bytes);
      }
    }
    expect(hashes.at(-1)).toBe(expected.digest('hex'));
    disposeTrainer(trainer);
  });

  it('resumes a run whose log has no hashes of weights yet', async () => {
    const straight = await straightRun();
    const runFolder = join(folder, 'stopped');
    const stop = new AbortController();
    const first = build(proposed);
    const onStep = (step: number): void => {
      if (step === 4) stop.abort();
    };
    await fit(first, options(first, runFolder, { stop: stop.signal, onStep }));
    disposeTrainer(first);
    const path = join(runFolder, 'metrics.jsonl');
    const withHashes = await readFile(path, 'utf8');
    const without = withHashes.replaceAll(/,"weights":"[0-9a-f]{64}"/g, '');
    expect(without).not.toBe(withHashes);
    await writeFile(path, without);
    const resumed = await finish(build(proposed), runFolder);
    expect(resumed.snapshot).toEqual(straight.snapshot);
    expect(resumed.metrics).toBe(without + straight.metrics.slice(withHashes.length));
  });

  it('stops at a loss that is not a number and says which', async () => {
    const trainer = build(proposed);
    const source = createTestSource(1);
    const poisoned = {
      ...source,
      next: () => {
        const sample = source.next();
        if (trainer.step === 2) sample.sharp.data[0] = NaN;
        return sample;
      },
    };
    const failure = await fit(trainer, options(trainer, folder, { source: poisoned })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(TrainingFailure);
    expect(String(failure)).toMatch(/training stopped at step 3: loss \w+ is NaN/);
    disposeTrainer(trainer);
  });

  it('calls a constant output at the end a failure', async () => {
    const trainer = build(METHODS[0]);
    const validate = () => Promise.resolve({ psnr: 1, ssim: 1, outputStandardDeviation: 0 });
    await expect(fit(trainer, options(trainer, folder, { validate }))).rejects.toThrow(
      'output is constant',
    );
    disposeTrainer(trainer);
  });
});
