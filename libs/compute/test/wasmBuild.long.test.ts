import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildModule, findCompiler, MODULE_FILES } from '../native/wasm/build.mjs';

const file = (name: string): Buffer =>
  readFileSync(new URL(`../native/wasm/${name}`, import.meta.url));
/** Other compilers give other bytes. */
const { compiler: kept } = JSON.parse(file('modules.json').toString()) as { compiler: string };
const compiler = findCompiler();
if (compiler !== kept) {
  const found = compiler ?? 'no clang with lld';
  process.stderr.write(`compute: rebuilding WebAssembly skipped: ${found}, not ${kept}\n`);
}

describe.skipIf(compiler !== kept)('the WebAssembly modules', () => {
  it.each(MODULE_FILES)('are what their sources give: %s', (name) => {
    expect(buildModule(name).equals(file(name))).toBe(true);
  });
});
