/** @file What page and worker say to each other. */
import type { PsfCenter, Shape3, Volume, VoxelSizeUm } from '@blurcycle/core';
import type { TiffContents, TiffStack } from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';
import type { PsfRequest } from '@blurcycle/psf';

/** One stack in one file, or one plane in each of several. */
export type StackFiles = readonly File[];

/** What of the files is the stack. */
export interface StackChoice {
  readonly channel?: number;
  readonly timePoint?: number;
  /** Overrides that of the files. */
  readonly voxelSizeUm?: VoxelSizeUm;
}

/** Optics without the voxels of a stack. */
export type Optics = Omit<PsfRequest, 'voxelSizeUm' | 'shape'>;

/** Where the PSF comes from. */
export type PsfChoice =
  | { readonly kind: 'optics'; readonly optics: Optics }
  | {
      readonly kind: 'file';
      readonly file: File;
      readonly center: PsfCenter;
      readonly background: number;
    }
  | {
      readonly kind: 'beads';
      readonly file: File;
      readonly diameterUm: number;
    };

/** What can compute: a GPU, WebAssembly, or plain JavaScript. */
type Engine = 'webgpu' | 'wasm' | 'js';
/**
 * `auto`: the first of them that the browser has; a program in place of a GPU does not count, it is
 * slower than WebAssembly.
 */
export type EngineChoice = Engine | 'auto';

/** Whether a GPU that was found computes. */
export function takesGpu(choice: EngineChoice, gpu: { readonly isSoftware: boolean }): boolean {
  return choice === 'webgpu' || (choice === 'auto' && !gpu.isSoftware);
}

/** What computed a result. */
export interface Computed {
  readonly engine: Engine;
  /** Name of the GPU; null without one. */
  readonly device: string | null;
  /** Threads of the processor. */
  readonly threads: number;
}

/** A deconvolution that the page asks for. */
export interface DeconvolutionJob {
  readonly stack: Volume;
  /** The file holds integers, as cameras give. */
  readonly isRaw: boolean;
  readonly offset: number | 'auto' | undefined;
  readonly settings: ClassicalSettings;
  readonly psf: PsfChoice;
  readonly engine: EngineChoice;
}

/** What a deconvolution gives. */
export interface DeconvolutionResult extends Computed {
  readonly estimate: Volume;
  readonly psf: Volume;
  readonly updates: number;
  readonly seconds: number;
  /** What was subtracted from the stack. */
  readonly offset: number;
  /** ‖y - b - m‖ / ‖y - b‖ of the blurred estimate. */
  readonly residual: number;
  /** What was done to the file of the PSF. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** What a page says of a model before it is applied. */
export interface ModelFacts {
  readonly name: string;
  readonly voxelSizeUm: VoxelSizeUm;
  readonly tile: Shape3;
  readonly overlap: Shape3;
  /** Channels of the first level of its network. */
  readonly width: number;
}

/** A model that the page wants applied. */
export interface ModelJob {
  readonly stack: Volume;
  /** The files of its folder. */
  readonly files: StackFiles;
  /** Apply it also where voxel sizes differ. */
  readonly anyVoxelSize: boolean;
  readonly engine: EngineChoice;
}

/** What a model gives. */
export interface ModelResult extends Computed {
  readonly estimate: Volume;
  readonly name: string;
  readonly seconds: number;
  readonly tile: Shape3;
  readonly tiles: number;
  /** See `ModelDeconvolution`. */
  readonly tileMismatch: number | null;
  /** Whether the result can be believed; null for a model without a kernel. */
  readonly trust: string | null;
  readonly warnings: readonly string[];
}

/** What the worker does, by name: what it is asked, and what it answers. */
export interface Tasks {
  describe: { readonly ask: StackFiles; readonly answer: TiffContents };
  read: {
    readonly ask: { readonly files: StackFiles; readonly choice: StackChoice };
    readonly answer: TiffStack;
  };
  deconvolve: { readonly ask: DeconvolutionJob; readonly answer: DeconvolutionResult };
  describeModel: { readonly ask: StackFiles; readonly answer: ModelFacts };
  applyModel: { readonly ask: ModelJob; readonly answer: ModelResult };
}

/** A task as it is sent. */
export type Request = {
  [T in keyof Tasks]: { readonly task: T; readonly ask: Tasks[T]['ask'] };
}[keyof Tasks];

/** What the worker sends back. */
export type Reply =
  | { readonly kind: 'progress'; readonly done: number; readonly most: number }
  | { readonly kind: 'answer'; readonly answer: Tasks[keyof Tasks]['answer'] }
  | { readonly kind: 'failure'; readonly message: string };
