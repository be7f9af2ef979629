import { createHash } from 'node:crypto';
import {
  cpSync,
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
import { createRandomStream } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import { readArrayFile, writeArrayFile } from '@blurcycle/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../src/loadModel.ts';
import { MODEL_FILES } from '../src/modelFileNames.ts';
import { applyModel } from '../src/readModel.ts';
import { writeModelFolder } from '../src/writeModelFolder.ts';
import { selectCpuBackend } from './cpuBackend.ts';
import { randomVolume } from '@blurcycle/core/testing';
import { smallModel } from './smallModel.ts';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-model-'));
const folder = join(root, 'model');
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => {
  await selectCpuBackend();
  await writeModelFolder(folder, await smallModel());
});

/** A copy of the model folder to spoil. */
function copy(name: string): string {
  const path = join(root, name);
  cpSync(folder, path, { recursive: true });
  return path;
}

/** Brings the manifest in line with what a file holds now, as somebody who edits a model might. */
function rehash(path: string, file: string): void {
  const at = join(path, MODEL_FILES.manifest);
  const manifest = JSON.parse(readFileSync(at, 'utf8')) as { files: Record<string, string> };
  manifest.files[file] = createHash('sha256')
    .update(readFileSync(join(path, file)))
    .digest('hex');
  writeFileSync(at, JSON.stringify(manifest));
}

async function refusal(path: string): Promise<string> {
  return loadModel(path).then(
    () => 'no refusal',
    (error: Error) => error.message,
  );
}

describe('writeModelFolder(folder, content)', () => {
  it('writes the same bytes for the same content, over a model that is there', async () => {
    const again = copy('again');
    await writeModelFolder(again, await smallModel());
    for (const file of Object.values(MODEL_FILES)) {
      expect(readFileSync(join(again, file)).equals(readFileSync(join(folder, file)))).toBe(true);
    }
    expect(
      readdirSync(root).filter((name) => name.endsWith('.tmp') || name.endsWith('.old')),
    ).toEqual([]);
  });

  it('reads a model that was written before there were precisions as float32', async () => {
    const old = copy('old');
    const path = join(old, MODEL_FILES.config);
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<
      'inference' | 'training',
      Record<string, unknown>
    >;
    delete config.inference.precision;
    delete config.training.precision;
    writeFileSync(path, JSON.stringify(config));
    rehash(old, MODEL_FILES.config);
    const model = await loadModel(old);
    expect(model.config.inference.precision).toBe('float32');
    expect(model.config.training.precision).toBe('float32');
    model.dispose();
  });

  it('keeps the precision, which a model is applied with unless another is asked for', async () => {
    const content = await smallModel();
    const inference = { ...content.config.inference, precision: 'bfloat16' } as const;
    const config = { ...content.config, inference, testTolerance: 0.1 };
    const path = join(root, 'bfloat16');
    await writeModelFolder(path, { ...content, config });
    const model = await loadModel(path);
    expect(model.config.inference).toEqual(inference);
    const { input, output } = content.test;
    const stated = await applyModel(model, input);
    expect(stated.data).not.toEqual(output.data);
    expect(stated.data).toEqual((await applyModel(model, input, 'bfloat16')).data);
    expect((await applyModel(model, input, 'float32')).data).toEqual(output.data);
    model.dispose();
  });

  it('replaces nothing but a model', async () => {
    const foreign = join(root, 'thesis');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'chapter1.txt'), 'words');
    await expect(writeModelFolder(foreign, await smallModel())).rejects.toThrow(
      /thesis must be a new folder or a model, got one that holds chapter1.txt \(choose another name\)$/,
    );
    expect(readdirSync(foreign)).toEqual(['chapter1.txt']);
  });

  it('leaves what was there, and nothing else, when writing fails half-way', async () => {
    const kept = copy('kept');
    const content = await smallModel();
    const unwritable = {
      ...content,
      test: { ...content.test, output: { ...content.test.output, data: new Float32Array(1) } },
    };
    await expect(writeModelFolder(kept, unwritable)).rejects.toThrow(/writeTiffStack/);
    expect(readdirSync(root).filter((name) => name.includes('.tmp'))).toEqual([]);
    const loaded = await loadModel(kept);
    loaded.dispose();
  });
});

describe('loadModel(folder)', () => {
  it('gives the network that was written, with its kernel', async () => {
    const content = await smallModel();
    const loaded = await loadModel(folder);
    expect(loaded.config).toEqual(content.config);
    expect(loaded.kernel?.data).toEqual(content.kernel?.data);
    expect(loaded.testDifference).toBe(0);
    const stack = randomVolume([8, 8, 8], createRandomStream(5, 'test'), { low: 100, high: 900 });
    const { data } = await applyModel(loaded, stack);
    // The sigmoid's range, undone: black 100, white 1100.
    expect(Math.min(...data)).toBeGreaterThan(100);
    expect(Math.max(...data)).toBeLessThan(1100);
    loaded.dispose();
  });

  it.each(Object.values(MODEL_FILES).filter((file) => file !== MODEL_FILES.manifest))(
    'refuses one altered byte in %s',
    async (file) => {
      const spoiled = copy(`byte-${file}`);
      const bytes = readFileSync(join(spoiled, file));
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(join(spoiled, file), bytes);
      expect(await refusal(spoiled)).toMatch(
        new RegExp(
          `^loadModel: \\S+${file} must be the file that was written, got other bytes \\(download or copy the model again`,
        ),
      );
    },
  );

  it('refuses a missing file, a folder that is no model, and one that is not there', async () => {
    const spoiled = copy('missing');
    rmSync(join(spoiled, MODEL_FILES.kernel));
    expect(await refusal(spoiled)).toMatch(/kernel.tif must be readable, got ENOENT/);
    expect(await refusal(root)).toMatch(
      /manifest.json must be readable, got ENOENT \(give the folder of a model/,
    );
    expect(await refusal(join(root, 'nowhere'))).toMatch(
      /manifest.json must be readable, got ENOENT/,
    );
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });

  it('refuses a configuration that the schema does not know, naming the place', async () => {
    const spoiled = copy('schema');
    const at = join(spoiled, MODEL_FILES.config);
    writeFileSync(at, readFileSync(at, 'utf8').replace('"white": 1100', '"white": 50'));
    rehash(spoiled, MODEL_FILES.config);
    expect(await refusal(spoiled)).toMatch(
      /model.json must follow its schema, got intensity: have white above black/,
    );
  });

  it('refuses weights that do not give the test output, whatever the hashes say', async () => {
    const spoiled = copy('weights');
    const other = await smallModel(7);
    await writeModelFolder(join(root, 'other'), other);
    cpSync(join(root, 'other', MODEL_FILES.weights), join(spoiled, MODEL_FILES.weights));
    rehash(spoiled, MODEL_FILES.weights);
    expect(await refusal(spoiled)).toMatch(
      /must turn its test input into its test output within 0.001 of the range, got 0\.\d+/,
    );
  });

  // 4096 would take 4 GB to build: what the files say is compared first.
  it.each([3, 4096])('refuses weights of another network than one of width %i', async (width) => {
    const spoiled = copy(`width-${width}`);
    const at = join(spoiled, MODEL_FILES.config);
    writeFileSync(at, readFileSync(at, 'utf8').replace('"width": 2', `"width": ${width}`));
    rehash(spoiled, MODEL_FILES.config);
    expect(await refusal(spoiled)).toMatch(
      `generator.weights must hold the weights of a U-Net of width ${width}, as model.json has it, ` +
        `but down1/filter must have shape [3, 3, 3, 1, ${width}], got [3, 3, 3, 1, 2] (download or copy the model again)`,
    );
  });

  it.each([
    ['an array less', 'up6/bias is missing'],
    ['an array more', "'up8/bias' is not known"],
  ])('refuses weights with %s', async (what, reason) => {
    const spoiled = copy(what.replaceAll(' ', '-'));
    const at = join(spoiled, MODEL_FILES.weights);
    const { header, arrays } = await readArrayFile(at);
    const changed = new Map(arrays);
    if (what === 'an array less') changed.delete('up6/bias');
    else changed.set('up8/bias', { shape: [1], data: Float32Array.of(0) });
    await writeArrayFile(at, { header, arrays: changed });
    rehash(spoiled, MODEL_FILES.weights);
    expect(await refusal(spoiled)).toMatch(`${at} must hold the weights of a U-Net of width 2`);
    expect(await refusal(spoiled)).toMatch(reason);
  });

  it('refuses a test input that the network cannot take', async () => {
    const spoiled = copy('test-input');
    const at = join(spoiled, MODEL_FILES.testInput);
    await writeTiffStack(at, randomVolume([8, 8, 6], createRandomStream(5, 'test')));
    rehash(spoiled, MODEL_FILES.testInput);
    expect(await refusal(spoiled)).toMatch(
      /test-input.tif must have sides that are multiples of 4, those of the test output, got \[8, 8, 6\]/,
    );
  });

  it.each(['../model/kernel.tif', 'a/b.tif', '.', '..'])(
    'refuses a manifest that names %s',
    async (name) => {
      const spoiled = copy('names');
      const at = join(spoiled, MODEL_FILES.manifest);
      const manifest = JSON.parse(readFileSync(at, 'utf8')) as { files: Record<string, string> };
      manifest.files[name] = '0'.repeat(64);
      writeFileSync(at, JSON.stringify(manifest));
      expect(await refusal(spoiled)).toMatch(/manifest.json must follow its schema, got files/);
    },
  );
});
