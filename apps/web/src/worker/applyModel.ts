import { selectWebAssembly } from '@blurcycle/compute/webassembly';
import { selectPageGpu } from '@blurcycle/compute/webgpu';
import type { PageGpu } from '@blurcycle/compute/webgpu-adapter';
import { describeViolation, InputError, sha256 } from '@blurcycle/core';
import { blobFile, readTiff } from '@blurcycle/data';
import {
  asPsf,
  compareVoxels,
  deconvolveWithModel,
  judgeTrust,
  type ModelSource,
  prepareModel,
  readConfig,
  refuseNoise,
} from '@blurcycle/inference';
import { computedBy, startEngines } from './engines.ts';
import type { Computed, ModelFacts, ModelJob, ModelResult, StackFiles } from './protocol.ts';
import { tryGpu } from './tryGpu.ts';

/** What `navigator.deviceMemory` says where it says nothing, in GiB. */
const USUAL_MEMORY = 8;
const GIB = 2 ** 30;

/** Reads `model.json` alone. */
export async function describeModel(files: StackFiles): Promise<ModelFacts> {
  const { name, voxelSizeUm, inference, network } = await readConfig(sourceOf(files));
  const { tile, overlap } = inference;
  return { name, voxelSizeUm, tile, overlap, width: network.width };
}

/**
 * Applies a model to a stack as `blurcycle deconvolve --model` does.
 *
 * @param onTile - Tiles done, and how many there are.
 */
export async function applyModel(
  job: ModelJob,
  onTile: (done: number, most: number) => void,
): Promise<ModelResult> {
  const engines = await startEngines(job.engine);
  const { gpu, module } = engines;
  const warnings: string[] = [];
  const run = (): Promise<Omit<ModelResult, keyof Computed>> => runModel(job, onTile);
  const runOnGpu = async (gpu: PageGpu): ReturnType<typeof run> => {
    await selectPageGpu(gpu);
    return run();
  };
  const fromGpu = await tryGpu(gpu, job.engine, runOnGpu, (line) => warnings.push(line));
  if (fromGpu === null) {
    if (module === null) {
      const rule = 'have a GPU, or the vectors of WebAssembly (SIMD), for a model';
      const remedy = 'any browser of 2023 or later has them; Richardson-Lucy works without';
      throw new InputError(describeViolation('model', 'the browser', rule, 'none', remedy));
    }
    await selectWebAssembly(module, memoryBytes());
  }
  const result = fromGpu ?? (await run());
  return {
    ...{ ...result, ...computedBy(engines, fromGpu !== null) },
    warnings: [...warnings, ...result.warnings],
  };
}

function memoryBytes(): number {
  const { deviceMemory = USUAL_MEMORY } = navigator as Navigator & {
    readonly deviceMemory?: number;
  };
  return deviceMemory * GIB;
}

/** On the back-end that was selected. */
async function runModel(
  { stack, files, anyVoxelSize }: ModelJob,
  onTile: (done: number, most: number) => void,
): Promise<Omit<ModelResult, keyof Computed>> {
  const model = await prepareModel(sourceOf(files));
  const { config, kernel } = model;
  const warnings = compareVoxels(stack.voxelSizeUm, config.voxelSizeUm, anyVoxelSize);
  if (kernel !== null) refuseNoise('the stack', stack, asPsf(kernel, stack.voxelSizeUm));
  const began = performance.now();
  const { estimate, ...report } = await deconvolveWithModel(model, stack, {
    ...{ whole: false, tile: undefined, overlap: undefined, compare: true, onTile },
    availableBytes: memoryBytes(),
    say: (line) => warnings.push(line),
  });
  const trust = judgeTrust(report, config);
  return {
    ...{ estimate, name: config.name, seconds: (performance.now() - began) / 1000 },
    ...{ tile: report.tile, tiles: report.tiles, tileMismatch: report.tileMismatch },
    trust: trust?.explains === true ? trust.sentence : null,
    warnings: [...warnings, ...(trust?.explains === false ? [trust.sentence] : [])],
  };
}

/** A model folder that was chosen or dropped. */
function sourceOf(files: StackFiles): ModelSource {
  const folder = folderOf(files);
  const find = (name: string): File => {
    const found = files.find((file) => file.name === name);
    if (found === undefined) throw new Error('no such file');
    return found;
  };
  return {
    folder,
    path: (name) => `${folder}/${name}`,
    bytes: async (name) => new Uint8Array(await find(name).arrayBuffer()),
    volume: async (name) => (await readTiff(blobFile(find(name), name), {})).volume,
    sha256,
  };
}

function folderOf(files: StackFiles): string {
  const [first] = (files[0]?.webkitRelativePath ?? '').split('/');
  return first === '' ? 'the folder' : first;
}
