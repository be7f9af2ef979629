import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  describeTallies,
  FIRST_NUMERICS,
  loadExperiments,
  NUMERICS,
  proves,
  readReplay,
  readRunRecord,
  readScores,
  readTable,
  resolveRun,
  tableColumns,
  tableToCsv,
  tableToMarkdown,
  writeReplay,
  writeRunRecord,
  writeScores,
  writeTable,
  type Provenance,
  type Replay,
  type RunRecord,
  type StoredScores,
  type Table,
} from '../src/index.ts';
import { SHIPPED } from './experimentFiles.ts';

const provenance: Provenance = {
  createdAt: '2020-01-01T00:00:00.000Z',
  gitCommit: null,
  gitDirty: null,
  sourceHash: 'a'.repeat(64),
  versions: { node: '20.20.0' },
  cpu: { model: 'any', cores: 2 },
  gpu: null,
  backend: 'js',
  threads: 1,
  wallSeconds: 1,
  peakMemoryBytes: 1,
  command: 'npx blurcycle table table1',
};

const summary = {
  mean: 26.123,
  low: 25.5,
  high: 26.7,
  n: 3,
  over: 'seeds' as const,
  values: [25.9, 26.1, 26.4],
};

const table: Table = {
  experiment: 'table1',
  title: 'a title',
  place: 'Table I',
  profile: 'quick',
  rows: [
    {
      id: 'proposed',
      label: 'Proposed, blind',
      method: 'proposed',
      paper: { psnr: 26.6249, ssim: 0.9573 },
      status: 'done',
      runs: ['proposed-s0'],
      ours: { psnr: summary, ssim: { ...summary, mean: 0.95, low: null, high: null } },
    },
    {
      id: 'cyclegan',
      label: 'Conventional cycleGAN',
      method: 'cyclegan',
      paper: { psnr: 26.2483, ssim: 0.9474 },
      status: 'failed',
      note: 'cyclegan-s0 failed: a loss is not finite',
      runs: ['cyclegan-s0'],
      ours: null,
    },
  ],
  claims: [
    {
      id: 'c',
      text: 'one beats the other',
      rule: 'psnr(proposed) > 0',
      verdict: 'undecided',
      value: null,
      low: null,
      high: null,
      note: 'no results for cyclegan',
    },
  ],
  provenance,
};

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'blurcycle-results-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('run records', () => {
  it('come back as they were written, with no temporary file beside them', async () => {
    const run = resolveRun(loadExperiments(SHIPPED), {
      method: 'proposed',
      profile: 'smoke',
      seed: 0,
    });
    const record: RunRecord = {
      ...{ id: run.id, profile: run.profile, method: run.method, seed: run.seed, key: run.key },
      ...{ settings: run.settings, origins: run.origins },
      ...{ status: 'done', error: null, selectedUpdate: 4, choices: {} },
      scores: [{ volume: 'test-0', scores: { psnr: 20.5, ssim: 0.7 } }],
      parameterCounts: { sharpGenerator: 100 },
      kernel: { sum: 1 },
      ...{ trainingSeconds: 1.5, inferenceSeconds: 0.5 },
      inputs: {},
      outputs: { 'metrics.jsonl': 'b'.repeat(64) },
      provenance,
    };
    const path = join(directory, 'runs/proposed-s0/record.json');
    await writeRunRecord(path, record);
    expect(readRunRecord(path)).toEqual(record);
    expect(readdirSync(join(directory, 'runs/proposed-s0'))).toEqual(['record.json']);
  });

  it.each([
    [true, 'all-planes'],
    [false, 'none'],
  ])('of the time when augmentation was %s mean %s, and a plain discriminator', (was, is) => {
    const path = resolve(SHIPPED, '../results/standard/runs/proposed-s0/record.json');
    const old = JSON.parse(readFileSync(path, 'utf8')) as {
      settings: { network: { blurredDiscriminator?: unknown }; training: { augment: unknown } };
    };
    delete old.settings.network.blurredDiscriminator;
    old.settings.training.augment = was;
    writeFileSync(join(directory, 'record.json'), JSON.stringify(old));
    const settings = readRunRecord(join(directory, 'record.json'))?.settings;
    expect(settings?.training.augment).toBe(is);
    expect(settings?.network.blurredDiscriminator).toBe('plain');
  });

  it('of the time of symmetries mean a gauge, float32, and neither noise nor an average', () => {
    const path = resolve(SHIPPED, '../results/standard/runs/proposed-s0/record.json');
    const old = JSON.parse(readFileSync(path, 'utf8')) as {
      settings: Record<'network' | 'training' | 'inference', Record<string, unknown>>;
    };
    const { network, training } = old.settings;
    delete network.blurKernelGauge;
    delete network.blurNoise;
    delete training.sharpCycleTrainsKernel;
    delete training.averageHalfLife;
    delete training.precision;
    delete old.settings.inference.precision;
    delete training.blurredCycleFrom;
    delete training.randomGain;
    network.blurKernelSymmetry = 'point';
    writeFileSync(join(directory, 'record.json'), JSON.stringify(old));
    const settings = readRunRecord(join(directory, 'record.json'))?.settings;
    expect(settings?.network).toMatchObject({ blurKernelGauge: 'point', blurNoise: 'none' });
    expect(settings?.training).toMatchObject({
      sharpCycleTrainsKernel: true,
      averageHalfLife: null,
      precision: 'float32',
      blurredCycleFrom: 0,
      randomGain: null,
    });
    expect(settings?.inference.precision).toBe('float32');
  });

  it('are undefined where there are none, and an error where they are damaged', () => {
    const path = join(directory, 'record.json');
    expect(readRunRecord(path)).toBeUndefined();
    writeFileSync(path, '{"id": "proposed-s0"');
    expect(() => readRunRecord(path)).toThrow(
      /record\.json must hold JSON.*delete the file and run again/,
    );
    writeFileSync(path, '{"id": "proposed-s0"}');
    expect(() => readRunRecord(path)).toThrow(/must follow its schema/);
  });
});

describe('scores', () => {
  const scoring = { dataRange: 1, kernelSmoothingSigmaVoxels: 1.5 };
  const outputs = { 'predictions/test-0.tif': 'b'.repeat(64) };
  const stored: StoredScores = {
    ...{ key: 'c'.repeat(64), numerics: NUMERICS, scoring, metrics: ['psnr'], kernel: null },
    scores: [{ volume: 'test-0', scores: { psnr: 20.5 } }],
    inputs: outputs,
  };

  it('come back as they were written, beside the predictions', async () => {
    await writeScores(directory, stored);
    expect(readScores(directory, { outputs }, scoring)).toEqual(stored);
  });

  it('come from the record where there is no file of their own', () => {
    const { scores } = stored;
    expect(readScores(directory, { outputs, scores, kernel: { sum: 1 } }, scoring)).toMatchObject({
      ...{ scores, scoring, kernel: { sum: 1 }, numerics: FIRST_NUMERICS },
    });
  });

  it('are none where other predictions were scored, nothing was, or the file is damaged', async () => {
    expect(readScores(directory, { outputs, scores: [] }, scoring)).toBeUndefined();
    await writeScores(directory, stored);
    const again = { 'predictions/test-0.tif': 'd'.repeat(64) };
    expect(readScores(directory, { outputs: again }, scoring)).toBeUndefined();
    writeFileSync(join(directory, 'scores.json'), '{"key"');
    expect(readScores(directory, { outputs }, scoring)).toBeUndefined();
  });
});

describe('the certificate of a replay', () => {
  const kind = {
    kind: 'e'.repeat(64),
    run: 'proposed-s0',
    compared: ['47 files'],
    differences: [],
  };
  const replay: Replay = {
    ...{ profile: 'quick', code: 'c'.repeat(64), numerics: NUMERICS, updates: 50 },
    ...{ kinds: [kind], provenance },
  };

  it('comes back as it was written', async () => {
    expect(readReplay(directory, 'quick')).toBeUndefined();
    await writeReplay(directory, replay);
    expect(readReplay(directory, 'quick')).toEqual(replay);
  });

  it('proves its kinds for its code, where nothing differed', () => {
    expect(proves(replay, replay.code, kind.kind)).toBe(true);
    expect(proves(replay, replay.code, 'f'.repeat(64))).toBe(false);
    expect(proves(replay, 'd'.repeat(64), kind.kind)).toBe(false);
    expect(proves(replay, null, kind.kind)).toBe(false);
    expect(proves(undefined, replay.code, kind.kind)).toBe(false);
    const other = { ...replay, kinds: [{ ...kind, differences: ['update 50: loss'] }] };
    expect(proves(other, replay.code, kind.kind)).toBe(false);
  });
});

describe('tables', () => {
  it('come back as they were written', async () => {
    const path = join(directory, 'table.json');
    await writeTable(path, table);
    expect(readTable(path)).toEqual(table);
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true);
  });

  it('refuse a key that nobody knows', async () => {
    const extra = { ...table, winner: 'proposed' };
    await expect(writeTable(join(directory, 'table.json'), extra)).rejects.toThrow(/winner/);
  });
});

describe('tableToMarkdown(table)', () => {
  it('puts the paper beside ours, and shows what failed', async () => {
    const text = await tableToMarkdown(table);
    expect(text).toMatch(
      /\| Proposed, blind +\| 26\.62 +\| 26\.12 \[25\.50, 26\.70\] +\| 0\.9573 +\| 0\.9500 +\| 3 seeds/,
    );
    expect(text).toMatch(/\| Conventional cycleGAN † +\| 26\.25 +\| failed/);
    expect(text).toContain('- † Conventional cycleGAN: cyclegan-s0 failed: a loss is not finite');
    expect(text).toContain('undecided (no results for cyclegan)');
  });

  it('has a line for each discriminator, and names one that idles', async () => {
    const [first, ...others] = table.rows;
    const scales = (['full', 'half', 'quarter'] as const).map((scale, i) => ({
      ...{ scale, loss: 0.25, spread: i === 2 ? null : 0.01 },
    }));
    const discriminators = [
      { domain: 'sharp', scales, idle: 0.25 },
      { domain: 'blurred', scales, idle: 0.78 },
    ] as const;
    expect(await tableToMarkdown(table)).not.toContain('Discriminators');
    const judged = { ...first, discriminators };
    const text = await tableToMarkdown({ ...table, rows: [judged, judged, ...others] });
    const lines = text.split('\n').filter((line) => /\| (sharp|blurred) /.test(line));
    expect(lines).toHaveLength(2); // a row under two conditions has the same runs
    expect(lines[1]).toMatch(/^\| \S.* \| blurred \| 0\.250 +\| 0\.010 .*\| 78 % +\|$/);
    expect(text).toMatch(/\n- .+: its discriminator of blurred volumes guesses: .+ in 78 % of/);
    expect(text).not.toContain('its discriminator of sharp');
  });
});

describe('the claims of a table', () => {
  const [old] = table.claims;
  const claims: Table['claims'] = [
    {
      ...{ ...old, text: 'first', kind: 'paper', family: 'order', verdict: 'reproduced' },
      ...{ value: 1.5, low: 0.5, high: 2.5, n: 5, over: 'seeds', volumes: 4 },
      ...{ p: 0.0002, pAdjusted: 0.0016, seedsNeeded: null, note: undefined },
    },
    {
      ...{ ...old, text: 'second', kind: 'paper', family: null, verdict: 'undecided' },
      ...{ value: -0.2, low: -1, high: 0.6, n: 5, over: 'seeds', p: 0.5, note: undefined },
      ...{ pAdjusted: null, seedsNeeded: 'more than 1000' },
    },
    { ...old, kind: 'ours', family: null, p: null, pAdjusted: null, seedsNeeded: null },
  ];

  it('are told with kind, test, interval, p and the seeds that would decide', async () => {
    const text = await tableToMarkdown({ ...table, claims });
    expect(text).toContain(
      'Of 2 claims of the paper: 1 reproduced, 1 undecided. Of 1 hypothesis of ours: 1 undecided.',
    );
    expect(text).toMatch(
      /\| first +\| paper +\| confirmatory: order +\| reproduced +\| 1\.5000 \[0\.5000, 2\.5000\] +\| 5 seeds x 4 volumes \| < 0\.001 \| 0\.002 +\| +\|/,
    );
    expect(text).toMatch(
      /\| second .+\| exploratory +\| undecided +\| -0\.2000 .+\| 5 seeds +\| 0\.500 +\| +\| more than 1000 +\|/,
    );
  });

  it('come back as they were written, with or without kinds', async () => {
    const path = join(directory, 'table.json');
    const both = {
      ...table,
      claims: JSON.parse(JSON.stringify([...claims, old])) as Table['claims'],
    };
    await writeTable(path, both);
    expect(readTable(path)).toEqual(both);
    expect(await tableToMarkdown(table)).not.toContain('exploratory');
  });

  it('are tallied by kind, those without one last', () => {
    expect(describeTallies([old, ...claims])).toEqual([
      'Of 2 claims of the paper: 1 reproduced, 1 undecided.',
      'Of 1 hypothesis of ours: 1 undecided.',
      'Of 1 claim: 1 undecided.',
    ]);
  });
});

describe('tableColumns(table)', () => {
  const summary = { mean: 1, low: null, high: null, n: 1, over: 'seeds', values: [1] } as const;
  const [first] = table.rows;
  const columnsOf = (scores: readonly string[], rules: readonly string[]) =>
    tableColumns({
      rows: [{ ...first, ours: Object.fromEntries(scores.map((name) => [name, summary])) }],
      claims: rules.map((rule) => ({ ...table.claims[0], rule })),
    });

  it("has the paper's two alone where nothing else is there or decides", () => {
    expect(columnsOf(['ssim', 'psnr', 'nrmse'], ['psnr(proposed) > 0'])).toEqual(['psnr', 'ssim']);
  });

  it('puts registration beside the PSNR, and what decides a claim or stands in for a truth last', () => {
    expect(
      columnsOf(
        ['psnr', 'psnrRegistered', 'dataResidual'],
        [
          'abs(nrmse(proposed)) < 1',
          'psnrAffine(proposed) - psnrAffine(cyclegan) > ssim(proposed)',
        ],
      ),
    ).toEqual(['psnr', 'psnrRegistered', 'ssim', 'psnrAffine', 'nrmse', 'dataResidual']);
  });

  it('are those of the Markdown table', async () => {
    const registered = {
      ...first,
      ours: { ...first.ours, psnrRegistered: { ...summary, mean: 27 } },
    };
    const text = await tableToMarkdown({ ...table, rows: [registered, ...table.rows.slice(1)] });
    expect(text).toMatch(/\| PSNR dB, ours +\| PSNR after registration dB +\| SSIM, paper/);
    expect(text).toMatch(/\| 26\.12 \[25\.50, 26\.70\] \| 27\.00 +\| 0\.9573/);
    const later = { ...first, id: 'later', label: 'Later' };
    expect(await tableToMarkdown({ ...table, rows: [registered, later] })).toMatch(
      /\| Later +\| 26\.62 +\| 26\.12 \[25\.50, 26\.70\] \| not scored/,
    );
  });
});

describe('tableToCsv(table)', () => {
  it('has one line for every row and metric', async () => {
    const lines = (await tableToCsv(table)).trim().split('\n');
    expect(lines).toEqual([
      'row,label,status,metric,paper,mean,low,high,n,over',
      'proposed,"Proposed, blind",done,psnr,26.6249,26.123,25.5,26.7,3,seeds',
      'proposed,"Proposed, blind",done,ssim,0.9573,0.95,,,3,seeds',
      'cyclegan,Conventional cycleGAN,failed,psnr,26.2483,,,,,',
      'cyclegan,Conventional cycleGAN,failed,ssim,0.9474,,,,,',
    ]);
  });

  it('has text that a spreadsheet takes for text', async () => {
    const [first] = table.rows;
    const label = '=HYPERLINK("http://example.org")';
    const text = await tableToCsv({ ...table, rows: [{ ...first, label }] });
    expect(text).toContain(`,"'=HYPERLINK(""http://example.org"")",done,psnr,26.6249`);
  });
});

describe('tableToMarkdown(table) of labels with a pipe', () => {
  it('keeps them in their cell', async () => {
    const [first] = table.rows;
    const text = await tableToMarkdown({ ...table, rows: [{ ...first, label: 'a | b' }] });
    const [head, , row] = text.split('\n').filter((line) => line.startsWith('|'));
    const cellsOf = (line: string): string[] => line.split(/(?<!\\)\|/);
    expect(cellsOf(row)).toHaveLength(cellsOf(head).length);
    expect(row).toMatch(/^\| a \\\| b +\|/);
  });
});
