import { describe, expect, it } from 'vitest';
import { blockChart, endLabels, seriesStyles, tickPositions } from '../src/charts/blockChart.ts';
import { curvePoints } from '../src/charts/curvesBlock.ts';
import { methodStyles } from '../src/charts/methodColors.ts';
import { renderChart } from '../src/charts/renderChart.ts';
import { formatFact } from '../src/html/format.ts';
import { html } from '../src/html/html.ts';
import { factsFigure, imagesFigure } from '../src/sections/blockFigures.ts';
import { SYNTHETIC_FACTS, syntheticCurves } from './syntheticFigures.ts';

const frame = { reference: 'Figure 5', made: html`` };
const styles = methodStyles(['proposed', 'cyclegan', 'input']);
const [profiles, decay, noise, balance] = syntheticCurves();

describe('curvePoints(block)', () => {
  it('leaves out what a logarithmic axis cannot show, and ends a limit below zero at the smallest value', () => {
    const points = curvePoints(decay);
    expect(points.every(({ x, y }) => x > 0 && y > 0)).toBe(true);
    expect(points).toHaveLength(10); // 11 in the block, one of them with the value 0
    const series = [{ ...decay.series[0], points: [{ x: 1, y: 0.5, low: -1, high: 2 }] }];
    expect(curvePoints({ ...decay, series })[0].low).toBe(0.5);
  });

  it('draws bands along numbers, and whiskers at names and for lines of few points', () => {
    expect(new Set(curvePoints(decay).map(({ interval }) => interval))).toEqual(new Set(['band']));
    expect(new Set(curvePoints(noise).map(({ interval }) => interval))).toEqual(
      new Set(['whisker']),
    );
    const series = decay.series.map((line) => ({ ...line, points: line.points.slice(0, 2) }));
    expect(curvePoints({ ...decay, series }).map(({ interval }) => interval)).toEqual(
      Array(4).fill('whisker'),
    );
  });

  it('shifts the lines at a named step beside each other, in the order of the block', () => {
    const at = curvePoints(noise).filter(({ step }) => step === '20 dB');
    expect(at.map(({ x }) => x)).toEqual([1.95, 2.05]);
  });
});

describe('endLabels(points)', () => {
  it('names each line at the end, in the order of the values, none closer than a line of text', () => {
    const points = [0, 0.01, 0.02, 5].flatMap((y, i) =>
      [0, 1].map((x) => ({ series: `line ${i}`, x, y })),
    );
    const labels = endLabels(points);
    expect(labels.map(({ series }) => series)).toEqual(['line 3', 'line 2', 'line 1', 'line 0']);
    const gap = (17 * 5) / 340; // a line of text in units of the axis
    labels.slice(1).forEach(({ y }, i) => {
      expect(labels[i].y - y).toBeGreaterThanOrEqual(gap - 1e-5); // six digits
    });
    expect(labels.every(({ x, y }) => x === 1 && y >= 0)).toBe(true);
  });
});

describe('blockChart(block, styles)', () => {
  it('draws every line in the color of its method, with its band', async () => {
    const { svg } = await renderChart(blockChart(decay, styles), 'fig');
    for (const method of ['proposed', 'cyclegan']) {
      const color = styles.get(method)?.light;
      expect(svg).toContain(`stroke="${color}"`);
      expect(svg).toContain(`fill="${color}"`);
    }
    expect(svg.match(/mark-area/g)?.length).toBeGreaterThan(0);
  });

  it('names the steps of an axis of names', async () => {
    const { svg } = await renderChart(blockChart(noise, styles), 'fig');
    for (const step of ['1.25 dB', '5 dB', '20 dB', 'without noise'])
      expect(svg).toContain(`>${step}<`);
  });

  it('shows the values behind the points as dots, and level lines, with ticks where points are', async () => {
    const { svg } = await renderChart(blockChart(balance, styles), 'fig');
    const dots = svg.match(/mark-symbol[\s\S]*?<\/g>/)?.[0] ?? '';
    expect(dots.match(/<path/g)).toHaveLength(30); // 2 lines, 5 points, 3 values
    const rules = svg.match(/mark-rule[\s\S]*?<\/g>/g)?.join('') ?? '';
    expect(rules).toContain(`stroke="${styles.get('input')?.light}"`);
    for (const tick of ['0.01', '0.03', '0.1', '0.3', '1']) expect(svg).toContain(`>${tick}<`);
    expect(blockChart(balance, styles).summary).toContain('Input: 22.3 throughout');
    const { columns, rows } = blockChart(balance, styles).table;
    expect(columns.at(-1)).toBe('Input');
    expect(rows.map((row) => row.at(-1))).toEqual(Array(5).fill('22.3'));
  });

  it('describes the lines in its text alternative, and what is not drawn', () => {
    const { summary } = blockChart(noise, styles);
    expect(summary).toContain(
      'PSNR (dB) over average SNR. Input: 18 at 1.25 dB to 24 at without noise',
    );
    expect(blockChart(decay, styles).summary).toMatch(/1 point .*in the table only/);
  });

  it('has every number in its table, with the limits', () => {
    const { columns, rows } = blockChart(noise, styles).table;
    expect(columns).toEqual([
      'average SNR',
      ...['Input', 'Input, 95 % from', 'Input, to'],
      ...['Proposed, blind', 'Proposed, blind, 95 % from', 'Proposed, blind, to'],
    ]);
    expect(rows[1]).toEqual(['5 dB', '20', '19', '21', '23', '22', '24']);
    expect(blockChart(profiles, styles).table.rows).toHaveLength(41);
    expect(blockChart(decay, styles).table.rows.at(-1)).toEqual(['300', '', '', '', '0', '', '']);
  });
});

describe('seriesStyles(series, styles)', () => {
  it('distinguishes lines of one method by dash and marker, never by color', () => {
    const series = ['a', 'b'].map((id) => ({ ...noise.series[1], id, label: id }));
    const [first, second] = seriesStyles(series, styles);
    expect(first.light).toBe(styles.get('proposed')?.light);
    expect(second.light).toBe(first.light);
    expect([second.dash, second.shape]).not.toEqual([first.dash, first.shape]);
  });
});

describe('tickPositions(scale, values)', () => {
  it('takes only powers of ten over decades, and 1, 2, 5 within one', () => {
    expect(tickPositions('log', [0.01, 10])).toEqual({ values: [0.001, 0.01, 0.1, 1, 10] });
    expect(tickPositions('log', [1, 9])).toEqual({ values: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50] });
  });
});

describe('tables of facts', () => {
  it('writes whole, usual, very small and very large numbers as a reader expects', () => {
    expect([29791, -3, 0.35325, 2.5e-7, -6.02e23].map(formatFact)).toEqual([
      '29\u2009791',
      '\u22123',
      '0.3533',
      '2.5 × 10⁻⁷',
      '\u22126.02 × 10²³',
    ]);
  });

  it('aligns numbers right and words left, and marks unknown values', () => {
    const { markup } = factsFigure(SYNTHETIC_FACTS, frame);
    expect(markup).toContain('<td class="text">fine &lt;i&gt;grid&lt;/i&gt;</td>');
    expect(markup).toContain('<td class="number">0.3533</td>');
    expect(markup).toContain('<td class="number">–</td>');
    expect(markup).toContain('width (µm)');
  });
});

describe('imagesFigure(set, made)', () => {
  it('shows all panels at one magnification, pixels in their proportions', () => {
    const item = {
      id: 'a',
      label: 'A',
      alt: 'a peak',
      width: 10,
      height: 10,
      png: Buffer.from('x'),
    };
    const items = [
      { ...item, pixelSizeUm: [0.1, 0.1] as const },
      { ...item, pixelSizeUm: [0.3, 0.1] as const },
    ];
    const set = {
      kind: 'images',
      id: 'i',
      title: 'T',
      window: [0, 2],
      quantity: 'photons',
      items,
    } as const;
    const { markup } = imagesFigure(set, frame);
    const sizes = [...markup.matchAll(/<svg\s+width="([\d.]+)"\s+height="([\d.]+)"/g)].map(
      ([, width, height]) => [Number(width), Number(height)],
    );
    expect(sizes).toEqual([
      [100, 100],
      [100, 300],
    ]);
    expect(markup).toContain('Black is 0, white is 2: photons');
    expect(markup).toContain('aria-label="a peak"');
  });
});
