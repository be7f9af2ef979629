import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, type Volume } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import {
  MODEL_FORMAT,
  type ModelConfig,
  modelConfigSchema,
  type ModelManifest,
} from '@blurcycle/experiment';
import { explainWriteError, fileHash, syncFolder, writeFileAtomically } from '@blurcycle/files';
import { type NamedArray, writeArrayFile } from '@blurcycle/training';
import { MODEL_FILES } from './modelFileNames.ts';
import { citationText, licenseText } from './modelFiles.ts';

/** What a model folder holds. */
export interface ModelContent {
  readonly config: ModelConfig;
  /** Weights of the sharp generator by parameter name. */
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** Blur kernel between the network's intensities; null when the method has none. */
  readonly kernel: Volume | null;
  /** A small stack in its own intensities, and what the model makes of it. */
  readonly test: { readonly input: Volume; readonly output: Volume };
}

/**
 * Writes a model folder so that its name holds either what it held before or the whole model.
 *
 * All files go to a folder beside it, which then takes the name. The same content gives the same
 * bytes.
 *
 * @throws {InputError} One line when the disk is full or the folder cannot be written; nothing is
 *   left behind.
 */
export async function writeModelFolder(folder: string, content: ModelContent): Promise<void> {
  const target = resolve(folder);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const replaced = `${temporary}.old`;
  await checkModelFolder(target);
  try {
    await mkdir(temporary, { recursive: true });
    await writeFiles(temporary, content);
    const replaces = existsSync(target);
    if (replaces) await rename(target, replaced);
    await rename(temporary, target);
    await syncFolder(dirname(target));
    if (replaces) await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    if (existsSync(replaced) && !existsSync(target)) await rename(replaced, target);
    await rm(temporary, { recursive: true, force: true });
    throw explainWriteError(error, target, 'writeModelFolder');
  }
}

async function writeFiles(
  folder: string,
  { config, weights, kernel, test }: ModelContent,
): Promise<void> {
  const place = (name: keyof typeof MODEL_FILES): string => join(folder, MODEL_FILES[name]);
  const checked = modelConfigSchema.parse(config);
  if ((kernel === null) !== (config.kernel === 'none')) {
    throw new Error(
      `internal: config.kernel is ${config.kernel}, but the kernel ${kernel === null ? 'is missing' : 'is there'}`,
    );
  }
  // Each file reaches the disk before the folder takes its name.
  const write = (name: keyof typeof MODEL_FILES, text: string): Promise<void> =>
    writeFileAtomically(place(name), 'writeModelFolder', text);
  await write('config', `${JSON.stringify(checked, null, 2)}\n`);
  await write('license', licenseText(checked));
  await write('citation', citationText(checked));
  await writeArrayFile(place('weights'), { header: { format: MODEL_FORMAT }, arrays: weights });
  if (kernel !== null) await writeTiffStack(place('kernel'), kernel);
  await writeTiffStack(place('testInput'), test.input);
  await writeTiffStack(place('testOutput'), test.output);
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort())
    files[name] = await fileHash(join(folder, name));
  const manifest: ModelManifest = { format: MODEL_FORMAT, files };
  await write('manifest', `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Throws unless the folder is new, empty or a model: nothing else is ever replaced. */
export async function checkModelFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names: string[] = await readdir(folder).catch(() => ['a file']);
  const ours =
    names.length === 0 ||
    [MODEL_FILES.manifest, MODEL_FILES.weights].some((name) => names.includes(name));
  if (ours) return;
  throw new InputError(
    `writeModelFolder: ${folder} must be a new folder or a model, got one that holds ${names[0]} (choose another name)`,
  );
}
