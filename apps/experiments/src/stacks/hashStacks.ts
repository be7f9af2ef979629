import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { contentHash, type Hashes } from '@blurcycle/experiment';
import { PROJECT_ROOT } from '../projectPaths.ts';
import { fileHash } from '../runs/fileHash.ts';
import type { StackList } from './listStacks.ts';

/**
 * SHA-256 of every stack of a list by its path from the project root, and under `stacks` that of
 * the list itself, so that a stack which comes or goes is a change too.
 */
export async function hashStacks(list: StackList): Promise<Hashes> {
  const { truth, ...others } = list;
  const files = [...new Set([...Object.values(others).flat(), ...(truth ?? [])])].sort();
  const nameOf = (file: string): string => relative(PROJECT_ROOT, file);
  const named = Object.entries(list).map(([part, paths]: [string, readonly string[] | null]) => [
    part,
    paths?.map(nameOf),
  ]);
  const hashes: Record<string, string> = { stacks: contentHash(Object.fromEntries(named)) };
  for (const file of files) hashes[nameOf(file)] = await rememberedHash(file);
  return hashes;
}

/** Stacks are large, and the states of many runs ask for the same. */
const known = new Map<string, { readonly version: string; readonly hash: string }>();

async function rememberedHash(file: string): Promise<string> {
  const { mtimeMs, size } = statSync(file);
  const version = `${mtimeMs}/${size}`;
  const earlier = known.get(file);
  if (earlier?.version === version) return earlier.hash;
  const hash = await fileHash(file);
  known.set(file, { version, hash });
  return hash;
}
