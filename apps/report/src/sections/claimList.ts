import { METRICS, type ClaimResult } from '@blurcycle/experiment';
import { formatDifference, formatNumber } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';

const CLASSES = { reproduced: 'yes', 'not reproduced': 'no', undecided: 'open' } as const;
const MARKS = { reproduced: '✓', 'not reproduced': '✗', undecided: '?' } as const;

/**
 * The verdict of each claim in words, with the rule that was fixed beforehand and what was
 * measured.
 */
export function claimList(claims: readonly ClaimResult[]): Html | null {
  if (claims.length === 0) return null;
  return html`<ul class="claims">
    ${claims.map(claimItem)}
  </ul>`;
}

function claimItem(claim: ClaimResult): Html {
  return html`<li class="${CLASSES[claim.verdict]}">
    <span class="verdict"
      ><span aria-hidden="true">${MARKS[claim.verdict]}</span> ${claim.verdict}</span
    >
    <div>
      <p>${capitalized(claim.text)}.</p>
      <p class="rule">
        Rule <code>${claim.rule}</code>:
        ${measured(claim)}${claim.note === undefined ? null : `; ${claim.note}`}.
      </p>
    </div>
  </li>`;
}

function measured({ rule, value, low, high }: ClaimResult): string {
  if (value === null) return 'it can not be told';
  const metric = Object.keys(METRICS).find((name) => rule.includes(`${name}(`));
  const digits = metric === undefined ? 4 : METRICS[metric].digits;
  const unit =
    metric === undefined || METRICS[metric].unit === null ? '' : ` ${METRICS[metric].unit}`;
  const number = `${rule.includes('abs(') ? formatNumber(value, digits) : formatDifference(value, digits)}${unit}`;
  if (low === null || high === null) return `${number}, no interval`;
  return `${number}, 95 % interval ${formatNumber(low, digits)} to ${formatNumber(high, digits)}${unit}`;
}

function capitalized(text: string): string {
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(/\.$/, '');
}
