import { createRandomStream } from '@blurcycle/core';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { binCurve, curveChart } from '../src/charts/curveChart.ts';
import { FURTHER_COLORS, METHOD_COLORS, methodStyles } from '../src/charts/methodColors.ts';
import { unpackScript } from '../src/client/enhanceChart.ts';
import { cutPlane, displayLevels, extentUm, type Stack } from '../src/client/stack.ts';
import { differenceColor } from '../src/client/stage.ts';
import { jsonScript, packedScript, toCsv } from '../src/html/embed.ts';
import {
  formatCount,
  formatDifference,
  formatNumber,
  formatSignificant,
  scaleBarUm,
} from '../src/html/format.ts';
import { createImageStore } from '../src/html/embed.ts';
import { grayPng } from '../src/html/grayPng.ts';
import { html } from '../src/html/html.ts';
import { projectBrightest, type VolumeSet } from '../src/inputs/readBlock.ts';
import type { RunInput } from '../src/inputs/readResults.ts';
import { splitRuns, variantLabels } from '../src/model/groups.ts';
import { settingsTables } from '../src/sections/settingsTables.ts';
import { chooseView, fitVolumes, onePlaneOf, sectionXz } from '../src/model/volumes.ts';
import { gridFigure } from '../src/sections/gridFigure.ts';
import { volumeFigure } from '../src/sections/volumeFigure.ts';
import { deviationsSection } from '../src/sections/deviationsSection.ts';

import { formatDuration } from '../src/sections/frame.ts';

describe('html`…`', () => {
  it('escapes every value that is not markup', () => {
    const label = `<script>"'&`;
    expect(html`<p title="${label}">${label}</p>`.markup).toBe(
      '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;</p>',
    );
  });

  it('keeps markup and lists of markup, and shows nothing for nothing', () => {
    const items = ['a', 'b'].map((text) => html`<i>${text}</i>`);
    expect(html`${items}${null}${undefined}${false}${7}`.markup).toBe('<i>a</i><i>b</i>7');
  });

  it('lets no value end the script element that it stands in', () => {
    const { markup } = jsonScript('data', { label: '</script><script>alert(1)</script>' });
    expect(markup.match(/<\/script>/g)).toHaveLength(1);
    const json = markup.slice(markup.indexOf('>') + 1, markup.lastIndexOf('</script>'));
    expect(JSON.parse(json)).toEqual({ label: '</script><script>alert(1)</script>' });
  });
});

describe('packedScript(className, value)', () => {
  it('holds a value that the page reads again, as text without markup', () => {
    const value = { label: '</script>µ', values: [1.5, -2e-7] };
    const { markup } = packedScript('data', value);
    const text = markup.slice(markup.indexOf('>') + 1, markup.lastIndexOf('</script>'));
    expect(text.trim()).toMatch(/^[A-Za-z0-9+/=]+$/);
    expect(unpackScript(text)).toEqual(value);
  });
});

describe('variantLabels(experiments, runs)', () => {
  const of = (id: string, method: string, seed = 0): RunInput =>
    ({ record: { id, method, seed, settings: { method: { label: 'A' } } } }) as unknown as RunInput;
  const runs = [of('a-s0', 'a'), of('a-small-s0', 'a'), of('a-fig12-s0', 'a')];
  const tables = [
    ['A', 'a-s0'] as const,
    ['A, small', 'a-small-s0'] as const,
    ['A', 'a-fig12-s0'] as const,
  ];

  it('calls variants as their rows, with the place where only the data differ', () => {
    const rows = tables.map(([label, id]) => ({ label, runs: [id] }));
    const labels = variantLabels([{ table: { place: 'Fig. 12', rows: rows as never } }], runs);
    expect([...labels]).toEqual([
      ['a-small', 'A, small'],
      ['a-fig12', 'A, Fig. 12'],
    ]);
  });
});

describe('settingsTables(runs)', () => {
  const of = (id: string, settings: object): RunInput =>
    ({
      record: {
        ...{ id: `${id}-s0`, method: id, seed: 0 },
        settings: { dataset: {}, method: { label: id.toUpperCase() }, ...settings },
      },
    }) as unknown as RunInput;
  const namesOf = (first: object): string[] => {
    const runs = [
      of('a', { training: { updates: 5 } }),
      of('b', {
        ...{ method: { label: 'B', kernelFrom: 'a' }, training: { updates: 5 } },
        first: { method: { label: 'A' }, ...first },
      }),
    ];
    const { markup } = settingsTables(runs);
    return [...markup.matchAll(/<code>([^<]+)<\/code>/g)].map(([, name]) => name);
  };

  it('leaves out what the first of two stages has of its method, and nothing else', () => {
    const usual = ['seeds', 'seeds of the data', 'method.kernelFrom', 'training.updates'];
    expect(namesOf({ training: { updates: 5 } })).toEqual(usual);
    expect(namesOf({ training: { updates: 9 } })).toContain('first.training.updates');
  });
});

describe('splitRuns(runs)', () => {
  const run = (id: string, method: string, seed: number) =>
    ({ record: { id, method, seed } }) as RunInput;
  const plain = [run('proposed-s0', 'proposed', 0), run('proposed-s12', 'proposed', 12)];
  const own = [run('kernel-small-s0', 'proposed', 0), run('proposed-fig12-s1', 'proposed', 1)];

  it('tells the methods from rows with settings of their own', () => {
    expect(splitRuns([...own, ...plain])).toEqual({ main: plain, further: own });
  });

  it('takes these as the main ones where there are no others', () => {
    expect(splitRuns(own)).toEqual({ main: own, further: [] });
  });
});

describe('curveChart(options)', () => {
  it('says where the runs of each label ended', () => {
    const points = (value: number) => [{ step: 10, value }];
    const { summary } = curveChart({
      ...{ name: 'psnr', title: 'PSNR', axisTitle: 'PSNR (dB)', styles: new Map(), markers: true },
      series: [
        { run: 'a-s0', label: 'A', points: points(27) },
        { run: 'a-s1', label: 'A', points: points(25) },
        { run: 'b-s0', label: 'B', points: points(30) },
      ],
    });
    expect(summary).toBe(
      'PSNR (dB) over 10 generator updates; last values: A 25 to 27 (2 runs) and B 30.',
    );
  });
});

describe('numbers in words', () => {
  it('writes signs, infinities and units as a paper does', () => {
    expect(formatNumber(-0.001, 2)).toBe('0.00');
    expect(formatNumber(-1.25, 1)).toMatch(/^\u22121\.[23]$/);
    expect(formatNumber(Infinity, 2)).toBe('∞');
    expect([0.377, -0.05, 0].map((value) => formatDifference(value, 2))).toEqual([
      '+0.38',
      '\u22120.05',
      '0.00',
    ]);
    expect(formatSignificant(0.000123456)).toBe('0.0001235');
    expect(formatCount(7_077_251)).toBe('7\u2009077\u2009251');
    expect([4, 59.6, 570, 7380].map(formatDuration)).toEqual([
      '4.0 s',
      '1 min 00 s',
      '9 min 30 s',
      '2 h 03 min',
    ]);
  });

  it('quotes what would break a row of CSV', () => {
    expect(toCsv(['a', 'b'], [['x,"y"', '\u22121']])).toBe('a,b\r\n"x,""y""",-1\r\n');
  });
});

describe('binCurve(points, maxPoints)', () => {
  it('keeps the mean of a curve whose length the bins divide', () => {
    const stream = createRandomStream(1, 'curve');
    const points = Array.from({ length: 400 }, (_, i) => ({ step: i + 1, value: stream.normal() }));
    const bins = binCurve(points, 100);
    const meanOf = (values: readonly { readonly value: number }[]): number =>
      values.reduce((sum, { value }) => sum + value, 0) / values.length;
    expect(bins).toHaveLength(100);
    expect(meanOf(bins)).toBeCloseTo(meanOf(points), 12); // the same sums in another order
    expect(bins.map(({ step }) => step).slice(0, 2)).toEqual([4, 8]);
  });

  it('leaves a short curve alone and drops no tail', () => {
    const points = Array.from({ length: 11 }, (_, i) => ({ step: i, value: i }));
    expect(binCurve(points, 11)).toBe(points);
    expect(binCurve(points, 5).at(-1)).toEqual({ step: 10, value: 9.5 });
  });
});

/** A stack whose every voxel differs: z in hundreds, y in tens, x in ones. */
function countingStack(depth: number, height: number, width: number): Stack {
  const gray = new Uint8Array(depth * height * width);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) gray[(z * height + y) * width + x] = 100 * z + 10 * y + x;
  const { xy, xz } = projectBrightest(gray, [depth, height, width]);
  return {
    shape: [depth, height, width],
    gray,
    brightest: {
      xy: { width, height, gray: xy },
      xz: { width, height: depth, gray: xz },
    },
  };
}

describe('cutPlane(stack, direction, position)', () => {
  const stack = countingStack(2, 3, 4);

  it('cuts along each axis without turning or mirroring', () => {
    expect([...cutPlane(stack, 'xy', 1).gray]).toEqual([
      100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123,
    ]);
    expect([...cutPlane(stack, 'xz', 2).gray]).toEqual([20, 21, 22, 23, 120, 121, 122, 123]);
    expect([...cutPlane(stack, 'yz', 3).gray]).toEqual([3, 13, 23, 103, 113, 123]);
    // The brightest voxels of a stack that counts are those of its last plane and its last row.
    expect(cutPlane(stack, 'brightest-xy', 0).gray).toEqual(cutPlane(stack, 'xy', 1).gray);
    expect(cutPlane(stack, 'brightest-xz', 0).gray).toEqual(cutPlane(stack, 'xz', 2).gray);
  });

  it('agrees with the still section of the page', () => {
    expect([...sectionXz(stack.gray, [2, 3, 4], 1)]).toEqual([...cutPlane(stack, 'xz', 1).gray]);
  });

  it('knows how large each direction is in µm', () => {
    expect(extentUm([10, 20, 30], [0.5, 0.2, 0.1], 'xy')).toEqual([3, 4]);
    expect(extentUm([10, 20, 30], [0.5, 0.2, 0.1], 'xz')).toEqual([3, 5]);
    expect(extentUm([10, 20, 30], [0.5, 0.2, 0.1], 'yz')).toEqual([4, 5]);
  });
});

describe('what the pictures show', () => {
  it('colors no difference near black, and opposite differences in the two ends', () => {
    expect(Math.max(...differenceColor(0))).toBeLessThan(30);
    const [darkRed, , darkBlue] = differenceColor(-200);
    const [brightRed, , brightBlue] = differenceColor(200);
    expect(darkBlue).toBeGreaterThan(darkRed);
    expect(brightRed).toBeGreaterThan(brightBlue);
  });

  it('chooses a scale bar of 1, 2 or 5 times a power of ten, at most a third of the width', () => {
    expect([12.8, 3, 0.9, 100].map(scaleBarUm)).toEqual([2, 1, 0.2, 20]);
  });

  const volumeSet = (items: VolumeSet['items'], shape: VolumeSet['shape']): VolumeSet => ({
    ...{ kind: 'volumes', id: 'set', title: '', shape, voxelSizeUm: [0.25, 0.1, 0.1] },
    ...{ window: [0, 1], items, part: 'whole', storedShape: shape },
  });
  const volume = (
    id: string,
    role: 'input' | 'truth',
    gray: Uint8Array,
    [depth, height, width]: VolumeSet['shape'],
  ): VolumeSet['items'][number] => ({
    ...{ id, label: id, role, gray, png: grayPng(gray, width, depth * height) },
    brightest: projectBrightest(gray, [depth, height, width]),
  });

  it('opens at the plane and the square of the truth that vary most', () => {
    const shape = [4, 16, 16] as const;
    const gray = new Uint8Array(4 * 256);
    gray.fill(90, 0, 256); // bright, but without structure
    for (let y = 8; y < 12; y++) {
      for (const x of [4, 7]) gray[2 * 256 + y * 16 + x] = 200;
    }
    const truth = volume('truth', 'truth', gray, shape);
    const other = volume('input', 'input', new Uint8Array(1024).fill(255), shape);
    expect(chooseView(volumeSet([other, truth], shape))).toEqual({
      plane: 2,
      region: { x: 4, y: 8, size: 4 },
    });
  });

  it('cuts stacks laterally until they fit, keeps every plane and the true projections', () => {
    const stream = createRandomStream(2, 'noise');
    const shape = [8, 128, 128] as const;
    const gray = Uint8Array.from({ length: 8 * 128 * 128 }, () => stream.integer(256));
    const large = volumeSet([volume('a', 'input', gray, shape)], shape);
    const small = volumeSet(
      [volume('b', 'input', gray.subarray(0, 4096), [1, 64, 64])],
      [1, 64, 64],
    );
    const [{ png, brightest }] = large.items;
    const [cut, whole] = fitVolumes([large, small], (0.5 * (png.length * 4)) / 3);
    expect(whole).toBe(small); // the largest set gives way, a small one stays whole
    expect(cut.shape).toEqual([8, 64, 64]);
    expect([cut.part, cut.storedShape]).toEqual(['square', shape]);
    expect(cut.items[0].brightest).toBe(brightest);
    // The slow way: every voxel of the cut stack is that of the stored one, at one lateral offset.
    const at = offsetOf(gray, cut.items[0].gray);
    for (let z = 0; z < 8; z++) {
      for (let y = 0; y < 64; y++) {
        for (let x = 0; x < 64; x++) {
          const stored = gray[(z * 128 + y + at.y) * 128 + x + at.x];
          if (cut.items[0].gray[(z * 64 + y) * 64 + x] !== stored) expect([z, y, x]).toBe('equal');
        }
      }
    }
    expect(fitVolumes([large], 0)[0]).toBe(large);
    expect(fitVolumes([large], 1e9)[0].part).toBe('none');
  });

  /** Where a cut of 64 x 64 begins in planes of 128 x 128, found by its first row. */
  function offsetOf(gray: Uint8Array, cut: Uint8Array): { readonly y: number; readonly x: number } {
    for (let y = 0; y <= 64; y++) {
      for (let x = 0; x <= 64; x++) {
        if (cut.subarray(0, 64).every((value, i) => value === gray[y * 128 + x + i])) {
          return { y, x };
        }
      }
    }
    throw new Error('the cut is a part of the stack');
  }

  it('shows one plane of stacks that were stored thinned along z', () => {
    const shape = [3, 8, 8] as const;
    const gray = Uint8Array.from({ length: 192 }, (_, i) =>
      i >= 64 && i < 128 ? (i * 31) % 256 : 9,
    );
    const thinned = volumeSet([volume('truth', 'truth', gray, shape)], shape);
    const shown = onePlaneOf(thinned, 12);
    expect([shown.shape, shown.storedShape, shown.volumePlanes]).toEqual([[1, 8, 8], shape, 12]);
    expect(shown.items[0].gray).toEqual(gray.slice(64, 128));
    const { data } = PNG.sync.read(shown.items[0].png);
    expect(Array.from({ length: 64 }, (_, i) => data[4 * i])).toEqual([...gray.slice(64, 128)]);
    const frame = {
      ...{ id: 'f', images: createImageStore(), reference: 'Fig. 7', made: null },
      ...{ styleOf: () => undefined, methodOf: () => undefined, isTurning: true },
    };
    for (const figure of [
      volumeFigure(shown, frame),
      gridFigure(
        [
          { ...shown, title: 'a: 1' },
          { ...shown, title: 'a: 2' },
        ],
        frame,
      ),
    ]) {
      expect(figure.markup).toContain('an older version stored 3 of 12 planes');
      expect(figure.markup).not.toMatch(/projection along|XZ section|volume-data|grid-data|turn/);
    }
  });

  it('writes a PNG that pngjs reads back', () => {
    const stream = createRandomStream(3, 'png');
    const gray = Uint8Array.from({ length: 7 * 5 }, () => stream.integer(256));
    const { width, height, data } = PNG.sync.read(grayPng(gray, 7, 5));
    expect([width, height]).toEqual([7, 5]);
    expect(Array.from({ length: 35 }, (_, i) => data[4 * i])).toEqual([...gray]);
  });

  it('draws gray values between the handles of the window, and beyond them black and white', () => {
    const levels = displayLevels({ black: 50, white: 150, gamma: 10 });
    expect([0, 50, 100, 150, 255].map((gray) => levels[gray])).toEqual([0, 0, 128, 255, 255]);
    expect(displayLevels({ black: 0, white: 255, gamma: 10 })).toEqual(
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
    expect(displayLevels({ black: 0, white: 255, gamma: 20 })[128]).toBe(64); // 255 (128 / 255)^2
  });
});

/** Linear light of a color, 0 to 1. */
function linear(hex: string): [number, number, number] {
  return [1, 3, 5].map((i) => {
    const value = parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
}

function luminance(hex: string): number {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** OKLab after Ottosson (2020), times 100. */
function oklab([r, g, b]: readonly number[]): [number, number, number] {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    100 * (0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s),
    100 * (1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s),
    100 * (0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s),
  ];
}

/** Machado, Oliveira & Fernandes (2009), severity 1. */
const SIGHTS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe('METHOD_COLORS', () => {
  const seen = (hex: string, sight: string): [number, number, number] =>
    oklab(
      SIGHTS[sight].map((row) =>
        Math.min(
          1,
          Math.max(
            0,
            row.reduce((sum, weight, i) => sum + weight * linear(hex)[i], 0),
          ),
        ),
      ),
    );

  it.each(['light', 'dark'] as const)(
    'keeps every pair apart for all kinds of sight (%s)',
    (scheme) => {
      const colors = Object.values(METHOD_COLORS).map((color) => color[scheme]);
      for (const sight of Object.keys(SIGHTS)) {
        for (const [i, a] of colors.entries()) {
          for (const b of colors.slice(i + 1)) {
            const [p, q] = [seen(a, sight), seen(b, sight)];
            expect(
              Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]),
              `${a} ${b} ${sight}`,
            ).toBeGreaterThan(8);
          }
        }
      }
    },
  );

  it.each(['light', 'dark'] as const)(
    'keeps further colors apart, too, for normal sight (%s)',
    (scheme) => {
      const colors = [...Object.values(METHOD_COLORS), ...FURTHER_COLORS].map((one) =>
        seen(one[scheme], 'normal'),
      );
      for (const [i, p] of colors.entries()) {
        for (const q of colors.slice(i + 1)) {
          expect(Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])).toBeGreaterThan(8);
        }
      }
    },
  );

  it('stands out from its background by 3:1, as WCAG asks of graphics', () => {
    for (const { light, dark } of [...Object.values(METHOD_COLORS), ...FURTHER_COLORS]) {
      expect(1.05 / (luminance(light) + 0.05), light).toBeGreaterThan(2.99); // 3 to the rounding of 8 bits
      expect((luminance(dark) + 0.05) / (luminance('#14171b') + 0.05), dark).toBeGreaterThan(2.99);
    }
  });

  it('gives a method the same color whatever stands beside it', () => {
    for (const id of ['proposed', 'proposed-decoupled', 'wiener']) {
      expect(methodStyles(['a', 'b', id]).get(id)).toEqual(methodStyles([id]).get(id));
    }
    expect(methodStyles(['b', 'a']).get('a')).toEqual(methodStyles(['a', 'b', 'a']).get('a'));
  });
});

describe('deviationsSection(markdown)', () => {
  it('keeps one heading for each deviation and drops links to files of the repository', () => {
    const text = deviationsSection(
      '# Deviations\n\n## Data\n\n### Noise\n\nSee [ADR 7](adr/0007.md), [EPFL](https://epfl.ch).',
    )?.markup;
    expect(text).toContain('<h3>Data</h3>\n<h4>Noise</h4>');
    expect(text).toContain('<p>See ADR 7, <a href="https://epfl.ch">EPFL</a>.</p>');
    expect(deviationsSection(null)).toBeNull();
  });
});
