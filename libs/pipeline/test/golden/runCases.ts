/**
 * @file Program: runs the golden cases in this process, on the instruction set that the environment
 * variable BLURCYCLE_ISA names, and prints what came out as JSON.
 */
import { parseArgs } from 'node:util';
import { backendReport, selectBackend } from '@blurcycle/compute';
import { STAGES, type Stage } from '@blurcycle/experiment';
import { DATA_CASES } from './cases/dataCases.ts';
import type { GoldenCases } from './cases/goldenCase.ts';
import { PREDICTION_CASES } from './cases/predictionCases.ts';
import { SCORE_CASES } from './cases/scoreCases.ts';
import { TABLE_CASES } from './cases/tableCases.ts';
import { TRAINING_CASES } from './cases/trainingCases.ts';
import type { GoldenRun } from './goldenRules.ts';
import { hashBits } from './hashBits.ts';

const CASES: Readonly<Record<Stage, GoldenCases>> = {
  data: DATA_CASES,
  training: TRAINING_CASES,
  prediction: PREDICTION_CASES,
  scores: SCORE_CASES,
  table: TABLE_CASES,
};

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    /** Leave out what no instruction set changes. */
    'native-only': { type: 'boolean', default: false },
    /** One case, `training/method/proposed`. */
    only: { type: 'string' },
  },
});
const report = (await backendReport()).find(({ name }) => name === 'native');
const { instructionSet, compiler } = report ?? {};
const native =
  instructionSet === undefined || compiler === undefined
    ? null
    : { instructionSet, compiler, threads: Number(values.threads) };
if (native !== null) await selectBackend('native', native);

const cases: GoldenRun['cases'][number][] = [];
for (const stage of STAGES) {
  for (const [name, { runsOn, run }] of Object.entries(CASES[stage])) {
    if (values['native-only'] && runsOn === 'portable') continue;
    if (values.only !== undefined && values.only !== `${stage}/${name}`) continue;
    const runnable = runsOn === 'portable' || native !== null;
    cases.push({ stage, name, runsOn, hash: runnable ? hashBits(await run()) : null });
  }
}
const found: GoldenRun = { native, cases };
process.stdout.write(JSON.stringify(found));
