import type { Spec } from 'vega';
import { liveChart, type LiveChart } from './liveChart.ts';
import { unpackScript } from './unpackScript.ts';

/**
 * Lets somebody hover over a chart and zoom into it: the button below it draws the same
 * specification again, live.
 */
export function enhanceChart(figure: HTMLElement): void {
  const button = figure.querySelector<HTMLButtonElement>('button.explore');
  const still = figure.querySelector<HTMLElement>('.chart');
  const text = figure.querySelector('script.vega-spec')?.textContent;
  if (button === null || still === null || text === null || text === undefined) return;
  let live: LiveChart | undefined;
  button.hidden = false;
  button.addEventListener('click', () => {
    if (live === undefined) {
      const summary = still.querySelector('svg')?.getAttribute('aria-label') ?? '';
      live = liveChart(unpackScript(text) as Spec, summary, still.clientWidth);
      still.after(live.root);
    } else {
      live.close();
      live = undefined;
    }
    still.hidden = live !== undefined;
    button.setAttribute('aria-pressed', String(live !== undefined));
  });
}
