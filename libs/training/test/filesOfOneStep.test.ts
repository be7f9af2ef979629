/**
 * How many files a reader opens to follow one training step.
 *
 * Counted are the modules that `trainStep.ts` reaches by its import statements within libs/training
 * and libs/models, type imports included, and each file of libs/compute that defines an operation
 * or a type which one of these modules imports from `@blurcycle/compute`. A name from the index of
 * a library leads to the file that defines it, and to no other. Not counted are how libs/compute
 * carries out an operation on a back-end, libs/core (shapes, random streams, errors) and packages
 * of others.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const LIBS = fileURLToPath(new URL('../..', import.meta.url));
const FIRST = join(LIBS, 'training/src/trainStep.ts');
/** Three of them only for a kernel with a pupil: its settings, its network and `hostFunction`. */
const MOST_FILES = 19;

/** Names in braces and the module that they come from, of every import and re-export of a file. */
function importsOf(file: string): { readonly names: readonly string[]; readonly from: string }[] {
  const statements = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\b(?: type)?\s*([^;'"]*?)\s*from\s+'([^']+)'/gm,
  );
  return [...statements].map(([, clause, from]) => {
    // Every import here names what it takes; `import * as x` would hide it.
    if (!clause.startsWith('{')) return { names: [], from };
    const names = clause.slice(1, -1).split(',');
    return { names: names.map((name) => name.replace(/^\s*type\s/, '').trim()), from };
  });
}

/** The file from which the index of a library exports a name. */
function fileOf(library: string, name: string): string {
  const source = join(LIBS, library, 'src');
  const found = importsOf(join(source, 'index.ts')).find(({ names }) => names.includes(name));
  if (found === undefined) throw new Error(`the index of libs/${library} does not export ${name}`);
  return join(source, found.from);
}

function filesOfOneStep(): string[] {
  const reached = new Set([FIRST]);
  // A set takes up what is added while it is walked.
  for (const file of reached) {
    if (file.startsWith(join(LIBS, 'compute'))) continue;
    for (const { names, from } of importsOf(file)) {
      if (from.startsWith('.')) reached.add(join(dirname(file), from));
      else if (from === '@blurcycle/models' || from === '@blurcycle/compute')
        for (const name of names) reached.add(fileOf(from.slice('@blurcycle/'.length), name));
    }
  }
  return [...reached].map((file) => relative(LIBS, file)).sort();
}

it(`one training step is read in at most ${MOST_FILES} files`, () => {
  const files = filesOfOneStep();
  // The walk itself works: the first module, one of each library.
  expect(files).toEqual(
    expect.arrayContaining(['training/src/trainStep.ts', 'models/src/unet.ts']),
  );
  expect(files.some((file) => file.startsWith('compute/src/'))).toBe(true);
  expect(files.length, `${files.length} files:\n${files.join('\n')}`).toBeLessThanOrEqual(
    MOST_FILES,
  );
});
