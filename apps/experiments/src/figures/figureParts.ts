import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** Writes the images into the experiment's directory and hands on the blocks. */
export async function writeParts(
  folder: string,
  { blocks, files }: FigureParts,
): Promise<readonly FigureBlock[]> {
  for (const [file, bytes] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), bytes);
  }
  return blocks;
}
