import { selectBackend } from '@blurcycle/compute';
import {
  type FactsBlock,
  loadExperiments,
  resolveRun,
  type RunRecord,
} from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { costFacts, countParametersAt } from '../../src/figures/cost.ts';

const set = loadExperiments(EXPERIMENTS_DIRECTORY);

function settingsOf(method: string, profile: string) {
  return resolveRun(set, { method, profile, seed: 0 }).settings;
}

describe('countParametersAt(method, network)', () => {
  beforeAll(async () => {
    await selectBackend('js');
  });

  it("finds the paper's 7 million, 0.03 million and 61 % at its scale, and frees what it built", () => {
    const { numTensors } = memory();
    const { network } = settingsOf('proposed', 'paper');
    const conventional = countParametersAt(settingsOf('cyclegan', 'paper').method, network);
    const proposed = countParametersAt(settingsOf('proposed', 'paper').method, network);
    expect(conventional.blurGenerator).toBe(7_077_251);
    expect(proposed).toEqual({
      sharpGenerator: 7_077_251,
      blurGenerator: 29_791,
      discriminators: conventional.discriminators,
    });
    const total = (counts: typeof proposed): number =>
      counts.sharpGenerator + counts.blurGenerator + counts.discriminators;
    // Within 0.2 of the published percentage, which fixed the width of the discriminators.
    expect(Math.abs((100 * total(proposed)) / total(conventional) - 61.3)).toBeLessThan(0.2);
    expect(memory().numTensors).toBe(numTensors);
  }, 30_000);

  it('counts nothing for a known kernel and a missing one', () => {
    const { network } = settingsOf('proposed', 'smoke');
    expect(countParametersAt(settingsOf('non-blind', 'smoke').method, network).blurGenerator).toBe(
      0,
    );
    const supervised = countParametersAt(settingsOf('supervised-mse', 'smoke').method, network);
    expect(supervised).toMatchObject({ blurGenerator: 0, discriminators: 0 });
  });
});

/** What the figure reads of a record. */
function recordOf(method: string, trainingSeconds: number, backend: string): RunRecord {
  return {
    parameterCounts: {
      sharpGenerator: 100,
      blurGenerator: method === 'cyclegan' ? 100 : 10,
      sharpDiscriminator: 40,
    },
    trainingSeconds,
    inferenceSeconds: 6,
    scores: [
      { volume: 'test-0', scores: {} },
      { volume: 'test-1', scores: {} },
    ],
    settings: settingsOf(method, 'smoke'),
    provenance: {
      cpu: { model: 'a processor', cores: 2 },
      gpu: null,
      threads: 2,
      backend,
      peakMemoryBytes: 5e8,
    },
  } as unknown as RunRecord;
}

describe('costFacts(id, content)', () => {
  const paperScale = { sharpGenerator: 1000, blurGenerator: 1000, discriminators: 0 };
  const content = {
    profile: 'smoke',
    measure: {
      label: 'Conventional',
      records: [recordOf('cyclegan', 8, 'native'), recordOf('cyclegan', 16, 'native')],
      paperScale,
    },
    compared: {
      label: 'Proposed',
      records: [recordOf('proposed', 9, 'native')],
      paperScale: { ...paperScale, blurGenerator: 0 },
    },
  };
  const rowOf = (blocks: readonly FactsBlock[], id: string, name: string) =>
    blocks.find((block) => block.id === id)?.rows.find(([first]) => first === name);

  it('compares means of the runs, the second as a part of the first', () => {
    const blocks = costFacts('cost', content);
    expect(rowOf(blocks, 'cost-measured', 'training, s')?.slice(1, 4)).toEqual([12, 9, 75]);
    // 4 updates at this scale
    expect(rowOf(blocks, 'cost-measured', 'training, ms for each update')?.slice(1, 3)).toEqual([
      3000, 2250,
    ]);
    expect(
      rowOf(blocks, 'cost-measured', 'inference, s for each test volume')?.slice(1, 3),
    ).toEqual([3, 3]);
    expect(rowOf(blocks, 'cost-parameters', 'all')?.slice(1, 4)).toEqual([240, 150, 62.5]);
    expect(rowOf(blocks, 'cost-parameters-paper', 'sharp to blurred')?.slice(1, 4)).toEqual([
      1000, 0, 0,
    ]);
  });

  it('marks the share of the memory as circular where it is compared with the paper', () => {
    const [atPaperScale] = costFacts('cost', content);
    const [name, , , , said] =
      rowOf([atPaperScale], 'cost-parameters-paper', 'memory of all, MB of float32') ?? [];
    expect([name, said]).toEqual(['memory of all, MB of float32', '61.3 %; circular']);
    expect(atPaperScale.note).toContain('was chosen so that this ratio comes out');
  });

  it('says when times do not compare, and leaves open what was not measured', () => {
    const compared = { ...content.compared, records: [recordOf('proposed', 9, 'webgpu')] };
    const [, , mixed] = costFacts('cost', { ...content, compared });
    expect(mixed.note).toContain('On different machines, so that times do not compare');
    const missing = costFacts('cost', {
      ...content,
      compared: { ...content.compared, records: [] },
    });
    expect(rowOf(missing, 'cost-measured', 'training, s')?.slice(1, 4)).toEqual([12, null, null]);
    expect(rowOf(missing, 'cost-parameters', 'all')?.slice(1, 4)).toEqual([240, null, null]);
  });

  it('says nothing of the paper where the comparison is not its own', () => {
    const blocks = costFacts('cost', {
      ...content,
      measure: { ...content.measure, paperScale: null },
      compared: { ...content.compared, paperScale: null },
    });
    expect(blocks.map(({ id }) => id)).toEqual(['cost-parameters', 'cost-measured']);
    expect(rowOf(blocks, 'cost-measured', 'training, ms for each update')).toEqual([
      'training, ms for each update',
      3000,
      2250,
      75,
    ]);
    for (const { columns, rows } of blocks) {
      expect(columns.map(({ label }) => label)).not.toContain('paper');
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
  });
});
