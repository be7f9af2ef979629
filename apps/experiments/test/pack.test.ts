import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT, programVersion } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-pack-'));
const empty = join(folder, 'empty');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  mkdirSync(empty);
  const pack = join(PROJECT_ROOT, 'apps/experiments/bin/pack.mjs');
  const name = execFileSync(process.execPath, [pack, folder], { encoding: 'utf8' }).trim();
  rmSync(join(folder, 'package'), { recursive: true });
  execFileSync('tar', ['xzf', join(folder, name), '-C', folder]);
  // What npm would install is what the project has.
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(folder, 'package/node_modules'));
}, 120_000);

function run(...parameters: string[]) {
  const bin = join(folder, 'package/bin/blurcycle.mjs');
  const options = { cwd: empty, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...parameters], options);
  return { code: status, out: stdout, error: stderr };
}

/** The package as npm makes it, outside of the project; .ci/run installs it with its packages. */
describe('npm run pack', () => {
  it('makes a package that says its version and lists its commands', () => {
    expect(run('--version')).toEqual({ code: 0, out: `${programVersion()}\n`, error: '' });
    const help = run('--help');
    expect(help).toMatchObject({ code: 0, error: '' });
    expect(help.out).toContain('blurcycle deconvolve <stacks..>');
  });

  it('simulates, deconvolves and repeats without the add-on', () => {
    const size = ['--size', '8,16,16'];
    const optics = ['--na', '1.2', '--ni', '1.33', '--wavelength', '0.61'];
    const psf = [...optics, '--voxel', '0.25,0.1,0.1', '--size', '5,7,7', '--out', 'psf.tif'];
    expect(run('phantom', 'beads', ...size, '--count', '3', '--out', 'truth.tif').code).toBe(0);
    expect(run('psf', ...psf).code).toBe(0);
    const noise = ['--psf', 'psf.tif', '--photons', '200', '--snr', 'none'];
    expect(run('degrade', 'truth.tif', ...noise, '--out', 'raw.tif').code).toBe(0);
    const method = ['--method', 'richardson-lucy', '--iterations', '3', '--psf', 'psf.tif'];
    expect(run('deconvolve', 'raw.tif', ...method, '--out', 'sharp.zarr').code).toBe(0);
    expect(run('repeat', 'sharp.json').out).toContain('the same values, bit for bit');
  });

  it('tells which commands need a clone', () => {
    const { code, error } = run('run', 'table1');
    expect(code).toBe(2);
    expect(error).toMatch(/^blurcycle run: the command must be called in a clone .+\n$/);
  });

  it('names every package that its modules import, in the version of the lock file', () => {
    const { dependencies, scripts } = JSON.parse(
      readFileSync(join(folder, 'package/package.json'), 'utf8'),
    ) as { dependencies: Record<string, string>; scripts: Record<string, string> };
    expect(scripts['install']).toBe('node libs/compute/native/build.mjs');
    expect(Object.keys(dependencies)).toEqual(
      expect.arrayContaining(['zarrita', 'geotiff', 'yargs', 'fs-native-extensions']),
    );
    for (const [name, version] of Object.entries(dependencies)) {
      const path = join(PROJECT_ROOT, 'node_modules', name, 'package.json');
      const installed = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      expect([name, version]).toEqual([name, installed.version]);
    }
  });
});
