import type { ScoreSummary } from '@blurcycle/experiment';
import { formatNumber } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';

/** The mean and half its 95 % interval; the limits themselves where the interval is lopsided. */
export function withInterval({ mean, low, high }: ScoreSummary, digits: number): Html {
  const value = html`<b>${formatNumber(mean, digits)}</b>`;
  if (low === null || high === null) return value;
  const [below, above] = [mean - low, high - mean];
  if (Math.abs(below - above) < 0.5 * 10 ** -digits) {
    return html`${value} <span class="interval">± ${formatNumber(above, digits)}</span>`;
  }
  return html`${value}
    <span class="interval">[${formatNumber(low, digits)}, ${formatNumber(high, digits)}]</span>`;
}
