import { describeTallies, type Table } from '@blurcycle/experiment';
import { formatCount, formatNumber } from '../html/format.ts';
import type { ImageStore } from '../html/embed.ts';
import { grayPng } from '../html/grayPng.ts';
import { html, type Html } from '../html/html.ts';
import type { ReportInputs, RunInput } from '../inputs/readResults.ts';
import { answerQuestions } from '../model/answers.ts';
import { paperClaims } from '../model/claims.ts';
import { shownMetric } from '../model/metrics.ts';
import { forestPlot } from './forestPlot.ts';

/**
 * What a reader sees first: the scale of the models, three answers beside a picture, a short
 * Table I and all claims in one picture.
 */
export function firstScreen(inputs: ReportInputs, images: ImageStore): Html {
  const { experiments, runs } = inputs;
  const answers = answerQuestions(experiments, runs);
  const main = experiments.find(({ table }) => table.rows.some(isProposedOfThePaper));
  const claims = paperClaims(experiments);
  const [kind] = claims.map(({ claim }) => claim.kind);
  const others = experiments
    .flatMap(({ table }) => table.claims)
    .filter((claim) => claims.length > 0 && claim.kind !== kind);
  return html`${scaleNote(runs)}
    <div class="opening-row">
      ${
        answers.length === 0
          ? null
          : html`<dl class="answers">
              ${answers.map(
                ({ question, answer, behind }) =>
                  html`<div>
                    <dt>${question}</dt>
                    <dd>${answer} <a href="#${behind}">Numbers</a></dd>
                  </div>`,
              )}
            </dl>`
      }
      ${main === undefined ? null : curtainFigure(main, images)}
    </div>
    ${main === undefined ? null : shortTable(main.id, main.table)}
    ${forestPlot(claims, describeTallies(others))}`;
}

function isProposedOfThePaper({ method, paper }: Table['rows'][number]): boolean {
  return method === 'proposed' && paper !== null;
}

/** Parameters of the paper's U-Net, counted on the network built at its width of 64 channels. */
const PAPER_PARAMETERS = 7_077_251;

/** How the models and the data compare with the paper's; null without a finished run. */
function scaleNote(runs: readonly RunInput[]): Html | null {
  const text = describeScale(runs);
  return text === undefined
    ? null
    : html`<aside class="scale" aria-label="Scale">
        <p><strong>Scale.</strong> ${text}</p>
      </aside>`;
}

/** The same as text; undefined without a finished run. */
export function describeScale(
  runs: readonly {
    readonly record: Pick<RunInput['record'], 'method' | 'status' | 'settings' | 'parameterCounts'>;
  }[],
): string | undefined {
  const done = runs.filter(({ record }) => record.status === 'done');
  const shown = done.find(({ record }) => record.method === 'proposed') ?? done[0];
  if (shown === undefined) return undefined;
  const { settings, parameterCounts } = shown.record;
  const count = parameterCounts.sharpGenerator;
  const share = Math.round(PAPER_PARAMETERS / count);
  const sizes =
    share === 1
      ? 'The U-Net has the paper’s size'
      : `The U-Net has ${formatCount(count)} of the paper’s ${formatCount(PAPER_PARAMETERS)} parameters (1/${formatCount(share)})`;
  const { updates, patch } = settings.training;
  const data = settings.dataset.kind === 'tiff-folders' ? '' : ' The data are simulated stand-ins.';
  return (
    `${sizes} and is trained for ${formatCount(updates)} updates on patches of ${patch.join(' × ')} voxels.${data} ` +
    'The numbers say what the methods do at this scale, not at the paper’s.'
  );
}

/** The table of the paper's methods in three columns of numbers. */
function shortTable(id: string, table: Table): Html {
  const metrics = ['psnr', 'ssim'] as const;
  return html`<div class="short-table">
    <table class="plain">
      <caption>
        <a href="#${id}">${table.place}</a
        >: mean and half of the 95 % interval
      </caption>
      <thead>
        <tr>
          <th scope="col" class="words">Method</th>
          ${metrics.map((metric) => {
            const { label, unit } = shownMetric(metric);
            return html`<th scope="col">${label}, paper</th>
              <th scope="col">ours${unit === null ? null : `, ${unit}`}</th>`;
          })}
        </tr>
      </thead>
      <tbody>
        ${table.rows.map(
          ({ label, method, ours, paper }) =>
            html`<tr data-method="${method}">
              <th scope="row">${label}</th>
              ${metrics.map((metric) => {
                const { digits } = shownMetric(metric);
                const printed = paper?.[metric];
                return html`<td>${printed === undefined ? '–' : formatNumber(printed, digits)}</td>
                  <td>
                    ${ours?.[metric] === undefined ? '–' : meanAndHalf(ours[metric], digits)}
                  </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

type Summary = NonNullable<Table['rows'][number]['ours']>[string];

function meanAndHalf({ mean, low, high }: Summary, digits: number): Html {
  const half = low === null || high === null ? null : (high - low) / 2;
  return html`<b>${formatNumber(mean, digits)}</b>${
      half === null ? null : html` <span class="interval">± ${formatNumber(half, digits)}</span>`
    }`;
}

/**
 * Input left, proposed method right of a divider, in maximum projections along z and along y: with
 * the script the divider moves.
 */
function curtainFigure(
  { id, blocks }: ReportInputs['experiments'][number],
  images: ImageStore,
): Html | null {
  const set = blocks
    .filter((block) => block.kind === 'volumes')
    .find(({ part }) => part !== 'plane');
  const left = set?.items.find(({ role }) => role === 'input');
  const right = set?.items.find((item) => item.id === 'proposed');
  if (set === undefined || left === undefined || right === undefined) return null;
  const [depth, height, width] = set.storedShape;
  const [dz, dy, dx] = set.voxelSizeUm;
  const picture = (axis: 'xy' | 'xz', rows: number, aspect: number): Html => {
    const tall = Number((rows * aspect).toFixed(3));
    const add = (gray: Uint8Array): string => images.add(grayPng(gray, width, rows), width, rows);
    const half = width / 2;
    return html`<svg
      viewBox="0 0 ${width} ${tall}"
      role="img"
      aria-label="${left.label} left, ${right.label} right: maximum projection along ${axis === 'xy' ? 'z' : 'y'}"
    >
      <svg
        width="${width}"
        height="${tall}"
        viewBox="0 0 ${width} ${rows}"
        preserveAspectRatio="none"
      >
        <use href="#${add(left.brightest[axis])}" />
        <svg
          class="curtain-right"
          x="${half}"
          width="${half}"
          height="${rows}"
          viewBox="${half} 0 ${half} ${rows}"
          preserveAspectRatio="none"
        >
          <use href="#${add(right.brightest[axis])}" />
        </svg>
      </svg>
      <path class="divider" d="M${half} 0V${tall}" />
    </svg>`;
  };
  return html`<figure class="curtain" data-width="${width}">
    <figcaption><span>${left.label}</span><span>${right.label}</span></figcaption>
    ${picture('xy', height, dy / dx)} ${picture('xz', depth, dz / dx)}
    <p class="note">
      Maximum projections of one test volume along z (left) and along y (right).
      <a href="#${id}-${set.id}">All methods, all planes</a>
    </p>
  </figure>`;
}
