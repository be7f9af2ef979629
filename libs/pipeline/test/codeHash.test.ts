import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashCode, stripCpp, codeHash } from '../src/run/codeHash.ts';

const FILES = {
  'src/train.ts': `import { readFileSync } from 'node:fs';
import { step } from './step.ts';
/** Trains. */
export async function train(rate: number): Promise<number> {
  const { scale } = await import('./scale.ts');
  const moved = step(rate) * scale(readFileSync.length);
  return moved;
}
`,
  'src/step.ts': 'export const step = (rate: number): number => 0.5 * rate;\n',
  'src/scale.ts': 'export function scale(x: number) { return x / 3; }\n',
  'native/sum.cc': '#include "sum.h"\nfloat sum(float a, float b) { return a + b; }  // exact\n',
  'native/sum.h': 'float sum(float a, float b);\n',
  'native/build.mjs': "export const FLAGS = ['-O2'];\n",
};

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blurcycle-hash-'));
  for (const [path, content] of Object.entries(FILES)) write(path, content);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function edit(path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(join(root, path), 'utf8');
  const after = before.replaceAll(from, to);
  expect(after).not.toBe(before);
  write(path, after);
}

const hash = () =>
  hashCode({ root, entry: 'src/train.ts', native: 'native', cache: 'cache/hash.json' });

describe('hashCode(code)', () => {
  it('ignores comments, types, names of variables and files, and formatting', async () => {
    const before = await hash();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    edit('src/train.ts', '/** Trains. */', '// What it does.\n');
    edit('src/train.ts', /\bmoved\b/g, 'position');
    edit('src/step.ts', '(rate: number): number', '(r: 1 | 2)');
    edit('src/step.ts', '* rate', '*\n  r');
    edit('src/step.ts', /\bstep\b/g, 'advance');
    edit('src/train.ts', /\bstep\b/g, 'advance');
    edit('src/train.ts', './advance.ts', './step.ts');
    edit('src/train.ts', '{ scale }', '{ scale: divide }');
    edit('src/train.ts', '* scale(', '* divide(');
    edit('src/train.ts', './scale.ts', './tools/scaleBy.ts');
    mkdirSync(join(root, 'src/tools'));
    renameSync(join(root, 'src/scale.ts'), join(root, 'src/tools/scaleBy.ts'));
    edit('native/sum.cc', '{ return', '{\n  /* one rounding */ return');
    edit('native/sum.cc', 'sum.h', 'add.h');
    renameSync(join(root, 'native/sum.h'), join(root, 'native/add.h'));
    renameSync(join(root, 'native/sum.cc'), join(root, 'native/add.cc'));
    edit('native/build.mjs', /^/g, '// How it is compiled.\n');
    expect(await hash()).toBe(before);
  });

  it.each([
    ['a number', 'src/step.ts', '0.5', '0.51'],
    ['the order of operations', 'src/train.ts', 'step(rate) * scale(', 'scale(step(rate) * '],
    ['a module that is loaded later', 'src/scale.ts', 'x / 3', 'x / 4'],
    ['C++', 'native/sum.cc', 'a + b', 'b + a'],
    ['a flag of the compiler', 'native/build.mjs', '-O2', '-O3'],
  ])('changes with %s', async (_what, path, from, to) => {
    const before = await hash();
    edit(path, from, to);
    expect(await hash()).not.toBe(before);
    edit(path, to, from);
    expect(await hash()).toBe(before);
  });

  it('remembers what it computed, and notices a damaged note', async () => {
    const before = await hash();
    const note = JSON.parse(readFileSync(join(root, 'cache/hash.json'), 'utf8')) as {
      inputs: object;
    };
    expect(Object.keys(note.inputs).sort()).toEqual(Object.keys(FILES).sort());
    write('cache/hash.json', JSON.stringify({ ...note, hash: 'remembered' }));
    expect(await hash()).toBe('remembered');
    write('cache/hash.json', '{"inputs":');
    expect(await hash()).toBe(before);
    write('cache/hash.json', JSON.stringify({ ...note, hash: 'remembered' }));
    write('native/more.cc', 'int more;\n');
    expect(await hash()).not.toBe('remembered');
  });
});

describe('stripCpp(source)', () => {
  it('keeps what the compiler sees', () => {
    expect(stripCpp('#define F(x) \\\n  x /* one */ + 1\nint  a = F( 2 ); // "two"')).toBe(
      '#define F(x)x+1 int a=F(2);',
    );
    expect(stripCpp('char* s = "a // b" ; char c = \'"\'; return  s')).toBe(
      'char*s="a // b";char c=\'"\';return s',
    );
  });
});

describe('codeHash()', () => {
  it('reads the code of this project', async () => {
    expect(await codeHash()).toMatch(/^[0-9a-f]{64}$/);
  });
});
