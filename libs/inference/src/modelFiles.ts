import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelConfig } from '@blurcycle/experiment';
import { PROJECT_ROOT } from '@blurcycle/files';

/** Citation of the method, for every model made by it. */
export const METHOD_CITATION: ModelConfig['citation'] = [
  {
    text:
      'S. Lim, H. Park, S.-E. Lee, S. Chang, B. Sim, J. C. Ye. CycleGAN with a Blur Kernel for Deconvolution Microscopy: ' +
      'Optimal Transport Geometry. IEEE Transactions on Computational Imaging 6:1127-1138, 2020.',
    url: 'https://arxiv.org/abs/1908.09414',
  },
];

/** Content of LICENSE.txt: authors and terms of the model. */
export function licenseText({ name, authors, license }: ModelConfig): string {
  const head = `${name}\nby ${authors.join(', ')}\nSPDX-License-Identifier: ${license}\n`;
  if (license === 'MIT') return `${head}\n${readFileSync(join(PROJECT_ROOT, 'LICENSE'), 'utf8')}`;
  return `${head}Full text: https://spdx.org/licenses/${license}.html\n`;
}

/** Content of CITATION.txt: what to cite, one entry a line. */
export function citationText({ citation }: ModelConfig): string {
  const lines = citation.map(({ text, doi, url }) =>
    [text, doi === undefined ? url : `doi:${doi}`].filter((part) => part !== undefined).join(' '),
  );
  return `Please cite:\n${lines.map((line) => `- ${line}\n`).join('')}`;
}
