import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../bin/bundle.mjs';
import { PROJECT_ROOT } from '@blurcycle/files';
import { spawnBlurcycle } from './commandLine.ts';

const ENTRY = 'apps/shown/src/main.ts';
const FILES = {
  'package-lock.json': '{}',
  [ENTRY]: `import { place } from '@blurcycle/own';
import { version } from 'outside';
type Unused = string;

export async function main(): Promise<object> {
  const { fail } = await import('./fail.ts');
  let stack = '';
  try {
    fail();
  } catch (error) {
    stack = (error as Error).stack ?? '';
  }
  return { place, version, stack };
}
`,
  'apps/shown/src/fail.ts': `interface Unused {
  readonly lines: number;
}

export function fail(): never {
  throw new Error('here');
}
`,
  'libs/own/package.json':
    '{ "name": "@blurcycle/own", "type": "module", "exports": "./src/index.ts" }',
  'libs/own/src/index.ts': 'export const place: string = import.meta.dirname;\n',
  'node_modules/outside/package.json':
    '{ "name": "outside", "type": "module", "exports": "./a.js" }',
  'node_modules/outside/a.js': "export const version = 'of the project';\n",
};

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'blurcycle-bundle-')));
  for (const [path, content] of Object.entries(FILES)) write(path, content);
  mkdirSync(join(root, 'node_modules/@blurcycle'));
  symlinkSync('../../libs/own', join(root, 'node_modules/@blurcycle/own'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Folders of the cache. */
const cached = () => readdirSync(join(root, 'node_modules/.cache/blurcycle'));

/** Bundles and runs main() in a process of its own, as bin/blurcycle.mjs does. */
function run(): { place: string; version: string; stack: string } {
  const bin = pathToFileURL(join(PROJECT_ROOT, 'apps/experiments/bin/bundle.mjs')).href;
  const script = `process.setSourceMapsEnabled(true);
    const { bundle } = await import('${bin}');
    const { main } = await import(await bundle('${root}', '${ENTRY}'));
    console.log(JSON.stringify(await main()));`;
  const parameters = ['--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as ReturnType<typeof run>;
}

describe('bundle(root, entry)', () => {
  it('runs modules that know their place, and packages of the project', () => {
    const { place, version } = run();
    expect(place).toBe(join(root, 'libs/own/src'));
    expect(version).toBe('of the project');
  });

  it('names the lines of the TypeScript where an error came from', () => {
    expect(run().stack).toContain(`${join(root, 'apps/shown/src/fail.ts')}:6:`);
  });

  it('takes the package that a workspace has for itself', () => {
    write(
      'apps/shown/node_modules/outside/package.json',
      FILES['node_modules/outside/package.json'],
    );
    write('apps/shown/node_modules/outside/a.js', "export const version = 'its own';\n");
    expect(run().version).toBe('its own');
  });

  it('is made once for one content', async () => {
    const first = await bundle(root, ENTRY);
    const made = statSync(fileURLToPath(first ?? '')).mtimeMs;
    expect(await bundle(root, ENTRY)).toBe(first);
    expect(statSync(fileURLToPath(first ?? '')).mtimeMs).toBe(made);
    write('libs/own/src/index.ts', 'export const place: string = "elsewhere";\n');
    expect(await bundle(root, ENTRY)).not.toBe(first);
    expect(run().place).toBe('elsewhere');
    write('libs/own/src/index.ts', FILES['libs/own/src/index.ts']);
    expect(await bundle(root, ENTRY)).toBe(first);
    expect(cached()).toHaveLength(2);
  });

  it('is made by several at once without harm', async () => {
    const urls = await Promise.all([1, 2, 3, 4].map(() => bundle(root, ENTRY)));
    expect(new Set(urls).size).toBe(1);
    expect(urls[0]).not.toBeNull();
    expect(cached()).toHaveLength(1);
  });

  it('is not made where nothing can be written, or from sources with an error', async () => {
    write('node_modules/.cache', 'a file in place of the folder');
    expect(await bundle(root, ENTRY)).toBeNull();
    rmSync(join(root, 'node_modules/.cache'));
    write('libs/own/src/index.ts', 'export const place = ;\n');
    expect(await bundle(root, ENTRY)).toBeNull();
    expect(cached()).toEqual([]);
  });

  it('removes bundles that nobody used for a day', async () => {
    for (const [name, hours] of [
      ['old', 25],
      ['young', 23],
    ] as const) {
      write(`node_modules/.cache/blurcycle/${name}/entry.mjs`, '');
      const then = new Date(Date.now() - hours * 3_600_000);
      utimesSync(join(root, 'node_modules/.cache/blurcycle', name), then, then);
    }
    write('node_modules/.cache/blurcycle/training.json', '{}');
    await bundle(root, ENTRY);
    expect(cached()).toHaveLength(3);
    expect(cached()).not.toContain('old');
  });
});

describe('blurcycle', () => {
  it('says the same from its bundle and from TypeScript', () => {
    const bundled = spawnBlurcycle('list', '--json');
    expect(bundled).toMatchObject({ code: 0, error: '' });
    expect(readdirSync(join(PROJECT_ROOT, 'node_modules/.cache/blurcycle'))).not.toEqual([]);
    process.env.BLURCYCLE_SOURCE = '1';
    try {
      expect(spawnBlurcycle('list', '--json')).toEqual(bundled);
    } finally {
      delete process.env.BLURCYCLE_SOURCE;
    }
  });
});
