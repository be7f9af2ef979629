import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type axe from 'axe-core';
import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { hollowBars, readTiffStack, writeTiffStack } from '@blurcycle/data';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const executable = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);
if (executable === undefined) {
  process.stderr.write('web: no Chromium found (apt-get install chromium), browser test skipped\n');
}
const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
/** The same with a program, SwiftShader, in place of a GPU. */
const SOFTWARE_GPU = [...QUIET, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
/** What Chromium says itself where WebGPU finds no device. */
const NO_GPU = 'No available adapters.';
const PATIENT = { timeout: 60_000 };
const WEB = fileURLToPath(new URL('..', import.meta.url));
const COMMANDS = join(WEB, '../experiments/bin/blurcycle.mjs');
const TIFFS = join(WEB, '../../libs/data/test/tiffFixtures');
const VOXEL = [0.25, 0.1, 0.1] as const;

describe.skipIf(executable === undefined)('the page', () => {
  let directory = '';
  let url = '';
  let browser: Browser;
  const path = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'web-'));
    const vite = join(
      createRequire(import.meta.url).resolve('vite/package.json'),
      '../bin/vite.js',
    );
    const building = ['build', WEB, '--outDir', path('page'), '--logLevel', 'error'];
    execFileSync(process.execPath, [vite, ...building], { stdio: 'pipe' });
    url = pathToFileURL(path('page/index.html')).href;
    await writeTiffStack(path('cell.tif'), specimen());
    browser = await chromium.launch({ executablePath: executable ?? '', args: QUIET });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Bars with a background, 10 x 28 x 30 voxels. */
  function specimen(): Volume {
    const { volume } = hollowBars({
      shape: [10, 28, 30],
      voxelSizeUm: VOXEL,
      radiusUm: 0.6,
      count: 2,
    });
    return createVolume(
      volume.shape,
      VOXEL,
      volume.data.map((value) => 5 + 100 * value),
    );
  }

  /** Opens the page, lets `look` at it, and expects no complaint and no request. */
  async function open(
    look: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
    before?: () => void,
    hash = '',
    address = url,
    opened = browser,
  ): Promise<void> {
    const context = await opened.newContext({
      viewport: { width: 1400, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    if (before !== undefined) await page.addInitScript(before);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(address + hash);
    // The script unpacks itself after the page has loaded.
    await page.locator('.drop').waitFor(PATIENT);
    await look(page);
    expect(complaints.filter((text) => text !== NO_GPU)).toEqual([]);
    expect(requests.filter((other) => !/^(blob|data):/.test(other))).toEqual([address]);
    await context.close();
  }

  /** Serves the page with the headers with which it may share memory between threads. */
  async function serveIsolated(use: (address: string) => Promise<void>): Promise<void> {
    const server = createServer((request, response) => {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
      response.setHeader('Content-Type', 'text/html');
      response.end(request.url === '/' ? readFileSync(path('page/index.html')) : '');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.close();
    }
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  async function choose(page: Page, file: string): Promise<void> {
    await page.setInputFiles('#stack-file', file);
    await expect.poll(() => button(page, 'Deconvolve').isEnabled(), PATIENT).toBe(true);
  }

  async function run(page: Page, patience = PATIENT): Promise<void> {
    await button(page, 'Deconvolve').click();
    await page.locator('.result, .failure').filter({ visible: true }).first().waitFor(patience);
  }

  async function save(page: Page, name: string): Promise<Volume> {
    const download = page.waitForEvent('download');
    await button(page, name).click();
    const done = await download;
    const saved = path(`saved-${done.suggestedFilename()}`);
    await done.saveAs(saved);
    return (await readTiffStack(saved)).volume;
  }

  /** Largest difference, as a part of the largest value. */
  function difference(a: Volume, b: Volume): number {
    expect(a.shape).toEqual(b.shape);
    const most = b.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return a.data.reduce((far, value, i) => Math.max(far, Math.abs(value - b.data[i])), 0) / most;
  }

  it('has less than 1 MB', () => {
    expect(statSync(path('page/index.html')).size).toBeLessThan(1e6);
  });

  it.each([
    ['richardson-lucy', 'WebAssembly', ''],
    ['richardson-lucy', 'JavaScript', '#js'],
    ['rl-tv', 'WebAssembly', ''],
    ['wiener', 'WebAssembly', ''],
  ])(
    'deconvolves a dropped stack as the command that it shows (%s, %s)',
    async (method, engine, hash) => {
      const look = async (page: Page): Promise<void> => {
        const bytes = readFileSync(path('cell.tif')).toString('base64');
        await page.evaluate((text) => {
          const raw = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([raw], 'cell.tif'));
          document
            .querySelector('.drop')
            ?.dispatchEvent(
              new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
            );
        }, bytes);
        await expect.poll(() => button(page, 'Deconvolve').isEnabled(), PATIENT).toBe(true);
        expect(await page.getByRole('status').textContent()).toMatch(/^Takes about \d+ MiB/);
        await page.getByLabel('Method', { exact: true }).selectOption(method);
        if (method !== 'wiener') await page.getByLabel('Iterations').fill('8');
        // Without noise the ratio is so small that rounding shows in the solver's directions.
        else await page.getByLabel('Noise to signal').fill('0.01');
        await page.getByLabel('Background', { exact: true }).fill('5');
        await run(page);
        const facts = await page.locator('.result .facts').textContent();
        expect(facts).toMatch(new RegExp(`^10 x 28 x 30 voxels, .* in ${engine}, one thread;`));

        const [imagej, ome] = [
          await save(page, 'Save as ImageJ TIFF'),
          await save(page, 'Save as OME-TIFF'),
        ];
        expect(ome).toEqual(imagej);
        const command = (await page.locator('pre').textContent()) ?? '';
        const words = command.replace('npx blurcycle', `"${process.execPath}" "${COMMANDS}"`);
        execFileSync('sh', ['-c', words], { cwd: directory, stdio: 'pipe' });
        const { volume } = await readTiffStack(path('cell-deconvolved.tif'));
        // Both round to 32 bits, in another order; the solver of the Wiener filter stops at a
        // residual of 1e-4, where rounding decides about its last step.
        expect(difference(imagej, volume)).toBeLessThan(method === 'wiener' ? 3e-4 : 1e-5);
        expect(difference(imagej, specimen())).toBeGreaterThan(0.1);
      };
      await open(look, {}, undefined, hash);
    },
    120_000,
  );

  it('masks hot voxels of a camera as the command does', async () => {
    const { data, shape } = specimen();
    const counts = data.map(Math.round);
    counts[(4 * 28 + 3) * 30 + 25] = 3000;
    await writeTiffStack(path('hot.tif'), createVolume(shape, VOXEL, counts), {
      sampleType: 'uint16',
    });
    await open(async (page) => {
      await choose(page, path('hot.tif'));
      await page.getByLabel('Iterations').fill('4');
      await run(page);
      expect(await page.locator('.warnings').textContent()).toContain('hot');
      const ours = await save(page, 'Save as ImageJ TIFF');
      const command = (await page.locator('pre').textContent()) ?? '';
      const words = command.replace('npx blurcycle', `"${process.execPath}" "${COMMANDS}"`);
      execFileSync('sh', ['-c', words], { cwd: directory, stdio: 'pipe' });
      const { volume } = await readTiffStack(path('hot-deconvolved.tif'));
      expect(difference(ours, volume)).toBeLessThan(1e-5); // as above
    });
  }, 60_000);

  it('takes a PSF from a file', async () => {
    const psf = ['psf', '--size', '9,15,15', '--voxel', VOXEL.join(','), '--out', 'psf.tif'];
    execFileSync(process.execPath, [COMMANDS, ...psf], { cwd: directory, stdio: 'pipe' });
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      await page.getByLabel('from a file').check();
      await run(page);
      expect(await page.getByRole('alert').textContent()).toBe(
        "psf: a PSF file must be chosen, got 'none'",
      );
      await page.getByLabel('PSF file').setInputFiles(path('psf.tif'));
      await page.getByLabel('Iterations').fill('3');
      await run(page);
      const used = await save(page, 'Save the PSF');
      expect(used.shape).toEqual([9, 15, 15]);
      expect(used.data.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(await page.locator('pre').textContent()).toContain('--psf psf.tif --psf-center peak');
    });
  }, 60_000);

  /**
   * Images of what the model was trained on, in 16x96x144 voxels: its own test input, side by side.
   */
  async function writeTubules(): Promise<void> {
    const { volume: one } = await readTiffStack(path('page/model/test-input.tif'));
    const [depth, height, width] = one.shape;
    const whole = createVolume([depth, 2 * height, 3 * width], VOXEL);
    whole.data.forEach((_, i) => {
      const [row, x] = [Math.floor(i / (3 * width)), i % (3 * width)];
      const [z, y] = [Math.floor(row / (2 * height)), row % (2 * height)];
      whole.data[i] = one.data[(z * height + (y % height)) * width + (x % width)];
    });
    await writeTiffStack(path('tubules.tif'), whole);
  }

  /** The model that the build lays beside the page, on `tubules.tif`. */
  async function applyModel(page: Page, patience = PATIENT): Promise<void> {
    await choose(page, path('tubules.tif'));
    await page.getByLabel('Method', { exact: true }).selectOption('model');
    await page.getByLabel('Folder of the model').setInputFiles(path('page/model'));
    await expect
      .poll(() => page.getByRole('status').textContent(), PATIENT)
      .toMatch(/^Takes about \d+ MiB/);
    await page.getByText('for voxels of').waitFor(PATIENT);
    await run(page, patience);
  }

  it('applies a trained model as the command that it shows', async () => {
    await writeTubules();
    await open(async (page) => {
      await applyModel(page);
      const facts = await page.locator('.result .facts').textContent();
      expect(facts).toMatch(/^16 x 96 x 144 voxels by Proposed, .*, 2 tiles of 16 x 96 x 96, /);
      expect(facts).toContain('WebAssembly');
      const ours = await save(page, 'Save as ImageJ TIFF');
      const command = (await page.locator('pre').textContent()) ?? '';
      const words = command
        .replace('npx blurcycle', `"${process.execPath}" "${COMMANDS}"`)
        .replace('--model model', '--model page/model');
      execFileSync('sh', ['-c', words], { cwd: directory, stdio: 'pipe' });
      const { volume } = await readTiffStack(path('tubules-deconvolved.tif'));
      // Sums of some hundred products in single precision, in another order, through 14 layers.
      expect(difference(ours, volume)).toBeLessThan(1e-5);
      // A flat result would explain nothing.
      expect(facts).toContain('The result explains the data as well as Richardson-Lucy does');
    });
  }, 240_000);

  it('computes on several threads where its server sends the headers', async () => {
    const look = async (page: Page): Promise<Volume[]> => {
      const results: Volume[] = [];
      await choose(page, path('cell.tif'));
      await page.getByLabel('Iterations').fill('4');
      await run(page);
      results.push(await save(page, 'Save as ImageJ TIFF'));
      await applyModel(page);
      results.push(await save(page, 'Save as ImageJ TIFF'));
      return results;
    };
    const facts = (page: Page) => page.locator('.result .facts').textContent();
    const status = (page: Page) => page.getByRole('status').textContent();
    const results: Volume[][] = [];
    await writeTubules();
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      expect(await status(page)).toContain('On one thread');
      results.push(await look(page));
      expect(await facts(page)).toContain('in WebAssembly, one thread');
    });
    await serveIsolated((address) =>
      open(
        async (page) => {
          await choose(page, path('cell.tif'));
          expect(await status(page)).not.toContain('thread');
          results.push(await look(page));
          expect(await facts(page)).toMatch(/in WebAssembly, \d+ threads/);
        },
        ...([{}, undefined, '', address] as const),
      ),
    );
    expect(results[1]).toEqual(results[0]); // the same bits
  }, 120_000);

  describe('with WebGPU', () => {
    let withGpu: Browser;
    beforeAll(async () => {
      withGpu = await chromium.launch({ executablePath: executable ?? '', args: SOFTWARE_GPU });
    }, 60_000);
    afterAll(async () => {
      await withGpu?.close();
    });
    const openOnGpu = (look: (page: Page) => Promise<void>, hash: string): Promise<void> =>
      open(look, {}, undefined, hash, url, withGpu);
    const facts = (page: Page) => page.locator('.result .facts').textContent();
    const repeat = async (page: Page, name: string): Promise<Volume> => {
      const command = (await page.locator('pre').textContent()) ?? '';
      const words = command
        .replace('npx blurcycle', `"${process.execPath}" "${COMMANDS}"`)
        .replace('--model model', '--model page/model');
      execFileSync('sh', ['-c', words], { cwd: directory, stdio: 'pipe' });
      return (await readTiffStack(path(name))).volume;
    };

    it('updates on the GPU as the command does, accelerated', async () => {
      // A small one: a program computes.
      const psf = ['psf', '--size', '3,7,7', '--voxel', VOXEL.join(','), '--out', 'small.tif'];
      execFileSync(process.execPath, [COMMANDS, ...psf], { cwd: directory, stdio: 'pipe' });
      await openOnGpu(async (page) => {
        await choose(page, path('cell.tif'));
        await page.getByLabel('from a file').check();
        await page.getByLabel('PSF file').setInputFiles(path('small.tif'));
        await page.getByLabel('Iterations').fill('5');
        await page.getByLabel('Accelerated').check();
        await page.getByLabel('Background', { exact: true }).fill('5');
        await expect
          .poll(() => page.getByRole('status').textContent(), PATIENT)
          .toMatch(/^Takes about \d+ MiB of memory and \d+ MiB of the GPU's.* On google swift/);
        await run(page, { timeout: 180_000 });
        expect(await facts(page)).toMatch(/5 updates, .* in WebGPU on google swiftshader;/);
        const ours = await save(page, 'Save as ImageJ TIFF');
        const theirs = await repeat(page, 'cell-deconvolved.tif');
        // Both compute in single precision, in another order.
        expect(difference(ours, theirs)).toBeLessThan(1e-5);
        expect(difference(ours, specimen())).toBeGreaterThan(0.1);
      }, '#webgpu');
    }, 240_000);

    it('applies a model on the GPU as the command does', async () => {
      await writeTubules();
      await openOnGpu(async (page) => {
        await applyModel(page, { timeout: 300_000 });
        expect(await facts(page)).toContain('in WebGPU on google swiftshader');
        const ours = await save(page, 'Save as ImageJ TIFF');
        const theirs = await repeat(page, 'tubules-deconvolved.tif');
        // As in WebAssembly: sums in another order, through 14 layers.
        expect(difference(ours, theirs)).toBeLessThan(1e-5);
      }, '#webgpu');
    }, 400_000);

    it('takes no program in place of a GPU unless it is chosen, and says so', async () => {
      await openOnGpu(async (page) => {
        await choose(page, path('cell.tif'));
        await page.getByText('google swiftshader, a program, stands in for one').waitFor(PATIENT);
        await page.getByLabel('Iterations').fill('2');
        await run(page);
        expect(await facts(page)).toContain('in WebAssembly, one thread');
        await page.getByLabel('Compute with').selectOption('webgpu');
        await page.getByLabel('Method', { exact: true }).selectOption('wiener');
        await expect
          .poll(() => page.getByRole('status').textContent(), PATIENT)
          .toMatch(/^Takes about \d+ MiB of memory; .*On one thread/);
        await run(page);
        expect(await page.locator('.warnings').textContent()).toContain(
          'this method does not run on the GPU',
        );
        expect(await facts(page)).toContain('in WebAssembly, one thread');
      }, '');
    }, 120_000);
  });

  it('says in one line that there is no WebGPU', async () => {
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      await page.getByText('this browser offers no GPU (WebGPU)').waitFor(PATIENT);
      await page.getByLabel('Compute with').selectOption('webgpu');
      await run(page);
      expect(await page.getByRole('alert').textContent()).toBe(
        "deconvolve: the browser must offer a GPU (WebGPU), got 'none' (choose WebAssembly)",
      );
      await page.getByLabel('Compute with').selectOption('auto');
      await page.getByLabel('Iterations').fill('2');
      await run(page);
      expect(await page.locator('.result .facts').textContent()).toContain('in WebAssembly');
    });
  }, 60_000);

  it('says in one line what is wrong with a model', async () => {
    mkdirSync(path('none'));
    writeFileSync(path('none/notes.txt'), 'no model');
    cpSync(path('page/model'), path('damaged'), { recursive: true });
    const weights = readFileSync(path('damaged/generator.weights'));
    weights[9000] ^= 1;
    writeFileSync(path('damaged/generator.weights'), weights);
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      await page.getByLabel('Method', { exact: true }).selectOption('model');
      const alert = page.getByRole('alert');
      await run(page);
      expect(await alert.textContent()).toBe(
        "model: the folder of a model must be chosen, got 'none'",
      );
      await page.getByLabel('Folder of the model').setInputFiles(path('none'));
      await expect
        .poll(() => alert.textContent(), PATIENT)
        .toBe(
          'loadModel: none/model.json must be readable, got Error: no such file (give the folder of a model, as blurcycle fit writes it)',
        );
      await page.getByLabel('Folder of the model').setInputFiles(path('damaged'));
      await page.getByText('for voxels of 0.25 x 0.1 x 0.1 µm').waitFor(PATIENT);
      await run(page);
      await expect
        .poll(() => alert.textContent(), PATIENT)
        .toBe(
          'loadModel: damaged/generator.weights must be the file that was written, got other bytes (download or copy the model again)',
        );
    });
  }, 60_000);

  it('makes a PSF of beads as the commands that it shows', async () => {
    const beads = createVolume([33, 80, 80], VOXEL);
    const noise = createRandomStream(9, 'beads');
    for (let i = 0; i < beads.data.length; i++) {
      const [z, y, x] = [Math.floor(i / 6400), Math.floor(i / 80) % 80, i % 80];
      const near = [20, 58].map((at) => [(y - at) ** 2, (x - at) ** 2] as const);
      const light = near.flatMap(([dy]) =>
        near.map(([, dx]) => Math.exp(-((z - 16) ** 2 / 8) - (dy + dx) / 5)),
      );
      beads.data[i] = 10 + noise.normal() + 900 * light.reduce((sum, value) => sum + value, 0);
    }
    await writeTiffStack(path('beads.tif'), beads);
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      await page.getByLabel('from beads').check();
      await page.getByLabel('Bead file').setInputFiles(path('beads.tif'));
      await page.getByLabel('Diameter of the beads, µm').fill('0.1');
      await page.getByLabel('Iterations').fill('4');
      await run(page);
      expect(await page.locator('.result .facts').textContent()).toContain(
        'of 4 beads, 0 left out',
      );
      const ours = await save(page, 'Save as ImageJ TIFF');
      const commands = (await page.locator('pre').textContent()) ?? '';
      const words = commands.replaceAll('npx blurcycle', `"${process.execPath}" "${COMMANDS}"`);
      rmSync(path('cell-deconvolved.tif'), { force: true });
      rmSync(path('cell-deconvolved.json'), { force: true });
      execFileSync('sh', ['-c', words], { cwd: directory, stdio: 'pipe' });
      const { volume } = await readTiffStack(path('cell-deconvolved.tif'));
      // The PSF of the beads comes from transforms in single precision, too.
      expect(difference(ours, volume)).toBeLessThan(1e-5);
    });
  }, 120_000);

  it('cancels, and can begin again', async () => {
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      await page.getByLabel('Iterations').fill('100000');
      await button(page, 'Deconvolve').click();
      await expect
        .poll(() => page.getByRole('status').textContent(), PATIENT)
        .toMatch(/^\d+ of 100000, .* left$/);
      await button(page, 'Cancel').click();
      expect(await page.getByRole('status').textContent()).toBe('Cancelled.');
      await page.getByLabel('Iterations').fill('2');
      await run(page);
      expect(await page.locator('.result .facts').textContent()).toContain('2 updates');
    });
  }, 60_000);

  it('says in one line what is wrong with a file', async () => {
    writeFileSync(path('notes.txt'), 'no stack at all');
    await open(async (page) => {
      await page.setInputFiles('#stack-file', path('notes.txt'));
      await page.getByRole('alert').waitFor(PATIENT);
      expect(await page.getByRole('alert').textContent()).toBe(
        "readTiffStack: cannot read 'notes.txt': it is not a TIFF file: it begins with neither II nor MM",
      );
      expect(await button(page, 'Deconvolve').isEnabled()).toBe(false);
    });
  });

  it('refuses what the device has no memory for', async () => {
    await open(
      async (page) => {
        await choose(page, path('cell.tif'));
        await run(page);
        expect(await page.getByRole('alert').textContent()).toMatch(
          /^Takes about \d+ MiB of memory; this device says it has 1 MiB\. That is too little: crop/,
        );
      },
      {},
      () => Object.defineProperty(navigator, 'deviceMemory', { value: 1 / 1024 }),
    );
  });

  it('asks for channel, time point and a voxel size that is not stated', async () => {
    await open(async (page) => {
      await choose(page, join(TIFFS, 'ome-tzcyx.ome.tif'));
      await page.getByLabel('Channel').selectOption('2');
      await page.getByLabel('Time point').selectOption('2');
      await page.setInputFiles('#stack-file', join(TIFFS, 'shaped.tif'));
      await expect
        .poll(() => page.getByRole('status').textContent(), PATIENT)
        .toBe('The file does not state its voxel size: give it in µm.');
    });
  });

  it('stacks a folder of planes', async () => {
    const { data, shape } = specimen();
    mkdirSync(path('planes'));
    const size = shape[1] * shape[2];
    for (let z = 0; z < shape[0]; z++) {
      const plane = createVolume(
        [1, shape[1], shape[2]],
        VOXEL,
        data.slice(z * size, (z + 1) * size),
      );
      await writeTiffStack(path(`planes/plane${z}.tif`), plane);
    }
    await open(async (page) => {
      await page.setInputFiles('#stack-folder', path('planes'));
      await page.getByLabel('Voxel size z, µm').waitFor(PATIENT);
      await page.getByLabel('Voxel size z, µm').fill('0.25');
      await page.getByLabel('Voxel size z, µm').blur();
      await expect.poll(() => button(page, 'Deconvolve').isEnabled(), PATIENT).toBe(true);
      expect(await page.locator('.facts').first().textContent()).toBe(
        '10 planes from plane0.tif on: 10 x 28 x 30 voxels, float32',
      );
    });
  });

  it('moves planes, curtain and window from the keyboard', async () => {
    await open(async (page) => {
      await choose(page, path('cell.tif'));
      await page.getByLabel('Iterations').fill('2');
      await run(page);
      const picture = () =>
        page
          .locator('.picture canvas')
          .first()
          .evaluate((c: HTMLCanvasElement) => c.toDataURL());
      const seen = [await picture()];
      for (const [name, key] of [
        ['z', 'ArrowLeft'],
        ['Curtain, before | after', 'End'],
      ] as const) {
        await page.getByRole('slider', { name, exact: true }).focus();
        await page.keyboard.press(key);
        seen.push(await picture());
      }
      const white = page.getByRole('group', { name: 'Intensities before' }).getByLabel('White');
      await white.focus();
      await page.keyboard.press('PageDown');
      seen.push(await picture());
      expect(new Set(seen).size).toBe(seen.length);
      expect(
        await page.getByRole('slider', { name: 'z', exact: true }).getAttribute('aria-valuetext'),
      ).toMatch(/^\d+ of 10 \(\d\.\d\d µm\)$/);
      expect(await page.locator('.picture canvas').first().getAttribute('aria-label')).toMatch(
        /^xy: before and after at z \d+, y \d+, x \d+$/,
      );
    });
  });

  it.each(['light', 'dark'] as const)(
    'has no finding of axe and fits 400 pixels (%s)',
    async (colorScheme) => {
      await open(
        async (page) => {
          await choose(page, path('cell.tif'));
          await page.getByLabel('Iterations').fill('2');
          await run(page);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width).toBeLessThanOrEqual(400);
          const axePath = createRequire(import.meta.url).resolve('axe-core');
          // The policy of the page allows no other script; the debugger's evaluation is not one.
          await page.evaluate(readFileSync(axePath, 'utf8'));
          const { violations } = await page.evaluate(() =>
            (window as unknown as { axe: typeof axe }).axe.run(),
          );
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
        },
        { viewport: { width: 400, height: 800 }, colorScheme },
      );
    },
    60_000,
  );
});
