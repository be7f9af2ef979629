import type { FigureBlock } from '@blurcycle/experiment';

/** Blocks of `figures.json` and the images that they name, not yet written. */
export interface FigureParts {
  readonly blocks: readonly FigureBlock[];
  /** Path inside the experiment's directory, `figures/<name>.png`, to the bytes. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Several parts as one, in order. */
export function joinParts(...parts: readonly FigureParts[]): FigureParts {
  return {
    blocks: parts.flatMap(({ blocks }) => [...blocks]),
    files: new Map(parts.flatMap(({ files }) => [...files])),
  };
}
