import { capitalize, extent } from '@blurcycle/core';
import { tallyClaims } from '@blurcycle/experiment';
import { formatSignificant } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import {
  claimAnchor,
  claimMetric,
  holdsWithin,
  shortValue,
  type PlacedClaim,
} from '../model/claims.ts';

/** Size of the drawing of one claim, and the margin at both ends, in px. */
const WIDTH = 240;
const HEIGHT = 18;
const MARGIN = 10;

const CLASSES = { reproduced: 'yes', 'not reproduced': 'no', undecided: 'open' } as const;
const MARKS = { reproduced: '✓', 'not reproduced': '✗', undecided: '?' } as const;

/** Claims that are measured in the same thing, on one axis. */
interface ForestGroup {
  readonly title: string;
  readonly claims: readonly PlacedClaim[];
  /** Position of a value in px. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/**
 * All claims in one picture: the value with its 95 % interval, the range where the claim holds,
 * and the verdict; each leads to the claim. null without claims.
 *
 * @param others - Sentences on the claims that are not shown.
 */
export function forestPlot(
  claims: readonly PlacedClaim[],
  others: readonly string[] = [],
): Html | null {
  if (claims.length === 0) return null;
  const reached = tallyClaims(claims.map(({ claim }) => claim)).flatMap(({ verdicts }) => verdicts);
  return html`<figure class="forest" id="claims">
    <figcaption>
      <strong>${nameOf(claims)}:</strong>
      ${reached.map(
        ([verdict, count]) =>
          html`<span class="tally ${CLASSES[verdict]}"
            ><span aria-hidden="true">${MARKS[verdict]}</span> ${count} ${verdict}</span
          > `,
      )}
      <span class="forest-key"
        >Dot: our value; line: its 95 % interval; shaded: where the claim holds, up to the dashed
        threshold. A claim leads to its rule and
        numbers.${others.map((sentence) => ` ${sentence}`)}</span
      >
    </figcaption>
    ${forestGroups(claims).map(
      (group) =>
        html`<div class="forest-group">
          <p class="forest-head"><span>${group.title}</span>${axis(group)}</p>
          <ol>
            ${group.claims.map((one) => row(one, group))}
          </ol>
        </div>`,
    )}
  </figure>`;
}

function nameOf(claims: readonly PlacedClaim[]): string {
  const whose = claims[0].claim.kind === 'paper' ? ' of the paper' : '';
  return claims.length === 1 ? `The claim${whose}` : `The ${claims.length} claims${whose}`;
}

/** The claims by what they are measured in, each group with its axis. */
export function forestGroups(claims: readonly PlacedClaim[]): readonly ForestGroup[] {
  const groups = new Map<string, PlacedClaim[]>();
  for (const one of claims) {
    const { label, unit } = claimMetric(one.claim);
    const isScore = unit !== null || /ssim/i.test(one.claim.rule);
    const title = unit === 'dB' ? 'PSNR, dB' : isScore ? label : 'Figures of kernels';
    groups.set(title, [...(groups.get(title) ?? []), one]);
  }
  return [...groups].map(([title, those]) => {
    const values = those.flatMap(({ claim: { value, low, high, rule } }) => {
      const holds = holdsWithin(rule);
      return [value, low, high, holds?.from, holds?.to, 0].filter(
        (one): one is number => typeof one === 'number' && Number.isFinite(one),
      );
    });
    const [least, most] = extent(values);
    const at = (value: number): number =>
      Number((MARGIN + ((WIDTH - 2 * MARGIN) * (value - least)) / (most - least || 1)).toFixed(1));
    return { title, claims: those, at, ticks: ticksBetween(least, most) };
  });
}

/** Zero and round numbers between the ends, at most five. */
function ticksBetween(least: number, most: number): readonly number[] {
  const span = most - least || 1;
  const power = 10 ** Math.floor(Math.log10(span));
  const step = [0.5, 1, 2, 5].map((part) => part * power).find((one) => span / one <= 4) ?? span;
  const ticks: number[] = [];
  for (let k = Math.ceil(least / step); k * step <= most; k++) {
    ticks.push(Number((k * step).toPrecision(3)));
  }
  return ticks;
}

function axis({ at, ticks }: ForestGroup): Html {
  return html`<svg viewBox="0 0 ${WIDTH} 16" class="forest-axis" aria-hidden="true">
    ${ticks.map(
      (tick) =>
        html`<text x="${at(tick)}" y="12" text-anchor="middle" font-size="11">
          ${formatSignificant(tick, 3)}
        </text>`,
    )}
  </svg>`;
}

function row({ experiment, place, claim }: PlacedClaim, group: ForestGroup): Html {
  return html`<li class="${CLASSES[claim.verdict]}">
    <a href="#${claimAnchor(experiment, claim.id)}"
      ><span class="forest-place">${place}</span> ${capitalize(claim.text)}</a
    >
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${intervalMarks(claim, group)}</svg>
    <span class="forest-value">${shortValue(claim)}</span>
    <span class="verdict"
      ><span aria-hidden="true">${MARKS[claim.verdict]}</span
      ><span class="hidden-words">${claim.verdict}</span></span
    >
  </li>`;
}

/** The marks of one claim: where it holds, its thresholds, zero, the interval and the value. */
export function intervalMarks(
  { rule, value, low, high }: PlacedClaim['claim'],
  { at }: Pick<ForestGroup, 'at'>,
): Html {
  const holds = holdsWithin(rule);
  const middle = HEIGHT / 2;
  const clamp = (x: number): number => Math.min(WIDTH, Math.max(0, x));
  const from = holds === undefined || holds.from === -Infinity ? 0 : clamp(at(holds.from));
  const to = holds === undefined || holds.to === Infinity ? WIDTH : clamp(at(holds.to));
  return html`${
      holds === undefined
        ? null
        : html`<rect
            class="holds"
            x="${from}"
            width="${Number((to - from).toFixed(1))}"
            height="${HEIGHT}"
          />`
    }
    <path class="zero" d="M${at(0)} 0V${HEIGHT}" />
    ${[holds?.from, holds?.to]
      .filter((limit): limit is number => limit !== undefined && Number.isFinite(limit))
      .map((limit) => html`<path class="threshold" d="M${at(limit)} 0V${HEIGHT}" />`)}
    ${low === null || high === null ? null : html`<path class="range" d="M${at(low)} ${middle}H${at(high)}" />`}
    ${value === null ? null : html`<circle cx="${at(value)}" cy="${middle}" r="4" />`}`;
}
