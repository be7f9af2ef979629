import { rmdir } from 'node:fs/promises';
import { basename, join, normalize } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import type { ModelConfig } from '@blurcycle/experiment';
import { type FolderLock, readIfThere, useRunFolder } from '@blurcycle/files';
import { checkModelFolder, MODEL_FILES, type ModelContent } from '@blurcycle/inference';
import { toNetworkScale } from '@blurcycle/stacks';
import { TrainingFailure } from '@blurcycle/training';
import type { ComputeOptions, Progress } from '../contracts.ts';
import { openBackend } from '../openBackend.ts';
import { trainNetworks } from '../run/trainNetworks.ts';
import { writeModel } from '../run/writeModel.ts';
import { say } from '../say.ts';
import { describePlan, estimateTraining, type FitPlan, fitPlan } from './fitPlan.ts';
import { type PreparedFit, prepareFit } from './prepareFit.ts';
import { type FitData, type FitInput, readFit } from './readFit.ts';

/** A model of one's own stacks: what it is made of, where it goes and what it is called. */
interface FitRequest extends FitData, Pick<ComputeOptions, 'backend' | 'threads' | 'progress'> {
  /** When to save the state and stop, in minutes since the start of the process. */
  readonly maxMinutes?: number | undefined;
  /** Folder of the model; its training lives beside it, in `<out>.training`. */
  readonly out: string;
  /** Named after the folder unless given. */
  readonly name: string | undefined;
  readonly authors: readonly string[];
  readonly license: string;
  /** Begin again from nothing, and replace the model that is there. */
  readonly restart: boolean;
  /** Check and estimate; train and write nothing. */
  readonly dryRun: boolean;
}

/** Outcome of a request. */
type FitOutcome =
  | { readonly kind: 'planned'; readonly plan: FitPlan }
  | { readonly kind: 'up to date'; readonly model: string }
  | {
      readonly kind: 'trained';
      readonly model: string;
      readonly trainingFolder: string;
      readonly plan: FitPlan;
      readonly config: ModelConfig;
    };

/** A request with its folders. */
interface Fit extends FitRequest {
  readonly trainingFolder: string;
  readonly lock: Pick<FolderLock, 'assertHeld'>;
}

/**
 * Trains a model on one's own stacks and writes its folder, unless it exists already or only the
 * plan is wanted. A training that was stopped is resumed. Reports on standard error.
 *
 * @throws {InputError} One line for the first thing that stands in the way: data or settings, a
 *   folder that holds something else, a step that does not fit the memory of the GPU.
 * @throws {Interrupted} On SIGINT or SIGTERM, once the state is saved.
 * @throws {TrainingFailure} If the training went wrong: see `fit`.
 */
export async function fitModel(request: FitRequest): Promise<FitOutcome> {
  const out = normalize(join(request.out, '.'));
  const trainingFolder = `${out}.training`;
  await checkModelFolder(out);
  const input = await readFit(request);
  const { name, description } = await openBackend(request);
  const work = (lock: Fit['lock']): Promise<FitOutcome> => {
    say(`back-end ${name}, ${description}`);
    return carryOut({ ...request, out, trainingFolder, lock }, input);
  };
  // A plan writes nothing, so nothing is locked.
  if (request.dryRun) return work({ assertHeld: () => undefined });
  return useRunFolder(trainingFolder, 'fit', work, { option: '--out' }).finally(() =>
    // Only removes an empty folder: nothing was trained.
    rmdir(trainingFolder).catch(() => undefined),
  );
}

async function carryOut(fit: Fit, input: FitInput): Promise<FitOutcome> {
  const { out, trainingFolder, restart, dryRun } = fit;
  const prepared = await prepare(fit, input);
  for (const warning of prepared.warnings) warn(warning);
  if (!restart && !dryRun && existsAlready(out, prepared.key)) {
    say(`${out}: up to date`);
    return { kind: 'up to date', model: out };
  }
  const plan = fitPlan(prepared, await estimateTraining(prepared));
  if (dryRun) return { kind: 'planned', plan };
  for (const line of describePlan(plan)) say(line);
  const { config } = await trainModel(fit, prepared);
  return { kind: 'trained', model: out, trainingFolder, plan, config };
}

function warn(line: string): void {
  say(`warning: ${line}`);
}

async function prepare(
  { dryRun, trainingFolder, sharp, progress }: Fit,
  input: FitInput,
): Promise<PreparedFit> {
  const label = sharp.kind === 'classical' ? sharp.method : 'sharp';
  let display: Progress | undefined;
  return prepareFit(input, {
    sharpFolder: dryRun ? null : join(trainingFolder, 'sharp'),
    onSharpUpdate: (done, most) => {
      display ??= progress({ label, total: most });
      display.update(done);
    },
  }).finally(() => display?.stop());
}

/**
 * Whether the model of that key exists already.
 *
 * @throws {InputError} If another one is: hours of training are not overwritten by accident.
 */
function existsAlready(out: string, key: string): boolean {
  const text = readIfThere(join(out, MODEL_FILES.config));
  if (text === null) return false;
  const { training } = JSON.parse(text) as Pick<ModelConfig, 'training'>;
  if (training.key === key) return true;
  const found = `a model of other data or settings in ${out}`;
  const remedy = 'name another folder, or give --restart to replace it';
  throw new InputError(describeViolation('fit', '--out', 'be a new folder', found, remedy));
}

function trainModel(fit: Fit, prepared: PreparedFit): Promise<ModelContent> {
  const { out, trainingFolder, restart, name, authors, license } = fit;
  const { settings, seed, pairs, kernel, start, testInput, intensity, voxelSizeUm, data, key } =
    prepared;
  // The scales of both domains are chosen so that the sum of the kernel is 1.
  const training = { id: 'fit', settings, seed, pairs, known: { kernel, noise: null, start } };
  const observed = toNetworkScale(testInput, intensity);
  const options = {
    folder: trainingFolder,
    identity: key,
    resume: !restart,
    validation: [{ id: 'fit', blurred: observed, sharp: null }],
    // The test input is no larger than a patch.
    inference: null,
    precision: settings.inference.precision,
    dataRange: 1,
    progress: fit.progress,
    warn,
    lock: fit.lock,
    maxMinutes: fit.maxMinutes,
    patchOption: '--patch',
  };
  return trainNetworks(training, options, async (trainer, outcome) => {
    if (outcome instanceof TrainingFailure) throw outcome;
    const { selectedUpdate } = outcome;
    const facts = { voxelSizeUm, intensity, optics: opticsOf(fit.psf), authors, license };
    return writeModel(out, trainer, {
      ...{ settings, seed, selectedUpdate, key, data, testInput, knownKernel: kernel },
      facts: { ...facts, name: name ?? basename(out) },
    });
  });
}

/** The optics for `model.json`: the file of the PSF, or what the user gave. */
function opticsOf(psf: PsfSource | null): ModelConfig['optics'] {
  if (psf === null) return null;
  return psf.kind === 'file' ? { psf: psf.path } : { ...psf.given };
}
