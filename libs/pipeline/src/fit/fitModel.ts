import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { basename, join, normalize } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import { contentHash, type ModelConfig } from '@blurcycle/experiment';
import { useRunFolder } from '@blurcycle/files';
import {
  checkModelFolder,
  MODEL_FILES,
  type ModelContent,
  readModelConfig,
  readModelFolder,
} from '@blurcycle/inference';
import { checkpointIdentity } from '@blurcycle/training';
import type { ComputeOptions, Progress } from '../contracts.ts';
import { openBackend } from '../openBackend.ts';
import { type LearnedBefore, writeModel } from '../run/writeModel.ts';
import { say } from '../say.ts';
import { correctFacts, type Initial, readInitial } from './earlierModel.ts';
import { describePlan, estimateTraining, type FitPlan, fitPlan } from './fitPlan.ts';
import { judgeModel, stackScaleOf } from './judgeModel.ts';
import { prepareCycle, type PreparedFit, prepareSimulated } from './prepareFit.ts';
import { type FitData, type FitInput, readFit } from './readFit.ts';
import { previewFile, runTraining, type TrainingWishes, warn } from './runTraining.ts';
import { withSharpStacks } from './sharpStacks.ts';
import { firstGuessOf, firstStage, learnKernel, secondStage } from './twoStages.ts';

/** A model of one's own stacks: what it is made of, where it goes and what it is called. */
interface FitRequest extends FitData, Pick<ComputeOptions, 'backend' | 'threads' | 'progress'> {
  /** When to save the state and stop, in minutes since the start of the process. */
  readonly maxMinutes?: number | undefined;
  /** Folder of the model; its training lives beside it, in `<out>.training`. */
  readonly out: string;
  /** Named after the folder unless given. */
  readonly name: string | undefined;
  readonly authors: readonly string[] | undefined;
  readonly license: string | undefined;
  /** Folder of a model whose weights training starts from. */
  readonly from: string | undefined;
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
interface Fit extends FitRequest, Pick<TrainingWishes, 'lock'> {
  readonly trainingFolder: string;
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

async function carryOut(fit: Fit, given: FitInput): Promise<FitOutcome> {
  const { out, trainingFolder, restart, dryRun } = fit;
  const input = await sharpened(fit, given);
  const from = await readInitial(fit, input.settings);
  const first = firstStage(input);
  const known = preparedOf(input);
  const key = keyAfter([(known ?? first)?.key, from?.key, known === null ? input.settings : null]);
  for (const warning of (known ?? first)?.warnings ?? []) warn(warning);
  if (!restart && !dryRun) {
    if (await existsAlready(out, key, trainingFolder)) {
      const corrected = await correctFacts(out, fit);
      say(`${out}: ${corrected ? 'up to date, name, authors or license corrected' : 'up to date'}`);
      return { kind: 'up to date', model: out };
    }
    await refuseOtherTraining(trainingFolder, key);
    if (first !== null) await refuseOtherTraining(join(trainingFolder, 'kernel'), first.key);
  }
  if (dryRun) {
    const prepared = known ?? secondStage(input, firstGuessOf(input), key);
    const before = first === null ? null : await withEstimate(first);
    return { kind: 'planned', plan: fitPlan(prepared, await estimateTraining(prepared), before) };
  }
  const learned = first === null ? null : await learnKernel(fit, first);
  const prepared =
    learned === null ? { ...needed(known), key } : secondStage(input, learned.kernel, key);
  const plan = fitPlan(prepared, await estimateTraining(prepared), null);
  for (const line of describePlan(plan)) say(line);
  const every = prepared.settings.training.validateEvery;
  say(
    `a stack and what the model makes of it, every ${every} updates: ${previewFile(trainingFolder)}`,
  );
  const { config } = await trainModel(fit, prepared, from, learned?.before ?? null);
  return { kind: 'trained', model: out, trainingFolder, plan, config };
}

async function withEstimate(first: PreparedFit): Promise<Parameters<typeof fitPlan>[2]> {
  return { settings: first.settings, estimate: await estimateTraining(first) };
}

/** Of a model that is trained in one stage; null where the first stage decides about the second. */
function preparedOf(input: FitInput): PreparedFit | null {
  const { route } = input;
  switch (route.kind) {
    case 'simulated':
      return prepareSimulated(input, route.psf, route.tolerance);
    case 'cycle':
      return prepareCycle(input, route.known);
    case 'two-stage':
      return null;
  }
}

function needed(prepared: PreparedFit | null): PreparedFit {
  if (prepared === null) throw new Error('internal: one stage or two');
  return prepared;
}

/** The key of a training alone where nothing else decides it, as older versions wrote it. */
function keyAfter(parts: readonly unknown[]): string {
  const [key, ...others] = parts;
  const isAlone = typeof key === 'string' && others.every((part) => part == null);
  return isAlone ? key : contentHash(parts);
}

/**
 * Throws where a training of other data or settings is unfinished: it is deleted only on demand.
 */
async function refuseOtherTraining(folder: string, key: string): Promise<void> {
  const identity = await checkpointIdentity(join(folder, 'checkpoint'));
  if (identity === null || identity === key) return;
  const found = `an unfinished training of other data or settings in ${folder}`;
  const remedy =
    'give the settings that it was begun with, name another folder, or give --restart to delete it';
  throw new InputError(describeViolation('fit', '--out', 'be a new folder', found, remedy));
}

async function sharpened(
  { dryRun, trainingFolder, sharp, progress }: Fit,
  input: FitInput,
): Promise<FitInput> {
  const label = sharp.kind === 'classical' ? sharp.method : 'sharp';
  let display: Progress | undefined;
  return withSharpStacks(input, {
    sharpFolder: dryRun ? null : join(trainingFolder, 'sharp'),
    onSharpUpdate: (done, most) => {
      display ??= progress({ label, total: most });
      display.update(done);
    },
  }).finally(() => display?.stop());
}

/**
 * Whether the model of that key exists already and is whole; a damaged one is made anew, with a
 * warning.
 *
 * @throws {InputError} If another one is: hours of training are not overwritten by accident.
 */
async function existsAlready(out: string, key: string, trainingFolder: string): Promise<boolean> {
  if (!existsSync(join(out, MODEL_FILES.config))) return false;
  const config = await readModelConfig(out).catch(ifDamaged);
  // A configuration that says nothing may still be that of the training beside it.
  const found =
    config?.training.key ?? (await checkpointIdentity(join(trainingFolder, 'checkpoint')));
  if (found !== key) {
    const what = config === null ? 'a damaged model' : 'a model of other data or settings';
    const remedy = 'name another folder, or give --restart to replace it';
    throw new InputError(
      describeViolation('fit', '--out', 'be a new folder', `${what} in ${out}`, remedy),
    );
  }
  if ((await readModelFolder(out).catch(ifDamaged)) !== null) return true;
  warn('the model is made anew');
  return false;
}

/** Names what is damaged; any other error stays one. */
function ifDamaged(error: unknown): null {
  if (!(error instanceof InputError)) throw error;
  warn(error.message);
  return null;
}

async function trainModel(
  fit: Fit,
  prepared: PreparedFit,
  from: Initial | null,
  learnedBefore: LearnedBefore | null,
): Promise<ModelContent> {
  const { out, authors, license, name } = fit;
  const { settings, seed, kernel, testInput, intensity, voxelSizeUm, data, key } = prepared;
  const { simulated } = prepared;
  return runTraining(fit, prepared, fit.trainingFolder, from, async (trainer, selectedUpdate) => {
    const facts = { voxelSizeUm, intensity, optics: opticsOf(fit.psf), license: license ?? 'MIT' };
    const simulatedFacts =
      simulated === null
        ? {}
        : {
            stackScale: stackScaleOf(simulated.simulation),
            ...(await judgeModel(trainer, prepared, simulated)),
          };
    return writeModel(out, trainer, {
      ...{ settings, seed, selectedUpdate, key, data, testInput, learnedBefore },
      knownKernel: kernel,
      facts: {
        ...{ ...facts, ...simulatedFacts },
        authors: authors ?? ['not named'],
        name: name ?? basename(out),
      },
    });
  });
}

/** The optics for `model.json`: the file of the PSF, or what the user gave. */
function opticsOf(psf: PsfSource | null): ModelConfig['optics'] {
  if (psf === null) return null;
  return psf.kind === 'file' ? { psf: psf.path } : { ...psf.given };
}
