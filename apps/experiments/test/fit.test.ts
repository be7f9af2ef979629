import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { microtubules, readTiffStack, writeTiffStack } from '@blurcycle/data';
import { lockFolder } from '@blurcycle/files';
import { createForwardModel } from '@blurcycle/imaging';
import { MODEL_FILES } from '@blurcycle/inference';
import { createPsf, normalizePsf } from '@blurcycle/psf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, blurcycle } from './commandLine.ts';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-fit-'));
const at = (name: string): string => join(root, name);
const FIXTURES = join(import.meta.dirname, '../../../libs/data/test/tiffFixtures');

function specimen(seed: number): Volume {
  return microtubules(
    {
      shape: [16, 32, 32],
      voxelSizeUm: [0.25, 0.1, 0.1],
      filamentRadiusUm: 0.38,
      filamentDensityPerUm2: 0.3,
      persistenceLengthUm: 15,
      curvatureLengthUm: 2,
    },
    createRandomStream(seed, 'test'),
  ).volume;
}

function changed(
  { shape, voxelSizeUm, data }: Volume,
  change: (value: number, i: number) => number,
): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}

beforeAll(async () => {
  for (const name of ['raw', 'sharp', 'empty']) mkdirSync(at(name));
  const psf = normalizePsf(
    createPsf({
      model: 'born-wolf',
      numericalAperture: 1.4,
      immersionIndex: 1.5,
      emissionWavelengthUm: 0.61,
      voxelSizeUm: [0.25, 0.1, 0.1],
      shape: [7, 7, 7],
    }),
  );
  const microscope = createForwardModel(psf, [16, 32, 32]);
  const record = (seed: number): Volume =>
    changed(microscope.forward(specimen(seed)), (value) => 100 + 900 * value);
  await writeTiffStack(at('psf.tif'), psf);
  await writeTiffStack(at('raw/cell1.tif'), record(1));
  await writeTiffStack(at('raw/cell2.tif'), record(2));
  await writeTiffStack(at('sharp/specimen.tif'), specimen(3));
  const raw = record(4);
  await writeTiffStack(at('new.tif'), raw);
  await writeTiffStack(
    at('nan.tif'),
    changed(raw, (value, i) => (i === 40 ? NaN : value)),
  );
  await writeTiffStack(
    at('negative.tif'),
    changed(raw, (value) => value - 600),
  );
  await writeTiffStack(
    at('constant.tif'),
    changed(raw, () => 7),
  );
  await writeTiffStack(at('fine.tif'), { ...raw, voxelSizeUm: [0.25, 0.05, 0.05] });
  await writeTiffStack(
    at('small.tif'),
    createVolume([8, 32, 32], raw.voxelSizeUm, raw.data.slice(0, 8 * 32 * 32)),
  );
  await writeTiffStack(
    at('plane.tif'),
    createVolume([1, 32, 32], raw.voxelSizeUm, raw.data.slice(8 * 32 * 32, 9 * 32 * 32)),
  );
  await writeTiffStack(
    at('large-psf.tif'),
    createVolume([17, 3, 3], raw.voxelSizeUm, new Float32Array(153).fill(1)),
  );
});
afterAll(() => rmSync(root, { recursive: true }));

const fit = (...options: string[]): Promise<Answer> =>
  blurcycle('fit', '--profile', 'smoke', ...options);
const DATA = ['--blurred', at('raw/*.tif'), '--sharp', at('sharp')];

describe('blurcycle fit', () => {
  it('checks and estimates with --dry-run, and writes nothing', async () => {
    const before = readdirSync(root);
    const { code, out } = await fit(
      ...DATA,
      '--psf',
      at('psf.tif'),
      '--out',
      at('dry'),
      '--dry-run',
      '--json',
    );
    expect(code).toBe(0);
    const plan = JSON.parse(out) as {
      intensity: { black: number; white: number };
      estimate: { seconds: number; memoryBytes: number };
      kernel: object;
    };
    expect(plan).toMatchObject({
      method: 'Trained on simulated pairs',
      data: '2 blurred stacks, 1 sharp stack, unpaired',
      updates: 16, // four times those of the profile
      patch: [16, 16, 16],
    });
    expect(plan.kernel).toEqual({
      ...{ shape: [7, 7, 7], learned: false, keptLight: 1, tolerance: 0.1 },
    });
    // Written as 100 + 900 x: the darkest blocks are nearly dark, and the light of three unlike
    // specimens is about the same.
    expect(Math.abs(plan.intensity.black - 100)).toBeLessThan(20);
    expect(plan.intensity.white).toBeGreaterThan(600);
    // The brightest voxels of the specimens stay below 1 when they are brightened by half.
    expect(plan.intensity.white).toBeLessThan(3000);
    expect(plan.estimate.seconds).toBeGreaterThan(0);
    expect(plan.estimate.memoryBytes).toBeGreaterThan(2 ** 20);
    expect(readdirSync(root)).toEqual(before);
  });

  it('trains a model that deconvolves and can be exported', async () => {
    const model = at('model');
    const fitted = await fit(
      ...DATA,
      '--psf',
      at('psf.tif'),
      '--out',
      model,
      '--author',
      'A. Tester',
    );
    expect(fitted.code).toBe(0);
    expect(fitted.out).toContain(
      `next: npx blurcycle deconvolve ${at('raw/cell1.tif')} --model ${model}`,
    );
    // Two channels: a stack, and what the model makes of it.
    const preview = `${model}.training/preview.tif`;
    expect(fitted.error).toContain(preview);
    const [before, after] = await Promise.all(
      [1, 2].map((channel) => readTiffStack(preview, { channel })),
    );
    expect(after.volume.shape).toEqual(before.volume.shape);
    expect(after.volume.data).not.toEqual(before.volume.data);
    const config = JSON.parse(readFileSync(join(model, MODEL_FILES.config), 'utf8')) as object;
    expect(config).toMatchObject({
      name: 'model',
      authors: ['A. Tester'],
      kernel: 'known',
      optics: { psf: at('psf.tif') },
      training: {
        updates: 16,
        selectedUpdate: 16,
        data: '2 blurred stacks, 1 sharp stack, unpaired',
      },
    });
    const deconvolved = await blurcycle(
      'deconvolve',
      at('new.tif'),
      '--model',
      model,
      '--out',
      at('out.tif'),
      '--json',
    );
    expect(deconvolved.code).toBe(0);
    const report = JSON.parse(deconvolved.out) as {
      trust: { explains: boolean; sentence: string };
      warnings: string[];
    };
    expect(report).toMatchObject({ shape: [16, 32, 32] });
    // Sixteen updates teach nothing, and the report says so.
    expect(report.trust.explains).toBe(false);
    expect(report.warnings).toEqual([report.trust.sentence]);
    expect((await readTiffStack(at('out.tif'))).volume.shape).toEqual([16, 32, 32]);
    for (const format of ['bioimageio', 'onnx']) {
      expect(
        await blurcycle('export', model, '--format', format, '--out', at(`model.${format}`)),
      ).toMatchObject({ code: 0 });
    }
  });

  it('goes on from its checkpoint and ends with the same bytes; is up to date after that', async () => {
    const model = at('model');
    const weights = (): Buffer => readFileSync(join(model, MODEL_FILES.weights));
    const first = weights();
    const again = () => fit(...DATA, '--psf', at('psf.tif'), '--out', model, '--json');
    expect(JSON.parse((await again()).out)).toEqual({ model, upToDate: true });
    // As if it had been killed after its checkpoint of update 14, before the model was written.
    rmSync(model, { recursive: true });
    rmSync(join(`${model}.training`, 'checkpoint/step-00000016.checkpoint'));
    expect(JSON.parse((await again()).out)).toMatchObject({ upToDate: false });
    expect(weights().equals(first)).toBe(true);
  });

  it('makes a damaged model anew, and refuses one that may be another', async () => {
    const model = at('model');
    const [weights, config] = [MODEL_FILES.weights, MODEL_FILES.config].map((file) =>
      join(model, file),
    );
    const [bytes, text] = [readFileSync(weights), readFileSync(config, 'utf8')];
    const [author] = (JSON.parse(text) as { authors: string[] }).authors;
    const again = (...more: string[]) =>
      fit(...DATA, '--psf', at('psf.tif'), '--out', model, '--author', author, ...more);
    writeFileSync(weights, bytes.subarray(1));
    const made = await again();
    expect(made).toMatchObject({ code: 0 });
    expect(made.error).toMatch(/^warning: .+generator.weights must be the file that was written/m);
    expect(made.error).toMatch(/^warning: .*the model is made anew$/m);
    expect(readFileSync(weights).equals(bytes)).toBe(true);

    // Whose it was says the training beside it.
    writeFileSync(config, text.slice(0, 200));
    expect(await again()).toMatchObject({ code: 0 });
    expect(readFileSync(config, 'utf8')).toBe(text);
    writeFileSync(config, '{}');
    const refused = await again('--updates', '5');
    expect(refused.code).toBe(2);
    expect(refused.error).toMatch(/^warning: .+model.json must follow its schema/m);
    expect(refused.error).toMatch(/^fit: --out must be a new folder, got 'a damaged model in /m);
    writeFileSync(config, text);
  });

  it('does not replace a model of other settings unless told to', async () => {
    const options = [...DATA, '--psf', at('psf.tif'), '--out', at('model'), '--updates', '2'];
    const refused = await fit(...options);
    expect(refused.code).toBe(2);
    expect(refused.error).toMatch(
      /^fit: --out must be a new folder, got 'a model of other data or settings in .+--restart to replace it\)\n$/m,
    );
    expect(await fit(...options, '--restart')).toMatchObject({ code: 0 });
  });

  it('learns the kernel without a PSF, and makes a sharp set where there is none', async () => {
    const options = [
      '--blurred',
      at('raw'),
      '--sharp-from',
      'blind-rl',
      '--iterations',
      '10',
      '--out',
      at('blind'),
    ];
    expect(await fit(...options, '--updates', '2')).toMatchObject({ code: 0 });
    const config = JSON.parse(
      readFileSync(join(at('blind'), MODEL_FILES.config), 'utf8'),
    ) as object;
    expect(config).toMatchObject({ kernel: 'learned', method: { id: 'proposed' }, optics: null });
    expect(existsSync(join(at('blind'), MODEL_FILES.kernel))).toBe(true);
    expect(
      readdirSync(join(at('blind.training'), 'sharp')).filter((name) => name.endsWith('.tif')),
    ).toEqual(['1-cell1.tif', '2-cell2.tif']);

    // A stack that is damaged since is made anew: the same bytes, and so the model is up to date.
    const sharp = join(at('blind.training'), 'sharp/1-cell1.tif');
    const bytes = readFileSync(sharp);
    writeFileSync(sharp, bytes.subarray(0, -1));
    const again = await fit(...options, '--updates', '2');
    expect(again).toMatchObject({
      code: 0,
      error: /1-cell1.tif must be the file that was written/,
    });
    expect(again.error).toMatch(/blind: up to date$/m);
    expect(readFileSync(sharp).equals(bytes)).toBe(true);
  });

  it('trains as in the paper with --cycle', async () => {
    const options = [...DATA, '--psf', at('psf.tif'), '--out', at('cycle'), '--cycle'];
    expect(await fit(...options, '--updates', '2')).toMatchObject({ code: 0 });
    const config = JSON.parse(
      readFileSync(join(at('cycle'), MODEL_FILES.config), 'utf8'),
    ) as object;
    expect(config).toMatchObject({ kernel: 'known', method: { id: 'non-blind' } });
    expect(config).not.toHaveProperty('stackScale');
  });

  it('tunes on the blurred stacks with --fine-tune, which --cycle does anyway', async () => {
    const options = [...DATA, '--psf', at('psf.tif'), '--fine-tune'];
    const model = at('tuned');
    expect(await fit(...options, '--out', model, '--updates', '4')).toMatchObject({ code: 0 });
    const config = JSON.parse(readFileSync(join(model, MODEL_FILES.config), 'utf8')) as object;
    expect(config).toMatchObject({ kernel: 'known', method: { id: 'simulated-pairs-tuned' } });
    expect(config).toHaveProperty('stackScale');
    const metrics = readFileSync(join(`${model}.training`, 'metrics.jsonl'), 'utf8');
    const terms = metrics.split('\n').filter((line) => line.includes('"train"'));
    expect(terms.map((line) => line.includes('cycleBlurred'))).toEqual([false, false, false, true]);
    const refused = await fit(...options, '--cycle', '--out', at('tuned-cycle'));
    expect(refused.code).toBe(2);
    expect(refused.error).toContain('fit: --fine-tune must be left out without simulated pairs');
    const deconvolved = ['deconvolve', at('new.tif'), '--model', model, '--out', at('tuned.tif')];
    expect(await blurcycle(...deconvolved)).toMatchObject({ code: 0 });
  });

  it('never deletes a training of other settings, trains on from a model, corrects its facts', async () => {
    const model = at('on');
    const options = [...DATA, '--psf', at('psf.tif'), '--out', model];
    expect(await fit(...options, '--updates', '2')).toMatchObject({ code: 0 });
    const weights = (): Buffer => readFileSync(join(model, MODEL_FILES.weights));
    const first = weights();
    const checkpoints = (): string[] => readdirSync(join(`${model}.training`, 'checkpoint'));
    const before = checkpoints();
    rmSync(model, { recursive: true });
    const refused = await fit(...options, '--updates', '3');
    expect(refused.code).toBe(2);
    expect(refused.error).toContain('an unfinished training of other data or settings');
    expect(checkpoints()).toEqual(before);
    expect(await fit(...options, '--updates', '2')).toMatchObject({ code: 0 });
    expect(weights().equals(first)).toBe(true);

    const facts = ['--author', 'B. Tester', '--license', 'CC-BY-4.0', '--name', 'renamed'];
    const corrected = await fit(...options, '--updates', '2', ...facts);
    expect(corrected.error).toContain('name, authors or license corrected');
    const config = JSON.parse(readFileSync(join(model, MODEL_FILES.config), 'utf8')) as object;
    expect(config).toMatchObject({
      ...{ name: 'renamed', authors: ['B. Tester'], license: 'CC-BY-4.0' },
    });
    expect(weights().equals(first)).toBe(true);

    const onward = [...DATA, '--psf', at('psf.tif'), '--from', model, '--updates', '1'];
    expect(await fit(...onward, '--out', at('onward'))).toMatchObject({ code: 0 });
    const wider = await fit(...onward, '--width', '6', '--out', at('wider'));
    expect(wider.error).toContain('--width must be 4, that of the model');
  });

  it('trains on thin stacks and on single planes', async () => {
    const thin = ['--blurred', at('small.tif'), '--sharp', at('small.tif'), '--updates', '2'];
    const answer = await fit(...thin, '--psf', at('psf.tif'), '--out', at('thin'));
    expect(answer).toMatchObject({ code: 0 });
    expect(answer.error).toContain('patches of 8 x 16 x 16');
    expect(answer.error).toContain('all sharp stacks are in the blurred set, too');
    const plane = ['--blurred', at('plane.tif'), '--sharp', at('plane.tif'), '--updates', '2'];
    const options = [...plane, '--psf', at('psf.tif'), '--patch', '1,16,16', '--out', at('flat')];
    expect(await fit(...options)).toMatchObject({ code: 0 });
  });

  it('learns the pupil of a microscope whose optics are stated, from the spectra of the stacks', async () => {
    const model = at('pupil');
    const optics = ['--na', '1.3', '--ni', '1.5', '--wavelength', '0.61'];
    const options = [...DATA, ...optics, '--kernel-form', 'pupil', '--out', model];
    const planned = await fit(...options, '--dry-run');
    expect(planned.out).toContain('learned, of a pupil, from the spectra of both sets');
    expect(await fit(...options, '--updates', '2')).toMatchObject({ code: 0 });
    const config = JSON.parse(readFileSync(join(model, MODEL_FILES.config), 'utf8')) as {
      kernel: string;
      pupil: { numericalAperture: number; emissionWavelengthUm: number; zernike: number[] };
    };
    expect(config.kernel).toBe('learned');
    expect(config.pupil.zernike).toHaveLength(18);
    expect(config.pupil.emissionWavelengthUm).toBe(0.61); // not learned
    expect(config.pupil.numericalAperture).not.toBe(1.3);
    const { volume } = await readTiffStack(join(model, MODEL_FILES.kernel));
    expect(volume.shape).toEqual([7, 7, 7]);
    expect(Math.min(...volume.data)).toBeGreaterThanOrEqual(0);

    // What the first stage has learned is learned anew where it is damaged.
    const weights = readFileSync(join(model, MODEL_FILES.weights));
    const learned = join(`${model}.training`, 'kernel');
    for (const [file, damage, warning] of [
      [
        'kernel.json',
        '{"key":',
        /^warning: .+kernel.json is damaged: the kernel is learned anew$/m,
      ],
      ['kernel.tif', 'II*', /^warning: .+kernel.tif.+: it is learned anew$/m],
    ] as const) {
      rmSync(model, { recursive: true });
      writeFileSync(join(learned, file), damage);
      const again = await fit(...options, '--updates', '2');
      expect(again).toMatchObject({ code: 0, error: warning });
      expect(readFileSync(join(model, MODEL_FILES.weights)).equals(weights)).toBe(true);
    }
  });

  it('refuses a second process on the same model with one line, and leaves the first one its folder', async () => {
    mkdirSync(at('busy.training'));
    const lock = await lockFolder(at('busy.training'), 'fit');
    const { code, error, out } = await fit(...DATA, '--psf', at('psf.tif'), '--out', at('busy'));
    expect(error).toMatch(
      /^fit: .+busy\.training must be used by one process at a time, got process \d+.+\n$/,
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(readdirSync(at('busy.training'))).toEqual(['run.lock']);
    lock.release();
  });

  const SHARP = ['--sharp', at('sharp')];
  it.each([
    [
      ['--blurred', at('empty'), ...SHARP],
      "--blurred must name TIFF files, got '<>empty' (the folder holds no",
    ],
    [['--blurred', at('none*.tif'), ...SHARP], "--blurred must name TIFF files, got '<>none*.tif'"],
    [['--blurred', at('nan.tif'), ...SHARP], "every value of '<>nan.tif' must be finite, got NaN"],
    [
      ['--blurred', at('constant.tif'), ...SHARP],
      "'<>constant.tif' must hold more than one intensity",
    ],
    [
      ['--blurred', at('negative.tif'), ...SHARP],
      "'<>negative.tif' must hold no value below noise about zero",
    ],
    [
      ['--blurred', at('small.tif'), ...SHARP, '--cycle'],
      'every stack must be at least [16, 16, 16] voxels',
    ],
    [
      ['--blurred', at('raw'), '--sharp', at('fine.tif')],
      "the voxels of '<>fine.tif' must be those of 'cell1.tif'",
    ],
    [
      ['--blurred', join(FIXTURES, 'imagej-channels.tif'), ...SHARP],
      'channels (choose one with --channel',
    ],
    [
      ['--blurred', join(FIXTURES, 'imagej-frames-only.tif'), ...SHARP],
      'time points (choose one with --time-point',
    ],
    [
      ['--blurred', at('raw'), ...SHARP, '--kernel-form', 'pupil', '--na', '1.3'],
      '--ni, --wavelength must be given, too, got',
    ],
    [
      ['--blurred', at('raw'), ...SHARP, '--kernel-form', 'pupil', '--psf', at('psf.tif')],
      '--psf must be left out for a kernel that is learned',
    ],
    [
      ['--blurred', at('raw'), ...SHARP, '--kernel-init', 'spectra', '--psf', at('psf.tif')],
      "--kernel-init must be left out where the PSF is known, got 'spectra'",
    ],
    [['--blurred', at('raw')], 'one of --sharp and --sharp-from must be given, got'],
    [
      ['--blurred', at('raw'), ...SHARP, '--sharp-from', 'rl-tv'],
      "one of --sharp and --sharp-from must be given, got 'both'",
    ],
    [
      ['--blurred', at('raw'), '--sharp-from', 'richardson-lucy'],
      '--sharp-from must go with a PSF',
    ],
    [
      ['--blurred', at('raw'), ...SHARP, '--psf', at('large-psf.tif'), '--cycle'],
      'the PSF must be no larger than the stack, [16, 32, 32], got [31, 3, 3] (so large',
    ],
    [['--blurred', at('raw'), ...SHARP, '--na', '1.4'], '--ni, --wavelength must be given, too'],
    [['--blurred', at('raw'), ...SHARP, '--patch', '10,16,16'], '--patch must be multiples of 4'],
    [
      ['--blurred', at('raw'), ...SHARP, '--license', 'free for all'],
      '--license must be an SPDX identifier',
    ],
    [
      ['--blurred', at('raw'), ...SHARP, '--out', at('sharp')],
      'must be a new folder or a model, got one that holds specimen.tif',
    ],
  ])('answers %j with one line and exit code 2, and writes nothing', async (options, expected) => {
    const before = readdirSync(root);
    const { code, error, out } = await fit(
      ...(options.includes('--out') ? [] : ['--out', at('never')]),
      ...options,
    );
    expect(error).toContain(expected.replaceAll('<>', `${root}/`));
    expect(error.trim().split('\n')).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(readdirSync(root)).toEqual(before);
  });
});
