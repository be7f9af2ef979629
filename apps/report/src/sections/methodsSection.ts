import { GAN_LOSS_LABELS, type RunRecord, type RunSettings } from '@blurcycle/experiment';
import { formatCount, formatDuration, formatList } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';
import { describeData, sides } from './describeData.ts';
import { sectionHead } from './sectionHead.ts';

/**
 * What was done, written from the resolved configuration of the runs, to be pasted into a paper.
 */
export function methodsSection(runs: readonly RunInput[]): Html | null {
  const records = runs.map(({ record }) => record).filter(({ status }) => status === 'done');
  if (records.length === 0) return null;
  const groups = groupBySharedSettings(records);
  return html`<section id="methods" aria-labelledby="methods-title">
    ${sectionHead('methods', 'Written from the resolved configuration', 'Methods')}
    <div class="prose">${groups.map((group) => html`<p>${describe(group)}</p>`)}</div>
  </section>`;
}

/** Runs that differ in method and seed alone are described together. */
function groupBySharedSettings(records: readonly RunRecord[]): readonly (readonly RunRecord[])[] {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const key = JSON.stringify({ ...record.settings, method: undefined });
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()];
}

function describe(records: readonly RunRecord[]): string {
  const [{ settings }] = records;
  return [
    describeData(settings.dataset),
    describeNetworks(settings),
    describeTraining(records),
    describeInference(settings),
  ].join(' ');
}

function describeNetworks({ network }: RunSettings): string {
  return (
    `The 3-D U-Net has ${network.width}, ${2 * network.width} and ${4 * network.width} channels on its three levels; ` +
    `the learned blur kernel, where a method has one, measures ${sides(network.blurKernelSize)} voxels; the patch discriminators ` +
    `start with ${network.discriminatorWidth} channels.`
  );
}

function describeTraining(records: readonly RunRecord[]): string {
  const [{ settings }] = records;
  const { training } = settings;
  const { optimizer, lossWeights } = training;
  const methods = [...new Set(records.map((record) => record.settings.method.label))];
  const seeds = [...new Set(records.map(({ seed }) => seed))].sort((a, b) => a - b);
  const seconds = records.map(({ trainingSeconds }) => trainingSeconds);
  const lasted = [Math.min(...seconds), Math.max(...seconds)].map(formatDuration);
  return (
    `${formatList(methods)} ${methods.length === 1 ? 'was' : 'were'} trained for ${formatCount(training.updates)} generator updates ` +
    `on random patches of ${sides(training.patch)} voxels (batch size ${training.batchSize}${training.augment ? ', rotated by multiples of 90° and flipped' : ''}) ` +
    `with Adam (β₁ ${optimizer.beta1}, β₂ ${optimizer.beta2}; learning rate ${optimizer.learningRate} for the U-Nets, ` +
    `${optimizer.blurKernelLearningRate} for the blur kernel, ${optimizer.discriminatorLearningRate} for the discriminators), a ${GAN_LOSS_LABELS[training.ganLoss]} ` +
    `adversarial loss of weight ${lossWeights.adversarial}, an ${training.cycleNorm.toUpperCase()} cycle loss of weight ${lossWeights.cycle}, a pixel loss of weight ` +
    `${lossWeights.pixel} for the paired methods and a history buffer of ${training.historyBuffer} volumes; ` +
    `${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${formatList(seeds.map(String))}`}. ` +
    `A run took ${lasted[0] === lasted[1] ? lasted[0] : `${lasted[0]} to ${lasted[1]}`}; the weights used are ${describeSelection(training.select)}.`
  );
}

function describeSelection(select: RunSettings['training']['select']): string {
  if (select === 'last') return 'those of the last update';
  if (select === 'best-validation-psnr')
    return 'those with the best PSNR on the validation volumes';
  return 'those with the smallest cycle residual on the validation volumes';
}

function describeInference({ inference, scoring }: RunSettings): string {
  return (
    `Whole volumes were restored in tiles of ${sides(inference.tile)} voxels with an overlap of ${sides(inference.overlap)} ` +
    `and scored with a data range of ${scoring.dataRange}; PSNR and SSIM take their statistics over the whole volume.`
  );
}
