import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModelFolder } from '@blurcycle/inference';
import { selectCpuBackend, smallModel } from '@blurcycle/inference/testing';
import { unzipSync } from 'fflate';
import { PNG } from 'pngjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bioimageModelSchema } from './bioimageModelSchema.ts';
import { blurcycle } from './commandLine.ts';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-export-'));
const model = join(root, 'model');
const zip = join(root, 'model.zip');
const onnx = join(root, 'model.onnx');
let files: Record<string, Uint8Array> = {};
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => {
  await selectCpuBackend();
  await writeModelFolder(model, await smallModel());
  expect(await blurcycle('export', model, '--format', 'bioimageio', '--out', zip)).toMatchObject({
    code: 0,
  });
  files = unzipSync(readFileSync(zip));
});

/** A .npy file read as NumPy reads it. */
function decodeNpy(bytes: Uint8Array): { shape: number[]; data: Float32Array } {
  const length = bytes[8] + 256 * bytes[9];
  const header = Buffer.from(bytes.subarray(10, 10 + length)).toString();
  expect(Buffer.from(bytes.subarray(1, 6)).toString()).toBe('NUMPY');
  expect(header).toMatch(/'descr': '<f4', 'fortran_order': False/);
  const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  return { shape, data: new Float32Array(bytes.slice(10 + length).buffer) };
}

describe('blurcycle export --format bioimageio', () => {
  it('writes a description that the Model Zoo accepts', () => {
    const description = bioimageModelSchema.parse(parse(Buffer.from(files['rdf.yaml']).toString()));
    expect(description.name).toBe('small');
    expect(description.license).toBe('CC-BY-4.0');
    expect(description.id).toBe('blurcycle-small');
    expect(description.maintainers).toBeUndefined();
    // Every file that is named is there, with its hash.
    const named = [
      ...description.attachments,
      ...description.covers,
      description.inputs[0].test_tensor,
      description.outputs[0].test_tensor,
      description.weights.tensorflow_js,
      description.weights.onnx,
    ];
    for (const { source, sha256 } of named) {
      expect(createHash('sha256').update(files[source]).digest('hex')).toBe(sha256);
    }
    expect(Buffer.from(files[description.documentation]).toString()).toMatch(/^#.*Validation/m);
    expect(Object.keys(unzipSync(files[description.weights.tensorflow_js.source])).sort()).toEqual([
      'model.json',
      'weights.bin',
    ]);
  });

  it('shows input beside output on its cover, twice as wide as high', () => {
    const { width, height, data } = PNG.sync.read(Buffer.from(files['cover.png']));
    expect([width, height]).toEqual([32, 16]);
    const gray = (x: number, y: number): number => data[4 * (y * width + x)];
    // Halves of one test stack and of what a network with random weights makes of it.
    const halves = [0, 16].map((left) =>
      Array.from({ length: 256 }, (_, i) => gray(left + (i % 16), Math.floor(i / 16))),
    );
    for (const half of halves) expect(new Set(half).size).toBeGreaterThan(20);
    expect(halves[0]).not.toEqual(halves[1]);
  });

  it('asks for the tile with instance normalization, and for no less without', async () => {
    const { inputs, outputs } = bioimageModelSchema.parse(
      parse(Buffer.from(files['rdf.yaml']).toString()),
    );
    expect(inputs[0].axes.slice(1, 4)).toMatchObject([{ size: 8 }, { size: 16 }, { size: 16 }]);
    for (const axis of outputs[0].axes) expect(axis).not.toHaveProperty('halo');

    const folder = join(root, 'plain');
    const packed = join(root, 'plain.zip');
    await writeModelFolder(folder, await smallModel(1, 'none'));
    const who = ['--maintainer', 'a-tester', '--maintainer', 'b2'];
    const answer = await blurcycle(
      ...['export', folder, '--format', 'bioimageio', '--out', packed, ...who],
    );
    expect(answer).toMatchObject({ code: 0 });
    const plain = unzipSync(readFileSync(packed));
    const description = bioimageModelSchema.parse(parse(Buffer.from(plain['rdf.yaml']).toString()));
    const sizes = [8, 16, 16].map((min) => ({ size: { min, step: 4 } }));
    expect(description.inputs[0].axes.slice(1, 4)).toMatchObject(sizes);
    // Half of the overlap of 4, 8 and 8 voxels.
    const halos = [{ halo: 2 }, { halo: 4 }, { halo: 4 }];
    expect(description.outputs[0].axes.slice(1, 4)).toMatchObject(halos);
    expect(description.maintainers).toEqual([{ github_user: 'a-tester' }, { github_user: 'b2' }]);
  });

  it.each([
    [['--format', 'bioimageio', '--maintainer', 'A. Tester'], /--maintainer must be a name on/],
    [['--format', 'onnx', '--maintainer', 'a-tester'], /must stand beside --format bioimageio/],
  ])('refuses %j', async (wrong, message) => {
    const out = join(root, 'refused.zip');
    const { code, error } = await blurcycle('export', model, '--out', out, ...wrong);
    expect(code).toBe(2);
    expect(error).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it('holds test tensors that its own weights and processing reproduce', async () => {
    const { inputs, outputs } = bioimageModelSchema.parse(
      parse(Buffer.from(files['rdf.yaml']).toString()),
    );
    const scale = (
      data: Float32Array,
      steps: readonly { id: string; kwargs: Record<string, unknown> }[],
    ) => {
      const { gain, offset } = steps.find(({ id }) => id === 'scale_linear')?.kwargs as {
        gain: number;
        offset: number;
      };
      return data.map((value) => gain * value + offset);
    };
    const input = decodeNpy(files['test_input.npy']);
    const output = decodeNpy(files['test_output.npy']);
    expect(input.shape).toEqual([1, 8, 16, 16, 1]);
    const session = await InferenceSession.create(files['weights.onnx']);
    const { sharp } = await session.run({
      blurred: new Tensor('float32', scale(input.data, inputs[0].preprocessing), input.shape),
    });
    await session.release();
    const got = scale(sharp.data as Float32Array, outputs[0].postprocessing);
    // 1e-4 of the range from 100 to 1100, as for the network alone.
    got.forEach((value, i) => expect(Math.abs(value - output.data[i])).toBeLessThan(0.1));
  });

  it('gives the same bytes again', async () => {
    const again = join(root, 'again.zip');
    await blurcycle('export', model, '--format', 'bioimageio', '--out', again);
    expect(readFileSync(again).equals(readFileSync(zip))).toBe(true);
  });
});

describe('blurcycle export', () => {
  it('writes ONNX with the intensities in its metadata, and answers in JSON', async () => {
    const { code, out } = await blurcycle(
      'export',
      model,
      '--format',
      'onnx',
      '--out',
      onnx,
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      file: onnx,
      format: 'onnx',
      model: 'small',
      license: 'CC-BY-4.0',
    });
    expect(readFileSync(onnx).includes('white')).toBe(true);
  });

  it('refuses a damaged model and an unknown format in one line, and writes nothing', async () => {
    writeFileSync(join(root, 'no.txt'), '');
    const out = join(root, 'no.onnx');
    const damaged = await blurcycle(
      'export',
      join(root, 'no.txt'),
      '--format',
      'onnx',
      '--out',
      out,
    );
    expect(damaged).toMatchObject({ code: 2, out: '' });
    expect(damaged.error).toMatch(/^loadModel: \S+manifest.json must be readable, got ENOTDIR/);
    const format = await blurcycle('export', model, '--format', 'keras', '--out', out);
    expect(format.code).toBe(2);
    expect(format.error.trim().split('\n')).toHaveLength(1);
    const folder = await blurcycle(
      'export',
      model,
      '--format',
      'onnx',
      '--out',
      join(root, 'nowhere/x.onnx'),
    );
    expect(folder.error).toMatch(
      /^export: cannot write .+ got ENOENT \(the folder does not exist: create it first\)/,
    );
    expect(existsSync(out)).toBe(false);
  });
});
