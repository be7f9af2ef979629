import { html, type Html } from '../html/html.ts';
import type { ReportInputs } from '../inputs/readResults.ts';
import { formatDuration } from '../html/formatNumber.ts';

/** Title of the paper that is reproduced. */
export const PAPER_TITLE = 'CycleGAN with a Blur Kernel for Deconvolution Microscopy';

/** What this is, and the outcome in a handful of numbers. */
export function headerSection({ profile, experiments, runs }: ReportInputs): Html {
  const claims = experiments.flatMap(({ table }) => table.claims);
  const tally = (verdict: string): number =>
    claims.filter((claim) => claim.verdict === verdict).length;
  const seconds = runs.reduce((sum, { record }) => sum + record.trainingSeconds, 0);
  const facts: readonly (readonly [string, string, string])[] = [
    [
      String(tally('reproduced')),
      tally('reproduced') === 1 ? 'claim reproduced' : 'claims reproduced',
      'yes',
    ],
    [String(tally('not reproduced')), 'not reproduced', 'no'],
    [String(tally('undecided')), 'undecided', 'open'],
    [String(runs.length), runs.length === 1 ? 'training run' : 'training runs', ''],
    [formatDuration(seconds), 'of training', ''],
  ];
  return html`<header>
    <p class="eyebrow">blurcycle, profile <b>${profile}</b></p>
    <h1>${PAPER_TITLE}</h1>
    <p class="lede">
      A reproduction of Lim et al., IEEE Transactions on Computational Imaging 6, 1127–1138 (2020):
      the paper’s values beside ours, and what each number was made of.
    </p>
    <dl class="facts">
      ${facts.map(
        ([value, label, tone]) =>
          html`<div class="${tone}">
            <dd>${value}</dd>
            <dt>${label}</dt>
          </div>`,
      )}
    </dl>
  </header>`;
}
