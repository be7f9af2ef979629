import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type axe from 'axe-core';
import { PNG } from 'pngjs';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../src/buildReport.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const executable = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);
if (executable === undefined) {
  process.stderr.write(
    'report: no Chromium found (apt-get install chromium), browser test skipped\n',
  );
}
const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Charts are laid out in several steps, which take their time on a busy machine. */
const PATIENT = { timeout: 10_000 };

describe.skipIf(executable === undefined)('the report in a browser', () => {
  let directory: string;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'report-browser-'));
    cpSync(fixture('results'), directory, { recursive: true });
    const sources = {
      resultsDir: directory,
      profile: 'synthetic',
      deviationsPath: fixture('deviations.md'),
    };
    url = pathToFileURL((await buildReport(sources)).path).href;
    browser = await chromium.launch({ executablePath: executable ?? '', args: QUIET });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /**
   * Opens the report, lets `look` at it, and expects that nothing complained and nothing left the
   * file.
   */
  async function open(
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: 1400, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url);
    await look(page);
    expect(complaints).toEqual([]);
    expect(requests.filter((address) => address !== url && !address.startsWith('data:'))).toEqual(
      [],
    );
    await context.close();
  }

  /**
   * Brings every figure of volumes into sight, so that its viewer is there, and answers with the
   * first.
   */
  async function openViewers(page: Page): Promise<Locator> {
    for (const figure of await page.locator('figure.volumes').all()) {
      await figure.scrollIntoViewIfNeeded();
      await figure.locator('.viewer').waitFor();
    }
    const first = page.locator('figure.volumes').first();
    await first.scrollIntoViewIfNeeded();
    return first;
  }

  /** What a canvas of a figure shows, as text that changes with it. */
  async function pictureOf(figure: Locator, index: number): Promise<string> {
    const canvas = figure.locator('.stages .stage').nth(index).locator('.picture canvas').first();
    return canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
  }

  /** The gray values that a canvas shows, row by row. */
  async function graysOf(canvas: Locator): Promise<number[]> {
    return canvas.evaluate((element: HTMLCanvasElement) => {
      const { width, height } = element;
      // From a copy: Chromium complains when a canvas that is drawn on is read repeatedly.
      const copy = new OffscreenCanvas(width, height).getContext('2d', {
        willReadFrequently: true,
      });
      copy?.drawImage(element, 0, 0);
      const data = copy?.getImageData(0, 0, width, height).data ?? [];
      return Array.from({ length: width * height }, (_, i) => data[4 * i]);
    });
  }

  /** The gray values of a stored stack, planes below each other. */
  function storedGrays(name: string): number[] {
    const { width, height, data } = PNG.sync.read(
      readFileSync(fixture(`results/synthetic/${name}`)),
    );
    return Array.from({ length: width * height }, (_, i) => data[4 * i]);
  }

  it('steps through the planes of all volumes of a figure from the keyboard', async () => {
    await open({}, async (page) => {
      const figure = await openViewers(page);
      const other = page.locator('figure.volumes').nth(1);
      const plane = figure.getByRole('slider', { name: 'Plane' });
      const words = async (): Promise<string | null> => plane.getAttribute('aria-valuetext');
      expect(await words()).toBe('z 12 of 12 (2.75 µm)');
      const [input, truth, elsewhere] = [
        await pictureOf(figure, 0),
        await pictureOf(figure, 1),
        await pictureOf(other, 0),
      ];
      await plane.focus();
      await page.keyboard.press('ArrowLeft');
      expect(await words()).toBe('z 11 of 12 (2.50 µm)');
      expect(await pictureOf(figure, 0)).not.toBe(input);
      expect(await pictureOf(figure, 1)).not.toBe(truth);
      expect(await pictureOf(other, 0)).toBe(elsewhere);
      await page.keyboard.press('Home');
      expect(await words()).toBe('z 1 of 12 (0.00 µm)');
      expect(
        await figure.locator('.stages canvas[role=img]').nth(8).getAttribute('aria-label'),
      ).toMatch(/^Proposed, blind, mean intensity 0\.\d+, z 1 of 12/);
    });
  });

  it('switches direction and comparison from the keyboard', async () => {
    await open({}, async (page) => {
      const figure = await openViewers(page);
      const sizes = (): Promise<number[][]> =>
        figure
          .locator('.stages .stage')
          .first()
          .locator('.picture canvas')
          .filter({ visible: true })
          .evaluateAll((all) =>
            (all as HTMLCanvasElement[]).map(({ width, height }) => [width, height]),
          );
      expect(await sizes()).toEqual([
        [40, 40],
        [40, 12],
      ]);
      await figure.getByRole('radio', { name: 'XY', exact: true }).focus();
      await page.keyboard.press('ArrowRight');
      expect(await figure.getByRole('radio', { name: 'XZ', exact: true }).isChecked()).toBe(true);
      expect(await sizes()).toEqual([[40, 12]]);
      await figure.getByRole('radio', { name: 'Intensity' }).focus();
      await page.keyboard.press('ArrowRight');
      expect(await figure.locator('.window').textContent()).toContain('blue is 0.5 too dark');
      await page.keyboard.press('ArrowRight');
      expect(await figure.locator('.comparison figcaption').textContent()).toBe(
        'Input | Proposed, blind',
      );
      await figure.getByRole('slider', { name: 'Divider' }).press('End');
      expect(
        await figure.locator('.comparison canvas[role=img]').first().getAttribute('aria-label'),
      ).toContain('divided at 100 %');
    });
  });

  it('holds every plane of every stack, and shows the maximum of the stored volume', async () => {
    await open({}, async (page) => {
      await openViewers(page);
      const figures = await page.locator('figure.volumes').all();
      expect(figures).toHaveLength(2);
      for (const [i, figure] of figures.entries()) {
        const plane = figure.getByRole('slider', { name: 'Plane' });
        expect(await plane.getAttribute('max')).toBe('11');
        const shown: number[][] = [];
        for (const [view, count] of [
          ['XY', 12],
          ['Maximum', 1],
        ] as const) {
          await figure.getByText(view, { exact: true }).click();
          for (let z = 0; z < count; z++) {
            if (view === 'XY') await plane.fill(String(z));
            shown.push(await graysOf(figure.locator('.stages .picture canvas').nth(4)));
          }
        }
        shown.push(await graysOf(figure.locator('.stages .picture canvas').nth(5)));
        const stored = storedGrays(`table${i + 1}/figures/helices-supervised-mse.png`);
        const at = (z: number, y: number, x: number): number => stored[(z * 40 + y) * 40 + x];
        const picture = (rows: number, value: (row: number, x: number) => number): number[] =>
          Array.from({ length: rows * 40 }, (_, k) => value(Math.floor(k / 40), k % 40));
        const along = (count: number, value: (k: number) => number): number =>
          Math.max(...Array.from({ length: count }, (_, k) => value(k)));
        for (let z = 0; z < 12; z++) {
          expect(shown[z]).toEqual(picture(40, (y, x) => at(z, y, x)));
        }
        expect(shown[12]).toEqual(picture(40, (y, x) => along(12, (z) => at(z, y, x))));
        expect(shown[13]).toEqual(picture(12, (z, x) => along(40, (y) => at(z, y, x))));
      }
    });
  });

  it('draws the profile of all methods along a line at any angle, by keyboard and by pointer', async () => {
    await open({}, async (page) => {
      const figure = await openViewers(page);
      await figure.getByText('Line profile through the middle').click();
      const paths = (): Promise<(string | null)[]> =>
        figure
          .locator('.profile-drawing path[fill=none]')
          .evaluateAll((all) => all.map((one) => one.getAttribute('d')));
      const lines = figure.locator('.stages .profile-line').filter({ visible: true });
      const lineOf = (): Promise<string | null> => lines.first().locator('path').getAttribute('d');
      const alongX = await paths();
      expect(alongX).toHaveLength(5); // input, truth and three methods
      await figure.locator('input[name$=profile][value="0"]').focus();
      await page.keyboard.press('ArrowRight'); // from z to any angle
      const angle = figure.getByRole('slider', { name: 'Angle' });
      const across = await angle.inputValue(); // across the structure, to begin with
      const oblique = await paths();
      expect(oblique).not.toEqual(alongX);
      const before = await lineOf();
      await angle.press('ArrowRight');
      await angle.press('ArrowRight');
      expect(await paths()).not.toEqual(oblique);
      expect(await lineOf()).not.toBe(before);
      expect(await angle.getAttribute('aria-valuetext')).toMatch(/^\d+°$/);
      await figure.getByRole('slider', { name: 'Length' }).press('ArrowRight');
      await figure.getByRole('button', { name: 'Across the structure' }).press('Enter');
      expect(await angle.inputValue()).toBe(across);
      expect(await figure.locator('.profile-drawing').getAttribute('aria-label')).toMatch(
        /^Intensities along a line at \d+° in XY through z 12, y \d+, x \d+$/,
      );
      // One line in the XY picture of each volume, none in the XZ picture beside it.
      expect(await lines.count()).toBe(5);
      const canvas = figure.locator('.stages .picture canvas').first();
      await canvas.scrollIntoViewIfNeeded();
      const box = await canvas.boundingBox();
      if (box === null) throw new Error('no picture');
      await page.mouse.move(box.x + 0.25 * box.width, box.y + 0.75 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.75 * box.width, box.y + 0.25 * box.height, { steps: 3 });
      await page.mouse.up();
      expect(await angle.inputValue()).toBe('45');
      const [x1, y1, x2, y2] = ((await lineOf()) ?? '').split(/[ML ]/).slice(1).map(Number);
      expect([x1 < x2, y1 > y2]).toEqual([true, true]);
      // A voxel of the picture, of 40, by which the middle is rounded, and half a step of the line.
      [x1 - 0.25, y1 - 0.75, x2 - 0.75, y2 - 0.25].forEach((off) => {
        expect(Math.abs(off)).toBeLessThan(1.5 / 40);
      });
    });
  });

  it('cuts truth, start and learned kernel by the same planes, with every seed and in decades', async () => {
    await open({}, async (page) => {
      const figure = page.locator('figure.kernels');
      await figure.scrollIntoViewIfNeeded();
      const pictures = (): Promise<string[]> =>
        figure
          .locator('.stage canvas[role=img]')
          .evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
      const captions = (): Promise<string[]> =>
        figure.locator('.stage figcaption').allTextContents();
      expect(await captions()).toEqual(['Truth', 'Start', 'Seed 0', 'Difference']);
      const first = await pictures();
      expect(first).toHaveLength(8);
      await figure.getByRole('slider', { name: 'Plane z' }).press('ArrowLeft');
      const moved = await pictures();
      for (const i of [0, 2, 4, 6]) expect(moved[i]).not.toBe(first[i]); // XY
      for (const i of [1, 3, 5, 7]) expect(moved[i]).toBe(first[i]); // XZ
      const seed = figure.getByRole('slider', { name: 'Seed' });
      await seed.press('ArrowRight');
      expect(await seed.getAttribute('aria-valuetext')).toBe('1 (2 of 2)');
      expect(await captions()).toEqual(['Truth', 'Start', 'Seed 1', 'Difference']);
      const other = await pictures();
      expect(other[0]).toBe(moved[0]);
      expect(other[4]).not.toBe(moved[4]);
      await figure.getByText('Logarithmic', { exact: true }).click();
      expect((await pictures())[0]).not.toBe(other[0]);
      expect(await figure.locator('.viewer .kernel-profile figcaption').first().textContent()).toBe(
        'FWHM z: Truth 0.944 µm; Start 0.590 µm; Seed 1 1.062 µm',
      );
    });
  });

  it('moves all volumes of a grid of conditions by one slider', async () => {
    await open({}, async (page) => {
      const grid = page.locator('figure.grid');
      await grid.scrollIntoViewIfNeeded();
      const plane = grid.getByRole('slider', { name: 'Plane' });
      await plane.waitFor();
      // Five methods under two conditions; the truth stands once.
      const canvases = grid.locator('canvas');
      expect(await canvases.count()).toBe(9);
      const stored = storedGrays('fig9/figures/volumes-other-cyclegan.png');
      for (const z of [0, 7]) {
        await plane.fill(String(z));
        const label = `Conventional cycleGAN, another <i>kernel</i>, z ${z + 1} of 12`;
        const canvas = grid.locator(`canvas[aria-label^="${label}"]`);
        expect(await graysOf(canvas)).toEqual(stored.slice(z * 1600, (z + 1) * 1600));
      }
    });
  });

  it('hides a method in tables and viewers, and fades it in charts', async () => {
    await open({}, async (page) => {
      const row = page.locator('#table1 .results tr[data-method=cyclegan]');
      const dot = page.locator('#chart-table1-scores-psnr .chart [fill="#1a65df"]').first();
      const opacity = (): Promise<string> => dot.evaluate((one) => getComputedStyle(one).opacity);
      expect(await row.isVisible()).toBe(true);
      const before = await opacity();
      await page.getByText('Methods shown').click();
      await page.getByRole('checkbox', { name: 'Conventional cycleGAN' }).uncheck();
      expect(await row.isVisible()).toBe(false);
      expect(await opacity()).toBe('0.07');
      await openViewers(page);
      expect(await page.locator('.stage[data-method=cyclegan]').first().isVisible()).toBe(false);
      expect(await page.locator('.stage[data-method=proposed]').first().isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Show all' }).click();
      expect(await row.isVisible()).toBe(true);
      expect(await opacity()).toBe(before);
    });
  });

  it('enlarges a chart by click and by button', async () => {
    await open({}, async (page) => {
      const figure = page.locator('#chart-table1-scores-psnr');
      await figure.getByRole('button', { name: 'Enlarge' }).click();
      const dialog = page.getByRole('dialog');
      const enlarged = (await dialog.locator('svg').first().boundingBox())?.width ?? 0;
      expect(enlarged).toBeGreaterThan(900);
      await page.keyboard.press('Escape');
      expect(await dialog.count()).toBe(0);
      await figure.locator('.chart > svg').click();
      await dialog.getByRole('button', { name: 'Close' }).click();
      expect(await dialog.count()).toBe(0);
    });
  });

  it('turns without a script once the box is checked', async () => {
    await open({ javaScriptEnabled: false }, async (page) => {
      const views = page.locator('.turn-views').first();
      const name = (): Promise<string> =>
        views.evaluate((one) => getComputedStyle(one).animationName);
      expect(await name()).toBe('none');
      await page.getByRole('checkbox', { name: /Turn about the y axis/ }).check();
      expect(await name()).toBe('turn');
    });
  });

  it('leads to a section and stays there while viewers open', async () => {
    await open({}, async (page) => {
      await page.goto(`${url}#table2`);
      await page.reload();
      const top = async (): Promise<number> =>
        (await page.locator('#table2').boundingBox())?.y ?? NaN;
      await page.waitForTimeout(1500); // viewers above it open, and change their height
      expect(Math.abs((await top()) - 48)).toBeLessThan(4); // below the bar, 3 rem
    });
  });

  it('keeps headings with what they head in print', async () => {
    await open({}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      const heads = await page
        .locator('h1, h2, h3, h4, figcaption, .eyebrow')
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).breakAfter));
      expect(new Set(heads)).toEqual(new Set(['avoid']));
      expect(await page.locator('.method-filter').isVisible()).toBe(false);
      expect(await page.getByRole('slider').filter({ visible: true }).count()).toBe(0);
      const placed = await page
        .locator('th')
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).position));
      expect(new Set(placed)).toEqual(new Set(['static'])); // none sticks, and covers other rows
      expect((await page.pdf()).length).toBeGreaterThan(50_000);
    });
  });

  it('answers first, and leads from each claim in the picture to its numbers', async () => {
    await open({}, async (page) => {
      await page.getByRole('slider', { name: 'Divider' }).first().press('End');
      expect(await page.locator('.curtain-right').first().getAttribute('x')).toBe('40');
      const links = await page.locator('.forest li a').all();
      expect(links.length).toBe(2);
      for (const link of links) {
        const target = page.locator((await link.getAttribute('href')) ?? '');
        await link.click();
        await expect.poll(async () => (await target.boundingBox())?.y, PATIENT).toBeLessThan(900);
      }
    });
  });

  it('saves a chart as SVG, PNG and specification', async () => {
    await open({}, async (page) => {
      const figure = page.locator('#chart-table1-scores-psnr');
      const save = async (name: string): Promise<Buffer> => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          figure.getByRole('link', { name, exact: true }).click(),
        ]);
        return readFileSync(await download.path());
      };
      expect((await save('SVG')).toString()).toMatch(/^<svg[^>]*xmlns="http.*PSNR \(dB\)/s);
      const { width } = PNG.sync.read(await save('PNG'));
      expect(width).toBeGreaterThan(800); // twice the size of the drawing
      const spec = JSON.parse((await save('Vega')).toString()) as { readonly marks: unknown[] };
      expect(spec.marks.length).toBeGreaterThan(2);
    });
  });

  it('marks in the rail the section on the screen', async () => {
    await open({}, async (page) => {
      const link = page.locator('nav.rail').getByRole('link', { name: 'Table II', exact: true });
      await link.click();
      await expect.poll(() => link.getAttribute('aria-current'), PATIENT).toBe('true');
      expect(page.url()).toMatch(/#table2$/);
    });
  });

  it('unpacks a file on a click, and gives it packed without a script', async () => {
    const stored: unknown = JSON.parse(
      readFileSync(fixture('results/synthetic/table1/table.json'), 'utf8'),
    );
    for (const javaScriptEnabled of [true, false]) {
      await open({ javaScriptEnabled }, async (page) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.locator('#table1').getByRole('link', { name: 'table.json' }).click(),
        ]);
        const saved = readFileSync(await download.path());
        expect(download.suggestedFilename()).toBe(`table1.json${javaScriptEnabled ? '' : '.gz'}`);
        const text = javaScriptEnabled ? saved : gunzipSync(saved);
        expect(JSON.parse(text.toString())).toEqual(stored);
      });
    }
  });

  it('gives the stacks of a figure as files', async () => {
    await open({}, async (page) => {
      const figure = await openViewers(page);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        figure.getByRole('link', { name: 'Ground truth' }).click(),
      ]);
      const saved = readFileSync(await download.path());
      expect(
        saved.equals(readFileSync(fixture('results/synthetic/table1/figures/helices-truth.png'))),
      ).toBe(true);
    });
  });

  it('draws a chart live under the policy of the page, reads values out and zooms', async () => {
    await open({}, async (page) => {
      const figure = page.locator('#chart-training-validation-psnr');
      await figure.getByRole('button', { name: 'Explore' }).press('Enter');
      await figure.locator('.live .mark-symbol path').first().hover();
      expect(await figure.locator('.tooltip').textContent()).toMatch(
        /run: .*-s\d.*PSNR \(dB\): \d\d/,
      );
      const ticks = async (): Promise<string[]> =>
        figure.locator('.live .role-axis-label text').allTextContents();
      const before = await ticks();
      await page.mouse.wheel(0, -300);
      await expect.poll(ticks, PATIENT).not.toEqual(before);
      await figure.getByRole('button', { name: 'Explore' }).press('Enter');
      expect(await figure.locator('.live').count()).toBe(0);
    });
  });

  it('reads out the point of a line that is nearest to the pointer', async () => {
    await open({}, async (page) => {
      const figure = page.locator('#chart-fig5-profiles');
      await figure.getByRole('button', { name: 'Explore' }).press('Enter');
      await figure.locator('.ring').waitFor({ state: 'attached' }); // drawn, and fitted to its column
      const line = figure.locator('.live .mark-line path').first();
      // Measured again each time: the chart may still be fitting itself to its column.
      const atThePeak = async (): Promise<string | null> => {
        const box = await line.boundingBox();
        if (box === null) return null;
        await page.mouse.move(box.x + box.width / 2, box.y + 2); // in the middle of the line
        return figure.locator('.tooltip').textContent();
      };
      await expect
        .poll(atThePeak, PATIENT)
        .toMatch(/line: Narrow.*x from the peak \(µm\): 0.*relative intensity: 1/);
      expect(await figure.locator('.ring').isVisible()).toBe(true);
    });
  });

  it('fits a screen of 400 pixels', async () => {
    await open({ viewport: { width: 400, height: 800 } }, async (page) => {
      const figure = await openViewers(page);
      await page
        .locator('details')
        .evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
      for (const mode of ['Intensity', 'Difference', 'Curtain']) {
        await figure.getByText(mode, { exact: true }).click();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          400,
        );
      }
      // The scores stand one metric below the other, with nothing to be scrolled to.
      const widths = await page
        .locator('.scroll:has(> .results)')
        .evaluateAll((all) => all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
      expect(widths).toEqual(widths.map(() => 0));
      expect(widths.length).toBe(2);
      // Text in charts is 11 px or more: wide charts scroll instead of shrinking.
      const sizes = await page.locator('.chart-figure .chart > svg').evaluateAll((all) =>
        all.map((one) => {
          const drawn = one.getBoundingClientRect().width / Number(one.getAttribute('width'));
          return 14 * drawn;
        }),
      );
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10.99); // widths are whole pixels
    });
  });

  it('is whole without a script', async () => {
    await open({ javaScriptEnabled: false }, async (page) => {
      expect(await page.getByText('Curtain', { exact: true }).count()).toBe(0);
      expect(await page.locator('.sheet .panel svg.plane').first().isVisible()).toBe(true);
      expect(await page.locator('button').filter({ visible: true }).count()).toBe(0);
      expect(await page.getByRole('cell', { name: '27.75' }).first().isVisible()).toBe(true);
      expect(await page.locator('.image-row svg[role=img]').first().isVisible()).toBe(true);
      expect(await page.locator('#chart-fig5-noise svg').isVisible()).toBe(true);
      expect(await page.locator('.kernel-sheet svg[role=img]').count()).toBe(8);
      expect(await page.locator('.kernel-sheet svg[role=img]').last().isVisible()).toBe(true);
      expect(await page.locator('.grid-table svg[role=img]').last().isVisible()).toBe(true);
      expect(await page.getByRole('cell', { name: '29\u2009791' }).isVisible()).toBe(true);
      const plane = await page.locator('.sheet svg.plane').nth(1).screenshot();
      expect(plane.length).toBeGreaterThan(500); // an empty black square of this size is below 400 bytes
    });
  });

  it.each([
    ['light', 1400],
    ['dark', 400],
  ] as const)('passes the accessibility checker (%s, %i px)', async (colorScheme, width) => {
    const source = readFileSync(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    );
    await open({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true }, async (page) => {
      await openViewers(page);
      await page
        .locator('details')
        .evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
      // After use, too: a live chart, a difference and a curtain.
      await page.locator('button.explore').first().click();
      await page.locator('.ring').first().waitFor({ state: 'attached' });
      const viewers = page.locator('figure.volumes');
      await viewers.first().getByText('Difference', { exact: true }).click();
      await viewers.nth(1).getByText('Curtain', { exact: true }).click();
      await page.locator('figure.kernels').getByText('Logarithmic', { exact: true }).click();
      const grid = page.locator('figure.grid');
      await grid.scrollIntoViewIfNeeded();
      await grid.getByText('Difference', { exact: true }).click();
      await page.evaluate(source);
      const violations = await page.evaluate(async () => {
        const { axe: checker } = globalThis as unknown as { axe: typeof axe };
        const { violations: found } = await checker.run();
        return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
      });
      expect(violations).toEqual([]);
    });
  });
});
