import type { Table, TableRow } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import { methodStyles } from '../src/charts/methodColors.ts';
import { renderChart } from '../src/charts/renderChart.ts';
import { breakLines, scoreChart } from '../src/charts/scoreChart.ts';
import type { RunInput } from '../src/inputs/readResults.ts';
import { groupRows } from '../src/model/groups.ts';
import { averageTable } from '../src/sections/averageTable.ts';
import { resultTable } from '../src/sections/resultTable.ts';

const score = (mean: number) => ({
  mean,
  low: mean - 1,
  high: mean + 1,
  n: 2,
  over: 'seeds' as const,
  values: [mean, mean],
});

function row(id: string, more: Partial<TableRow>): TableRow {
  const ours = { psnr: score(25), ssim: score(0.9) };
  return {
    id,
    label: `Method ${id}`,
    method: id,
    paper: null,
    status: 'done',
    runs: [],
    ours,
    ...more,
  };
}

function table(rows: readonly TableRow[], conditions?: Table['conditions']): Table {
  return {
    ...{ experiment: 't', title: 'T', place: 'Table', profile: 'p', claims: [], rows },
    ...(conditions === undefined ? {} : { conditions }),
    provenance: {
      ...{
        createdAt: '',
        gitCommit: null,
        gitDirty: null,
        sourceHash: '',
        versions: {},
        gpu: null,
      },
      ...{
        cpu: { model: 'c', cores: 1 },
        backend: 'js',
        threads: 1,
        wallSeconds: 0,
        peakMemoryBytes: 0,
      },
      command: '',
    },
  };
}

it('resultTable(table) says once below the table which discriminators idle', () => {
  const discriminators = [
    { domain: 'sharp', scales: [], idle: 0.1 },
    { domain: 'blurred', scales: [], idle: 0.78 },
  ] as const;
  const { markup: text } = resultTable(
    table([row('a', { discriminators }), row('b', { discriminators }), row('c', {})]),
  );
  expect(text.match(/Its discriminator of blurred volumes guesses: /g)).toHaveLength(1);
  expect(text).toMatch(/<ol class="footnotes">\s*<li>Its discriminator of blurred/);
  const marked = [...text.matchAll(/Method (\w)\s*<sup\s*>[^]*?1<\/sup/g)].map(([, name]) => name);
  expect(marked).toEqual(['a', 'b']);
  expect(text).not.toContain('discriminator of sharp');
});

const paper = { psnr: 26, ssim: 0.95 };
const conditions = [
  { id: 'a', label: 'Condition A', test: {} },
  { id: 'b', label: 'Condition B', test: {} },
];
const swept = table(
  ['a', 'b'].flatMap((condition) => ['x', 'y'].map((id) => row(id, { condition, paper }))),
  conditions,
);

describe('resultTable(table)', () => {
  it('marks rows that the paper does not have, where it has others', () => {
    const { markup } = resultTable(table([row('x', { paper }), row('y', {})]));
    expect(markup.match(/not in the paper/g)).toHaveLength(1);
    expect(markup).toMatch(/<tr\s+data-method="y"\s+class="extra"\s*>/);
  });

  it('has neither paper nor difference where the paper prints no numbers', () => {
    const { markup } = resultTable(table([row('x', {})]));
    expect(markup).toContain('The paper gives no scores here');
    expect(markup).not.toMatch(/not in the paper|difference|>paper</);
  });

  it('shows a metric that is not in the registry by its name, without saying what is better', () => {
    const { markup } = resultTable(table([row('x', { ours: { sharpness: score(0.5) } })]));
    expect(markup).toMatch(/sharpness\s*<span class="note"><\/span>/);
    expect(markup).toContain('0.5000');
  });

  it('shows what decides a claim, and registration beside the PSNR, without the paper', () => {
    const ours = {
      psnr: score(25),
      ssim: score(0.9),
      psnrRegistered: score(26),
      nrmse: score(0.1),
    };
    const claim = { id: 'c', text: 'c', rule: 'nrmse(x) < 1', verdict: 'undecided' as const };
    const judged = { ...claim, value: null, low: null, high: null };
    const rows = [row('x', { paper, ours }), row('y', {}), row('z', { ours: null })];
    const { markup } = resultTable({ ...table(rows), claims: [judged] });
    const heads = [
      ...markup.matchAll(/<th colspan="(\d)" scope="colgroup" class="group">\s*(.*?)\s*</g),
    ];
    expect(heads.map(([, columns, name]) => [name, columns])).toEqual([
      ['PSNR (dB)', '4'],
      ['PSNR after registration (dB)', '1'],
      ['SSIM', '3'],
      ['NRMSE', '1'],
    ]);
    const cells = [...markup.matchAll(/<td class="first ours alone"[^>]*>(.*?)</gs)];
    expect(cells.map(([, text]) => text.trim())).toEqual([
      '',
      '',
      'not scored',
      'not scored',
      '–',
      '–',
    ]);
  });

  it('heads the rows of each condition with its label', () => {
    const { markup } = resultTable(swept);
    expect(markup.match(/<tbody>/g)).toHaveLength(3 + 1); // two groups; all metrics once for each condition
    expect(markup.match(/scope="rowgroup">Condition [AB]</g)).toHaveLength(2);
    expect(groupRows(swept).map(({ rows }) => rows.map(({ id }) => id))).toEqual([
      ['x', 'y'],
      ['x', 'y'],
    ]);
  });
});

describe('scoreChart(table, metric, styles)', () => {
  it('draws rows of one method under several conditions apart', async () => {
    const chart = scoreChart(swept, 'psnr', methodStyles(['x', 'y']));
    expect(chart?.table.rows.map(([name, source]) => `${name}: ${source}`)).toEqual(
      ['A', 'B'].flatMap((condition) =>
        ['x', 'y'].flatMap((id) =>
          ['ours', 'paper'].map((source) => `Method ${id}, Condition ${condition}: ${source}`),
        ),
      ),
    );
    if (chart === undefined) return;
    const { svg } = await renderChart(chart, 't');
    const heights = [
      ...svg.split('role-legend')[0].matchAll(/<path transform="translate\([\d.]+,([\d.]+)\)"/g),
    ].map(([, y]) => y);
    expect(new Set(heights).size).toBe(4); // two methods under two conditions, ours and the paper's at one height
  });

  it('draws a variant in a color of its own, not in that of its method', () => {
    const styles = methodStyles(['x', 'x-small']);
    const small = { ...row('x-small', {}), method: 'x' };
    const chart = scoreChart(table([row('x', {}), small]), 'psnr', styles);
    const text = JSON.stringify(chart?.spec);
    const [own, method] = ['x-small', 'x'].map((id) => styles.get(id)?.light ?? '');
    expect(own).not.toBe(method);
    expect(text).toContain(`"range":["${method}","${own}"]`);
  });
});

describe('scoreChart(table, metric, styles) of long names', () => {
  it('gives each row the height of the longest name, which is broken into lines', async () => {
    const label = 'Richardson-Lucy, stopped by the discrepancy principle, known PSF';
    const named = { ...row('x', { paper }), label };
    const chart = scoreChart(table([named, row('y', {})]), 'psnr', methodStyles(['x', 'y']));
    if (chart === undefined) throw new Error('no chart');
    const { svg } = await renderChart(chart, 't');
    /** Height of the first line of each label, and of the dots of the rows in order. */
    const place = (name: string): number =>
      Number(
        new RegExp(
          `<text[^>]*translate\\([-\\d.]+,([-\\d.]+)\\)[^>]*>(?:<tspan[^>]*>)?${name}`,
        ).exec(svg)?.[1],
      );
    const heights = [...svg.matchAll(/<path transform="translate\([\d.]+,([\d.]+)\)"/g)];
    const [long, short] = [...new Set(heights.map(([, y]) => Number(y)))];
    // Three lines as high as their letters, 14 px, and 2 px more.
    expect(short - long).toBeGreaterThanOrEqual(3 * 16);
    // The middle line of three is as high above its dot as the only line of the other.
    expect(place('Richardson-Lucy') + 16 - long).toBeCloseTo(place('Method y') - short, 1);
  });

  it('breaks a name into as few lines as fit, and those of equal length', () => {
    expect(breakLines('Proposed, blind')).toEqual(['Proposed, blind']);
    expect(breakLines('Richards & Wolf, as PSF Generator computes it')).toEqual([
      'Richards & Wolf, as PSF',
      'Generator computes it',
    ]);
  });
});

describe('averageTable(runs)', () => {
  const run = (id: string, weights: 'last' | 'average', beside: number, selected: number) =>
    ({
      record: { id, beside: { weights, scores: [{ volume: 'test-0', scores: { psnr: beside } }] } },
      scores: [{ volume: 'test-0', scores: { psnr: selected } }],
    }) as unknown as RunInput;
  const cells = (runs: readonly RunInput[]): string[] =>
    [...(averageTable(runs)?.markup ?? '').matchAll(/<td[^>]*>(.*?)</gs)].map(([, text]) => text);

  it('has the last weights first, whichever made the predictions', () => {
    expect(cells([run('a-s0', 'last', 28, 28.5)]).slice(0, 4)).toEqual([
      'average',
      ...['28.00', '28.50', '+0.50'],
    ]);
    expect(cells([run('b-s0', 'average', 28, 28.5)]).slice(0, 4)).toEqual([
      'selected weights',
      ...['28.50', '28.00', '\u22120.50'],
    ]);
  });

  it('shows a dash for a metric that was not computed, and is none where no run has both', () => {
    expect(cells([run('a-s0', 'last', 28, 28.5)]).slice(4, 7)).toEqual(['–', '–', '–']);
    expect(
      averageTable([{ record: { id: 'c-s0' }, scores: [] } as unknown as RunInput]),
    ).toBeNull();
  });
});
