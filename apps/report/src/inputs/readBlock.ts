import type { CurvesBlock, FactsBlock, FigureBlock } from '@blurcycle/experiment';
import { readImageSet, type ImageSet } from './readImageSet.ts';
import { readVolumeSet, type VolumeSet } from './readVolumeSet.ts';

/** One thing that an experiment shows beside its table, with its images read. */
export type ShownBlock = VolumeSet | CurvesBlock | ImageSet | FactsBlock;

/** Reads what a block refers to; a damaged image is an `InputError`. */
export async function readBlock(directory: string, block: FigureBlock): Promise<ShownBlock> {
  switch (block.kind) {
    case 'volumes':
      return readVolumeSet(directory, block);
    case 'images':
      return readImageSet(directory, block);
    case 'curves':
    case 'facts':
      return block;
  }
}
